using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Decode;

public sealed class DecodeOperatorTests
{
    private const long Noon = 1_772_366_400_000; // 2026-03-01T12:00Z

    [Fact]
    public void A_post_with_plain_names_needs_no_options()
    {
        var rows = Decode(null, """{"id":"a1","time":"2026-03-01T12:00:00Z","author":"ann","channel":"x","language":"nl-NL","text":"Mooi weer","reach":12}""");
        Assert.Equal([new Row("a1", Noon, "ann", "x", "nl", "Mooi weer", 12)], rows);
    }

    [Fact]
    public void Paths_lead_into_objects_and_arrays_and_scalars_of_any_type_become_text()
    {
        var options = new Dictionary<string, object?>
        {
            ["id"] = "meta.ids.1",
            ["time"] = "meta.at",
            ["author"] = "user.id",
            ["channel"] = "verified",
            ["language"] = "lang",
            ["text"] = "content.body",
            ["reach"] = "user.followers",
        };
        var rows = Decode(options, """
            { "meta": {"ids": [1, 22, [3]], "at": 1772366400.25}, "user": {"id": 4711, "followers": 1.5e3, "x": {}},
              "verified": true, "lang": "EN", "content": {"body": "hi"}, "other": [null, {"id": 9}] }
            """);
        Assert.Equal([new Row("22", Noon + 250, "4711", "true", "en", "hi", 1500)], rows);
    }

    [Fact]
    public void What_may_be_absent_is_absent_and_an_id_is_made_of_partition_and_offset()
    {
        var options = new Dictionary<string, object?> { ["default_channel"] = "forum" };
        var rows = Decode(options, """{"time":1772366400000,"text":"","id":null,"author":null,"language":"und"}""");
        Assert.Equal([new Row("3-0", Noon, null, "forum", null, "", 0)], rows);
    }

    [Theory]
    [InlineData("", "forum")]
    [InlineData(" \\t\u00a0", "forum")]
    [InlineData(" \\u3000", null)]
    [InlineData("", null)]
    [InlineData("", "")]
    public void A_channel_without_a_sign_is_absent(string channel, string? defaultChannel)
    {
        var options = defaultChannel is null ? null : new Dictionary<string, object?> { ["default_channel"] = defaultChannel };
        var rows = Decode(options, $$"""{"time":1772366400,"text":"a","channel":"{{channel}}","language":""}""", """{"time":1772366400,"text":"a","channel":" x"}""", """{"time":1772366400,"text":"a"}""");
        var absent = defaultChannel is null or "" ? null : defaultChannel;
        Assert.Equal([absent, " x", absent], rows.Select(row => row.Channel));
        Assert.Null(rows[0].Language);
    }

    [Theory]
    [InlineData("pt-BR", "pt")]
    [InlineData("ZH_hant", "zh")]
    [InlineData("fil", "fil")]
    [InlineData("en-US,en;q=0.9", "en")]
    [InlineData("e", null)]
    [InlineData("n1", null)]
    [InlineData("nl be", null)]
    [InlineData("@[", null)]
    [InlineData("é", null)]
    [InlineData("abcdefghi", null)]
    [InlineData("-nl", null)]
    public void A_language_is_what_looks_like_the_code_of_one(string tag, string? expected) =>
        Assert.Equal(expected, Decode(null, $$"""{"time":1772366400,"text":"a","language":"{{tag}}"}""")[0].Language);

    [Fact]
    public void Of_properties_with_one_name_the_last_counts()
    {
        var options = new Dictionary<string, object?> { ["author"] = "user.name" };
        var rows = Decode(options, """{"text":1,"time":1,"user":{"name":"a"},"t\u0065xt":"last","time":1772366400,"user":{"nick":"b"}}""");
        Assert.Equal([new Row("3-0", Noon, null, null, null, "last", 0)], rows);
    }

    [Fact]
    public void Escapes_are_undone_and_half_a_surrogate_pair_is_replaced()
    {
        var rows = Decode(null, """{"time":1772366400,"text":"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\ud83d!","author":"\u017c\u00f3\u0142w"}""");
        Assert.Equal("a\"\\/\b\f\n\r\té😀\uFFFD!", rows[0].Text);
        Assert.Equal("żółw", rows[0].Author);
    }

    [Fact]
    public void A_text_without_escapes_stays_where_it_came()
    {
        using var harness = new OperatorHarness(new DecodeDefinition());
        var batch = harness.NewBatch("""{"time":1,"text":"not copied"}""");
        harness.Push(batch, b =>
        {
            var value = b.Utf8(0);
            var text = b.Utf8(b.Schema.IndexOf("text"));
            Assert.InRange(text.Offsets[0], value.Offsets[0], value.Offsets[0] + value.Lengths[0] - text.Lengths[0]);
        });
    }

    [Theory]
    [InlineData("", "invalid JSON at byte 0: the record is empty")]
    [InlineData("""{"text":"abc""", "invalid JSON at byte 12: the text ends inside a string")]
    [InlineData("""{"text":"abc","time":1""", "invalid JSON at byte 22: the text ends inside an object")]
    [InlineData("""{"text":"abc"}x""", "invalid JSON at byte 14: something follows the end of the value")]
    [InlineData("""{"text":"a\x"}""", "invalid JSON at byte 11: after a backslash must come one of")]
    [InlineData("""{"text":"\u12g4"}""", "invalid JSON at byte 13: after \\u must come four hexadecimal digits")]
    [InlineData("{\"text\":\"a\tb\"}", "invalid JSON at byte 10: a control character inside a string must be escaped")]
    [InlineData("""{"text":tru}""", "invalid JSON at byte 11: the only words allowed are true, false and null")]
    [InlineData("""{"reach":01}""", "invalid JSON at byte 10: this is not a number")]
    [InlineData("""{"a":1,}""", "invalid JSON at byte 7: nothing follows the comma")]
    [InlineData("""{"text" "a"}""", "invalid JSON at byte 8: a colon must stand here")]
    [InlineData("[1]", "the record's JSON is not an object")]
    [InlineData("""{"time":1}""", "no text: the property 'text' is missing")]
    [InlineData("""{"time":1,"text":5}""", "no text: the property 'text' is a number; it must be a text")]
    [InlineData("""{"text":"a"}""", "no time: the property 'time' is missing")]
    [InlineData("""{"text":"a","time":null}""", "no time: the property 'time' is null")]
    [InlineData("""{"text":"a","time":[]}""", "no time: the property 'time' is an array; it must be a text or a number")]
    [InlineData("""{"text":"a","time":"yesterday"}""", "no time: the property 'time' is 'yesterday'; it must be ISO 8601, like 2026-03-01T12:30:00Z, or a number since 1970")]
    [InlineData("""{"text":"a","time":1,"author":{"x":1}}""", "no author: the property 'author' is an object; it must be a text, a number or a boolean")]
    [InlineData("""{"text":"a","time":1,"reach":"many"}""", "no reach: the property 'reach' is a text; it must be a number")]
    public void What_cannot_be_decoded_is_a_dead_letter_that_names_the_cause_and_its_neighbours_go_on(string bad, string error)
    {
        const string good = """{"time":1772366400,"text":"fine"}""";
        using var harness = new OperatorHarness(new DecodeDefinition());
        var batch = harness.NewBatch(good, bad, good);
        harness.Push(batch, b =>
        {
            Assert.Equal(2, b.RowCount);
            Assert.Equal("fine"u8, b.Utf8(b.Schema.IndexOf("text"))[1]);
        });
        var letter = Assert.Single(harness.DeadLetters);
        Assert.Equal(1, letter.Offset);
        Assert.StartsWith(error, letter.Error, StringComparison.Ordinal);
        Assert.Equal([RecordFate.None, RecordFate.Dead, RecordFate.None], batch.Origin.Fates.ToArray());
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_and_records_too_long_are_dead_letters()
    {
        byte[] latin1 = [.. "{\"time\":1,\"text\":\"caf"u8, 0xE9, .. "\"}"u8];
        var huge = Encoding.UTF8.GetBytes($$"""{"time":1,"text":"{{new string('x', 5_000_000)}}"}""");
        using var harness = new OperatorHarness(new DecodeDefinition());
        harness.Push(harness.NewBatch([latin1, huge]), b => Assert.Equal(0, b.RowCount));
        Assert.Equal("invalid UTF-8 at byte 21", harness.DeadLetters[0].Error);
        Assert.Equal("the record is 5000020 bytes long; the most is 1048576 (option 'max_bytes' of 'decode')", harness.DeadLetters[1].Error);
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        static string Nested(int depth) => $$"""{"time":1,"text":"a","x":{{new string('[', depth)}}{{new string(']', depth)}}}""";
        using var harness = new OperatorHarness(new DecodeDefinition());
        harness.Push(harness.NewBatch(Nested(63), Nested(64), Nested(100_000)), b => Assert.Equal(1, b.RowCount));
        Assert.All(harness.DeadLetters, letter => Assert.Contains("nested more than 64 deep", letter.Error, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_channel_and_language_has_its_name_however_many_there_were_before()
    {
        using var harness = new OperatorHarness(new DecodeDefinition(), new Dictionary<string, object?> { ["default_channel"] = "forum" });
        var (distinct, dictionaries) = (0, new HashSet<Utf8Dictionary>());
        for (var from = 0; from < 150_000; from += 1_000)
        {
            var posts = Enumerable.Range(from, 1_000).Select(i => $$"""{"time":1,"text":"","channel":{{(i % 2 == 0 ? "null" : $"\"c{i}\"")}},"language":"{{Tag(i)}}"}""");
            harness.Push(harness.NewBatch(posts), batch =>
            {
                for (var row = 0; row < batch.RowCount; row++)
                {
                    var at = Row.Of(batch, row);
                    Assert.Equal(((from + row) % 2 == 0 ? "forum" : $"c{from + row}", Tag(from + row)), (at.Channel, at.Language));
                }

                var channels = batch.Dictionary(batch.Schema.IndexOf("channel")).Dictionary;
                distinct = Math.Max(distinct, channels.Count);
                dictionaries.Add(channels);
            });
        }

        Assert.Equal(2, dictionaries.Count);
        Assert.InRange(distinct, 1 << 16, (1 << 16) + 1_000);

        static string Tag(int i) => string.Concat(Enumerable.Range(0, 5).Select(k => (char)('a' + (i / (int)Math.Pow(26, k) % 26))));
    }

    [Fact]
    public void A_path_with_an_empty_name_is_refused()
    {
        var error = Assert.Throws<Core.Graph.GraphException>(() => OperatorHarness.Bind(new DecodeDefinition(), new Dictionary<string, object?> { ["text"] = "user..name" }));
        Assert.Contains("option 'text' must be property names joined by dots", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decoding_allocates_nothing_once_warm()
    {
        using var harness = new OperatorHarness(new DecodeDefinition());
        var values = Enumerable.Range(0, 500).Select(i => Encoding.UTF8.GetBytes(
            $$"""{"id":"{{i}}","time":"2026-03-01T12:00:0{{i % 10}}.5+02:00","author":"a{{i}}","channel":"c{{i % 5}}","language":"pl","text":"tak\n{{i}} zażółć","reach":{{i}}}""")).ToArray();
        var batch = harness.NewBatch();
        void Round()
        {
            batch.Clear();
            for (var i = 0; i < values.Length; i++)
            {
                batch.Utf8(0).Set(batch.AppendRecord(i), values[i]);
            }

            harness.Push(batch);
        }

        Assert.Equal(0, Allocations.InSteadyState(Round));
        Assert.Equal(values.Length, batch.RowCount);
    }

    private static List<Row> Decode(object? options, params string[] posts)
    {
        using var harness = new OperatorHarness(new DecodeDefinition(), options, new HarnessSetting { Partition = 3, PartitionCount = 8 });
        var rows = new List<Row>();
        harness.Push(harness.NewBatch(posts), batch =>
        {
            for (var row = 0; row < batch.RowCount; row++)
            {
                rows.Add(Row.Of(batch, row));
                Assert.Equal(rows[row].Time, batch.Origin.EventTimes[batch.Records[row]]);
            }
        });
        Assert.Empty(harness.DeadLetters);
        return rows;
    }

    private sealed record Row(string? Id, long Time, string? Author, string? Channel, string? Language, string? Text, long Reach)
    {
        public static Row Of(RecordBatch batch, int row)
        {
            string? Utf8(string name) => batch.Utf8(batch.Schema.IndexOf(name)) is var c && c.Lengths[row] < 0 ? null : Encoding.UTF8.GetString(c[row]);
            string? Code(string name) => batch.Dictionary(batch.Schema.IndexOf(name)) is var c && c[row] < 0 ? null : c.Dictionary.GetString(c[row]);
            long Number(string name) => batch.Int64(batch.Schema.IndexOf(name))[row];
            return new Row(Utf8("id"), Number("time"), Utf8("author"), Code("channel"), Code("language"), Utf8("text"), Number("reach"));
        }
    }
}
