using System.Text;
using StreamEngine.Connectors.Kafka;
using StreamEngine.Core.Batches;

namespace StreamEngine.Tests.Connectors.Kafka;

/// <summary>A record as a test looks at it.</summary>
internal sealed record Taken(string Topic, int Partition, long Offset, long Timestamp, byte[]? Key, byte[]? Value, byte[] Headers)
{
    public string Text => Value is null ? "<null>" : Encoding.UTF8.GetString(Value);
}

/// <summary>Keeps copies of everything it is handed.</summary>
internal sealed class Collected : IRecordReceiver
{
    public List<Taken> Records { get; } = [];

    public List<(string Topic, int Partition, long Offset)> Ends { get; } = [];

    public Action<Taken>? OnEach { get; set; }

    public IEnumerable<string> Texts => Records.Select(record => record.Text);

    public void OnRecord(in ConsumedRecord record)
    {
        var headers = new ByteArena();
        record.CopyHeaders(headers);
        var taken = new Taken(
            record.Topic, record.Partition, record.Offset, record.Timestamp,
            record.HasKey ? record.Key.ToArray() : null, record.HasValue ? record.Value.ToArray() : null, headers.Buffer[..headers.Length]);
        Records.Add(taken);
        OnEach?.Invoke(taken);
    }

    public void OnPartitionEnd(string topic, int partition, long offset) => Ends.Add((topic, partition, offset));

    /// <summary>Polls until <paramref name="done"/>; fails the test after <paramref name="seconds"/>.</summary>
    public void Until(SpanConsumer consumer, Func<bool> done, string what, int seconds = 60)
    {
        var self = this;
        var deadline = Environment.TickCount64 + (seconds * 1000L);
        while (!done())
        {
            Assert.True(Environment.TickCount64 < deadline, $"{what}: not within {seconds} s; {Records.Count} records, {Ends.Count} ends");
            consumer.Poll(50, ref self);
        }
    }

    /// <summary>Polls for a while whatever comes.</summary>
    public void For(SpanConsumer consumer, int milliseconds)
    {
        var self = this;
        var deadline = Environment.TickCount64 + milliseconds;
        while (Environment.TickCount64 < deadline)
        {
            consumer.Poll(20, ref self);
        }
    }
}
