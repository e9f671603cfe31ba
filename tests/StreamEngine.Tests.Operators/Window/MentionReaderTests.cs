using StreamEngine.Core.Batches;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Window;

/// <summary>What a window reads out of the columns that it groups by.</summary>
public sealed class MentionReaderTests
{
    private static readonly Dictionary<string, object?> _options = new() { ["size"] = "1m", ["early"] = "1s" };
    private static readonly long _start = Mentions.Now.AddMinutes(-5).ToUnixTimeMilliseconds();

    [Theory]
    [InlineData("channel")]
    [InlineData("language")]
    public void An_empty_text_is_absent_since_rows_of_both_would_share_a_key(string column)
    {
        using var window = Window();
        using var chain = new AggregateChain(_options, [], new ManualTime(Mentions.Now));
        var batch = Mentions.Batch(window, [Post(0, "", ""), Post(1, "", ""), Post(2, "", "")]);
        batch.Dictionary(window.InputSchema.IndexOf(column))[1] = -1;
        window.Push(batch);

        var sent = Cut(window);
        sent.ForEach(chain.Push);

        Assert.Equal(1, sent.Sum(s => s.RowCount));
        Assert.Equal(3, Assert.Single(chain.Cut()[0]).Posts);
    }

    [Fact]
    public void A_mention_of_an_empty_brand_is_none()
    {
        using var window = Window();
        var batch = Mentions.Batch(window, [new Post(0, _start, new Mention("", "web", "nl", "ann", "slecht", -1, -0.5f, 1))]);

        window.Push(batch);

        Assert.Equal([RecordFate.Unmatched], batch.Origin.Fates.ToArray());
    }

    private static Post Post(long offset, string channel, string language) =>
        new(offset, _start + offset, new Mention("Acme", channel, language, "ann", "slecht", -1, -0.5f, 1));

    private static List<Exchanged> Cut(OperatorHarness window)
    {
        var sent = new List<Exchanged>();
        window.Cut(batch => sent.Add(new Exchanged(batch)));
        return sent;
    }

    private static OperatorHarness Window() =>
        new(new WindowDefinition(), _options, new HarnessSetting { Input = Mentions.Schema, Time = new ManualTime(Mentions.Now) });
}
