using System.Text;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Tests.Connectors.Sinks;

/// <summary>What every sink promises the runtime, whatever it writes to. A new sink's tests begin with this.</summary>
public abstract class SinkConformance
{
    /// <summary>Starts what the sink writes to.</summary>
    private protected abstract Task<ISinkTarget> Start();

    [Fact]
    public async Task What_is_flushed_is_there_once_and_in_order_and_nothing_is_left_waiting()
    {
        await using var target = await Start();
        await using var writer = await Open(target);
        Assert.Equal((0, 0L), (writer.PendingRows, writer.PendingBytes));

        for (var flush = 0; flush < 3; flush++)
        {
            Append(target, writer, Enumerable.Range(flush * 20, 20));
            Assert.Equal(20, writer.PendingRows);
            Assert.True(writer.PendingBytes > 0);
            await writer.FlushAsync(default);
            Assert.Equal((0, 0L, false), (writer.PendingRows, writer.PendingBytes, writer.IsFlushDue));
            Assert.Equal(Enumerable.Range(0, (flush + 1) * 20), await target.Read());
        }
    }

    [Fact]
    public async Task A_flush_of_nothing_does_nothing()
    {
        await using var target = await Start();
        await using var writer = await Open(target);
        await writer.FlushAsync(default);
        Append(target, writer, [1]);
        await writer.FlushAsync(default);
        await writer.FlushAsync(default);

        Assert.Equal([1], await target.Read());
        Assert.Equal(SinkState.Fine, writer.State);
    }

    [Fact]
    public async Task A_record_is_copied_when_it_is_taken_in()
    {
        await using var target = await Start();
        await using var writer = await Open(target);
        for (var number = 0; number < 5; number++)
        {
            var key = Encoding.UTF8.GetBytes($"{number}");
            var value = target.Record(number);
            writer.Append(0, new SinkRecord(key, value, default, 0));
            key.AsSpan().Fill((byte)'#');
            value.AsSpan().Fill((byte)'#');
        }

        await writer.FlushAsync(default);
        Assert.Equal(Enumerable.Range(0, 5), await target.Read());
    }

    [Fact]
    public async Task What_was_not_flushed_when_a_process_ended_is_written_again_by_the_next_and_counts_once()
    {
        await using var target = await Start();
        await using (var first = await Open(target))
        {
            Append(target, first, Enumerable.Range(0, 10));
            await first.FlushAsync(default);
            Append(target, first, Enumerable.Range(10, 10));
        }

        await using var second = await Open(target);
        Append(target, second, Enumerable.Range(5, 20));
        await second.FlushAsync(default);
        Assert.Equal(Enumerable.Range(0, 25), await target.Read());
    }

    [Fact]
    public async Task After_a_flush_that_was_stopped_the_next_one_writes_what_is_left_and_no_more()
    {
        await using var target = await Start();
        await using var writer = await Open(target);
        Append(target, writer, Enumerable.Range(0, 10));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer.FlushAsync(new CancellationToken(canceled: true)));
        Append(target, writer, Enumerable.Range(10, 10));
        await writer.FlushAsync(default);

        Assert.Equal(Enumerable.Range(0, 20), await target.Read());
    }

    private protected static async Task<ISinkWriter> Open(ISinkTarget target)
    {
        var writer = target.Create();
        await writer.OpenAsync([target.Input], default);
        return writer;
    }

    private protected static void Append(ISinkTarget target, ISinkWriter writer, IEnumerable<int> numbers)
    {
        foreach (var number in numbers)
        {
            writer.Append(0, new SinkRecord(Encoding.UTF8.GetBytes($"{number}"), target.Record(number), default, 0));
        }
    }
}

/// <summary>What a sink promises beside, where the other side is another process, which may be away and which reads what it is given.</summary>
public abstract class RemoteSinkConformance : SinkConformance
{
    [Fact]
    public async Task While_the_other_side_is_away_a_flush_waits_and_says_so_and_when_it_is_back_everything_is_there_once()
    {
        await using var target = await Start();
        await using var writer = await Open(target);
        Append(target, writer, Enumerable.Range(0, 10));
        await writer.FlushAsync(default);

        await target.GoAway();
        Append(target, writer, Enumerable.Range(10, 10));
        var flushing = writer.FlushAsync(default);
        await Eventually.Holds(() => writer.State is { IsUp: false, Retries: > 0 }, () => $"the sink says that it waits; it says {writer.State}");
        Assert.False(flushing.IsCompleted);
        Assert.Equal(10, writer.PendingRows);
        await target.ComeBack();
        await flushing;

        Assert.True(writer.State.IsUp);
        Assert.Equal(Enumerable.Range(0, 20), await target.Read());
    }

    [Fact]
    public async Task A_flush_that_waits_ends_when_it_is_told_to_and_what_it_held_is_written_later()
    {
        await using var target = await Start();
        await using var writer = await Open(target);
        await target.GoAway();
        Append(target, writer, Enumerable.Range(0, 10));
        using var stop = new CancellationTokenSource();
        var flushing = writer.FlushAsync(stop.Token);
        await Eventually.Holds(() => writer.State.Retries > 0, "it tries again");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flushing.WaitAsync(TimeSpan.FromSeconds(5)));

        await target.ComeBack();
        await writer.FlushAsync(default);
        Assert.Equal(Enumerable.Range(0, 10), await target.Read());
    }

    [Fact]
    public async Task A_record_that_it_cannot_take_is_a_format_error_and_those_around_it_are_written()
    {
        await using var target = await Start();
        await using var writer = await Open(target);
        Append(target, writer, [0]);
        Assert.Throws<FormatException>(() => writer.Append(0, new SinkRecord("1"u8, """{"no": "record"""u8, default, 0)));
        Append(target, writer, [2]);
        Assert.Equal(2, writer.PendingRows);
        await writer.FlushAsync(default);

        Assert.Equal([0, 2], await target.Read());
    }
}
