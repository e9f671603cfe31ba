using System.Collections.Immutable;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;

namespace StreamEngine.Tests.Core.Operators;

public sealed class OptionSetTests
{
    private static readonly Option<string> _text = Option.Text("text", "a text");
    private static readonly Option<string?> _perhaps = Option.OptionalText("perhaps", "a text");
    private static readonly Option<long> _whole = Option.Integer("whole", "a number", 3, 1, 1_000_000);
    private static readonly Option<double> _number = Option.Number("number", "a number", 0.5, 0, 1);
    private static readonly Option<bool> _flag = Option.Flag("flag", "yes or no", true);
    private static readonly Option<TimeSpan> _time = Option.Duration("time", "a time", TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(1));
    private static readonly Option<TimeSpan?> _noTime = Option.OptionalDuration("no_time", "a time", max: TimeSpan.FromHours(1));
    private static readonly Option<TimeSpan> _range = Option.Duration("range", "a time", TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1));
    private static readonly Option<ImmutableArray<string>> _list = Option.TextList("list", "texts", "a", "b");
    private static readonly Option<ImmutableDictionary<string, string>> _map = Option.TextMap("map", "names and texts");
    private static readonly Option<string> _path = Option.Path("path", "a file");
    private static readonly ImmutableArray<Option> _all = [_text, _perhaps, _whole, _number, _flag, _time, _noTime, _range, _list, _map, _path];

    [Fact]
    public void Values_are_read_by_their_types_and_defaults_stand_for_what_is_not_given()
    {
        var set = Bind("text: x\nwhole: 1_000\nnumber: 1e-3\nflag: false\ntime: 1h30m\nlist: one\nmap: { a: 1, b: c }\npath: sub/file", out var problems);

        Assert.Empty(problems);
        Assert.Equal(("x", null, 1000L, 0.001, false), (set.Get(_text), set.Get(_perhaps), set.Get(_whole), set.Get(_number), set.Get(_flag)));
        Assert.Equal((TimeSpan.FromMinutes(90), null), (set.Get(_time), set.Get(_noTime)));
        Assert.Equal(["one"], set.Get(_list).ToArray());
        Assert.Equal([("a", "1"), ("b", "c")], set.Get(_map).Select(p => (p.Key, p.Value)).Order());
        Assert.Equal(Path.GetFullPath(Path.Combine("folder", "sub", "file")), set.Get(_path));
        var defaults = Bind("text: x\npath: p", out _);
        Assert.Equal((3L, 0.5, true, TimeSpan.FromSeconds(1)), (defaults.Get(_whole), defaults.Get(_number), defaults.Get(_flag), defaults.Get(_time)));
        Assert.Equal(["a", "b"], defaults.Get(_list).ToArray());
    }

    [Theory]
    [InlineData("whole: 0", "op: option 'whole' must be a whole number from 1 to 1000000")]
    [InlineData("whole: 1.5", "op: option 'whole' must be a whole number")]
    [InlineData("number: NaN", "op: option 'number' must be a number from 0 to 1")]
    [InlineData("flag: yes", "op: option 'flag' must be true or false")]
    [InlineData("time: 5", "op: option 'time' must be a duration like 30s or 1h, of at least 1ms")]
    [InlineData("time: 0s", "op: option 'time' must be a duration")]
    [InlineData("no_time: 61m", "op: option 'no_time' must be a duration like 30s or 1h, of at most 1h")]
    [InlineData("range: 2d", "op: option 'range' must be a duration like 30s or 1h, from 10ms to 1d")]
    [InlineData("range: 9ms", "op: option 'range' must be a duration like 30s or 1h, from 10ms to 1d")]
    [InlineData("list: [a, [b]]", "op: option 'list' must be a list of texts")]
    [InlineData("map: [a]", "op: option 'map' must be a map of names to texts")]
    [InlineData("text: [a]", "op: option 'text' must be a text")]
    public void A_wrong_value_is_told_at_its_place(string line, string message)
    {
        Bind("path: p\n" + line + (line.StartsWith("text", StringComparison.Ordinal) ? "" : "\ntext: x"), out var problems);

        var problem = Assert.Single(problems);
        Assert.Equal(new SourcePosition("folder/f.yaml", 2, line.IndexOf(' ', StringComparison.Ordinal) + 2), problem.Position);
        Assert.StartsWith(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_required_and_missing_is_told_with_what_it_is_for()
    {
        Bind("whole: 2", out var problems);

        Assert.Equal(["op needs the option 'text' (text): a text", "op needs the option 'path' (path): a file"], problems.Select(p => p.Message));
    }

    private static OptionSet Bind(string yaml, out List<GraphProblem> problems) =>
        OptionSet.Bind("op", _all, YamlText.Read(yaml, "folder/f.yaml"), SourcePosition.Code, problems = []);
}
