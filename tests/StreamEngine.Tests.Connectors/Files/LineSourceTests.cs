using System.IO.Compression;
using System.Text;
using StreamEngine.Connectors.Files;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sources;

namespace StreamEngine.Tests.Connectors.Files;

public sealed class LineSourceTests : IDisposable
{
    private static readonly FileSourceDefinition _definition = new();

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("{\"a\":1}\n{\"a\":", true, "1:{\"a\":1}", "line 2 is not written to its end yet and is left to the next run")]
    [InlineData("{\"a\":", true, "", "line 1 is not written to its end yet and is left to the next run")]
    [InlineData("{\"a\":1}\n{\"a\":2}", true, "1:{\"a\":1} 2:{\"a\":2}", null)]
    [InlineData("{\"a\":1}\n{\"a\":\n", true, "1:{\"a\":1} 2:{\"a\":", null)]
    [InlineData("{\"a\":1}\nno", true, "1:{\"a\":1} 2:no", null)]
    [InlineData("{\"a\":1}\n{\"a\":", false, "1:{\"a\":1} 2:{\"a\":", null)]
    public void Half_an_object_as_the_last_line_is_left_to_the_next_run_where_there_is_one(string text, bool goesOn, string expected, string? unfinished)
    {
        File.WriteAllText(_folder["posts.jsonl"], text);
        using var source = Open(goesOn);

        Assert.Equal(expected, string.Join(' ', Read(source, 0)));
        Assert.Equal(unfinished, source.Unfinished);
    }

    [Fact]
    public void A_line_that_was_left_is_read_when_it_is_whole()
    {
        File.WriteAllText(_folder["posts.jsonl"], "one\n{\"a\":");
        using (var source = Open(goesOn: true))
        {
            Assert.Equal(["1:one"], Read(source, 0));
        }

        File.AppendAllText(_folder["posts.jsonl"], "2}\nthree\n");
        using var grown = Open(goesOn: true);
        Assert.Equal(["2:{\"a\":2}", "3:three"], Read(grown, 2));
    }

    [Theory]
    [InlineData("", 0, 2)]
    [InlineData("one\ntwo", 2, 4)]
    [InlineData("one\ntwo\n", 2, 1001)]
    public void A_file_with_fewer_lines_than_were_read_is_refused(string text, int lines, long next)
    {
        File.WriteAllText(_folder["posts.jsonl"], text);
        using var source = Open(goesOn: true);

        var refused = Assert.Throws<IOException>(() => Read(source, next));

        Assert.StartsWith($"source 'file': posts.jsonl has {lines} lines, and the state goes on at line {next}: it was cut, or is another file", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_read_to_its_end_and_has_not_grown_gives_nothing()
    {
        File.WriteAllText(_folder["posts.jsonl"], "one\ntwo");
        using var source = Open(goesOn: true);

        Assert.Empty(Read(source, 3));
    }

    [Fact]
    public void A_file_is_known_by_its_first_text_whether_it_is_packed_or_not()
    {
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i}\n"));
        File.WriteAllText(_folder["posts.jsonl"], text);
        using (var plain = Open(goesOn: true))
        {
            Assert.Equal(text[..65536], Encoding.UTF8.GetString(plain.Beginning.Span));
            Assert.Equal(20_000, Read(plain, 0).Count);
        }

        using (var gzip = new GZipStream(File.Create(_folder["posts.jsonl"]), CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        using var packed = Open(goesOn: true);
        Assert.Equal(text[..65536], Encoding.UTF8.GetString(packed.Beginning.Span));
        Assert.Equal(20_000, Read(packed, 0).Count);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("one\ntwo", "one\ntwo")]
    [InlineData("one\n{\"a\":", "one\n")]
    [InlineData("{\"a\":", "")]
    public void What_is_left_to_the_next_run_does_not_count_as_the_beginning(string text, string beginning)
    {
        File.WriteAllText(_folder["posts.jsonl"], text);
        using var source = Open(goesOn: true);

        Assert.Equal(beginning, Encoding.UTF8.GetString(source.Beginning.Span));
    }

    [Fact]
    public void A_damaged_file_is_told_by_its_name_also_before_its_first_line()
    {
        File.WriteAllBytes(_folder["posts.jsonl"], [0x1F, 0x8B, 1, 2, 3, 4]);
        using var source = Open(goesOn: true);

        Assert.StartsWith("source 'file': posts.jsonl cannot be read beyond line 0: ", Assert.Throws<IOException>(() => source.Beginning).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-", true)]
    [InlineData("posts.jsonl", false)]
    public void Standard_input_cannot_be_gone_on_with(string path, bool refused) =>
        Assert.Equal(refused, _definition.ObstacleToGoOn(Options(path))?.StartsWith("cannot go with standard input", StringComparison.Ordinal) ?? false);

    public void Dispose() => _folder.Dispose();

    private static OptionSet Options(string path)
    {
        var problems = new List<GraphProblem>();
        var options = OptionSet.Bind("source 'file'", _definition.Options, ConfigNode.From(new Dictionary<string, object?> { ["path"] = path }), SourcePosition.Code, problems);
        Assert.Empty(problems);
        return options;
    }

    private static List<string> Read(IBoundedSource source, long next)
    {
        var batch = new RecordBatch(SourceDefinition.Schema);
        var lines = new List<string>();
        while (source.Fill(batch, ref next))
        {
            for (var row = 0; row < batch.RowCount; row++)
            {
                lines.Add($"{batch.Origin.Offsets[batch.Records[row]]}:{Encoding.UTF8.GetString(batch.Utf8(SourceDefinition.ValueColumn)[row])}");
            }

            batch.Clear();
        }

        return lines;
    }

    private IBoundedSource Open(bool goesOn)
    {
        var options = Options(_folder["posts.jsonl"]);
        return goesOn ? _definition.OpenToGoOn(options) : _definition.Open(options);
    }
}
