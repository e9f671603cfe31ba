using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Window;

/// <summary>Graphs that meet ever new channels, as one may that takes them from the posts.</summary>
public sealed class KeyTextsTests
{
    [Theory]
    [InlineData("size", "1m", "2m")]
    [InlineData("session", "30s", null)]
    public void Ever_new_channels_are_forgotten_with_their_windows_and_nothing_else_changes(string option, string value, string? rollup)
    {
        const int perMinute = 2_500;
        var options = new Dictionary<string, object?> { [option] = value, ["early"] = "1s", ["max_disorder"] = "1s", ["retain"] = "1m", ["lateness"] = "0s" };
        string[] rollups = rollup is null ? [] : [rollup];
        var (time, start) = (new ManualTime(Mentions.Now), Mentions.Now.AddHours(-2).ToUnixTimeMilliseconds());
        using var lasting = Window(options, time, null);
        using var lastingChain = new AggregateChain(options, rollups, time);
        using var restartedChain = new AggregateChain(options, rollups, time);
        var restarted = Window(options, time, null);
        for (var minute = 0; minute < 80; minute++)
        {
            // One channel lasts: its windows are always among those that are kept. Another comes again now and then.
            var posts = Enumerable.Range(minute * perMinute, perMinute)
                .Select(i => new Post(i, start + (i * 60_000L / perMinute), new Mention($"brand {i % 3}", i % 10 == 0 ? "web" : i % perMinute == 1 && minute % 7 == 0 ? "now and then" : $"c{i}", $"l{i}", "ann", "slecht", -1, -0.5f, 1)))
                .ToList();
            var (sent, sentAgain) = (new List<Exchanged>(), new List<Exchanged>());
            lasting.Push(Mentions.Batch(lasting, posts));
            lasting.Cut(batch => sent.Add(new Exchanged(batch)));
            restarted.Push(Mentions.Batch(restarted, posts));
            restarted.Cut(batch => sentAgain.Add(new Exchanged(batch)));
            Assert.Equal(sent.Select(batch => batch.Text()), sentAgain.Select(batch => batch.Text()));

            sent.ForEach(lastingChain.Push);
            sent.ForEach(restartedChain.Push);
            time.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(lastingChain.Cut(), restartedChain.Cut());
            if (minute % 5 == 0)
            {
                restartedChain.Crash();
                var state = restarted.State;
                restarted.Dispose();
                restarted = Window(options, time, state);
            }
        }

        restarted.Dispose();
        Assert.InRange(((SlotWindows)lasting.Operator).ChannelCount, 1, (1 << 16) + perMinute);
        Assert.InRange(((MergedWindows)lastingChain.Operators[0].Operator).ChannelCount, 1, (1 << 16) + perMinute);
        if (rollup is not null)
        {
            Assert.InRange(((RollupWindows)lastingChain.Operators[1].Operator).ChannelCount, 1, (1 << 16) + perMinute);
        }
    }

    private static OperatorHarness Window(Dictionary<string, object?> options, TimeProvider time, StoredState? state) =>
        new(new WindowDefinition(), options, new HarnessSetting { Input = Mentions.Schema, Time = time, State = state });
}
