using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Filter;

public sealed class FilterOperatorTests
{
    private static readonly BatchSchema _input = new(
        new("text", ColumnType.Utf8),
        new("language", ColumnType.Dictionary),
        new("reach", ColumnType.Int64),
        new("time", ColumnType.Int64),
        new("score", ColumnType.Float32),
        new("size", ColumnType.Int32));

    // text, language, reach, time, score, size
    private static readonly (string? Text, string? Language, long Reach, string? Time, float Score, int Size)[] _rows =
    [
        ("good refund", "nl", 10, "2026-03-01T00:00:00Z", 0.5f, 1),
        ("bad refund!", "it", 100, "2026-03-02T00:00:00Z", -0.5f, 2),
        (null, null, long.MinValue, null, float.NaN, 3),
        ("refund", "nl-be", -5, "2026-03-03T00:00:00Z", 0f, 4),
    ];

    [Theory]
    [InlineData("language == nl", "0")]
    [InlineData("language != nl", "1 3")]
    [InlineData("not language == nl", "1 2 3")]
    [InlineData("language in [nl, 'it']", "0 1")]
    [InlineData("language not in [nl, it]", "3")]
    [InlineData("language starts_with \"nl\"", "0 3")]
    [InlineData("text contains refund and not text ends_with '!'", "0 3")]
    [InlineData("text is absent", "2")]
    [InlineData("language is present and score is not absent", "0 1 3")]
    [InlineData("reach is absent or size is absent or score is absent or time is absent", "2")]
    [InlineData("reach >= 10", "0 1")]
    [InlineData("reach < 10", "3")]
    [InlineData("reach != 10", "1 3")]
    [InlineData("reach in [100, -5]", "1 3")]
    [InlineData("score > -0.25", "0 3")]
    [InlineData("score <= 0 or language == nl and reach > 50", "1 3")]
    [InlineData("(score <= 0 or language == nl) and reach > 50", "1")]
    [InlineData("size == 2 or size in [4]", "1 3")]
    [InlineData("time >= 2026-03-02 and time < '2026-03-02T12:00:00+01:00'", "1")]
    [InlineData("time >= 20260302", "1 3")]
    [InlineData("time in [20260301, '20260303T00:00Z']", "0 3")]
    [InlineData("time < 1772409600000", "0")]
    [InlineData("reach < 20260302", "0 1 3")]
    public void Rows_that_meet_the_condition_go_on(string where, string expected)
    {
        using var harness = Harness(where);
        var batch = Batch(harness);
        harness.Push(batch, b => Assert.Equal(expected, string.Join(' ', b.Records.ToArray())));
        Assert.Equal(_rows.Length - expected.Split(' ').Length, batch.Origin.Fates.ToArray().Count(fate => fate == RecordFate.Unmatched));
    }

    [Theory]
    [InlineData("langauge == nl", "character 1: there is no column 'langauge' (did you mean 'language'?); there are: text, language, reach, time, score, size")]
    [InlineData("reach > many", "character 9: 'reach' holds whole numbers or times; 'many' is neither")]
    [InlineData("time > 20261301", "character 8: 'time' holds times; '20261301' is neither a date nor ms since 1970")]
    [InlineData("score > high", "character 9: 'score' holds numbers; 'high' is none")]
    [InlineData("reach contains 5", "character 7: 'contains' compares texts; 'reach' is a number")]
    [InlineData("language > nl", "character 10: '>' compares numbers; 'language' is a text")]
    [InlineData("language = nl", "character 10: '=' is written '=='")]
    [InlineData("language == 'nl", "character 13: this quote is not closed")]
    [InlineData("language in nl", "character 13: '[' must stand here, not 'nl'")]
    [InlineData("(language == nl", "character 16: ')' must stand here, not the end")]
    [InlineData("language == nl reach > 5", "character 16: 'and', 'or' or the end must stand here, not 'reach'")]
    [InlineData("language like nl", "character 10: one of == != < <= > >= in not is contains starts_with ends_with must stand here, not 'like'")]
    [InlineData("", "character 1: the name of a column must stand here, not the end")]
    public void What_is_wrong_is_told_with_its_place_in_the_condition(string where, string expected)
    {
        var error = Assert.Throws<GraphException>(() => Harness(where).Dispose());
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("brand in [Acme] and not channel == forum or language is absent", true)]
    [InlineData("window_start >= 2026-03-01T00:00:00Z and window_end < 2026-04-01T00:00:00Z", true)]
    [InlineData("posts >= 10 and (negative > 3 or reach > 1000) and not positive < 2", true)]
    [InlineData("is_final == 1 and posts >= 10", true)]
    [InlineData("not is_final == 0", true)]
    [InlineData("is_final == 0", false)]
    [InlineData("posts < 10", false)]
    [InlineData("posts == 10", false)]
    [InlineData("not posts > 10", false)]
    [InlineData("mean_score < -0.2", false)]
    [InlineData("is_final == 1 and mean_score is present", false)]
    [InlineData("authors > 100", false)]
    [InlineData("first_event > 2026-03-01", false)]
    [InlineData("negative in [1, 2]", false)]
    public void Behind_windows_only_conditions_that_stay_met_are_taken(string where, bool taken)
    {
        OperatorHarness Behind(BatchSchema windows) =>
            new(new FilterDefinition(), new Dictionary<string, object?> { ["where"] = where }, new HarnessSetting { Input = windows });
        if (taken)
        {
            Behind(WindowColumns.OutputOf(new WindowShape(TimeSpan.FromMinutes(1)))).Dispose();
        }
        else
        {
            Assert.Contains("no longer hold when the window has grown", Assert.Throws<GraphException>(() => Behind(WindowColumns.OutputOf(new WindowShape(TimeSpan.FromMinutes(1)))).Dispose()).Message, StringComparison.Ordinal);
        }

        // Where rows are no windows, everything may be asked.
        Behind(WindowColumns.Output).Dispose();
    }

    [Fact]
    public void Filtering_allocates_nothing_once_warm()
    {
        using var harness = Harness("language in [nl, it] and reach >= 100 and not text contains 'x' or score < 0");
        var first = Batch(harness);
        var batches = new Queue<RecordBatch>(Enumerable.Range(0, 20).Select(_ => Batch(harness)));
        foreach (var batch in batches)
        {
            batch.Dictionary(1).Dictionary = first.Dictionary(1).Dictionary;
        }

        Assert.Equal(0, Allocations.InSteadyState(() => harness.Push(batches.Dequeue())));
    }

    private static OperatorHarness Harness(string where) =>
        new(new FilterDefinition(), new Dictionary<string, object?> { ["where"] = where }, new HarnessSetting { Input = _input });

    private static RecordBatch Batch(OperatorHarness harness)
    {
        var batch = harness.NewBatch();
        foreach (var (text, language, reach, time, score, size) in _rows)
        {
            var row = batch.AppendRecord(batch.RowCount);
            batch.Utf8(0).Set(row, 0, -1);
            if (text is not null)
            {
                batch.Utf8(0).Set(row, Encoding.UTF8.GetBytes(text));
            }

            batch.Dictionary(1)[row] = language is null ? -1 : batch.Dictionary(1).Dictionary.GetOrAdd(language);
            batch.Int64(2)[row] = reach;
            batch.Int64(3)[row] = time is null ? long.MinValue : DateTimeOffset.Parse(time).ToUnixTimeMilliseconds();
            batch.Float32(4)[row] = score;
            batch.Int32(5)[row] = size;
        }

        return batch;
    }
}
