using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using StreamEngine.Core.Graph;

namespace StreamEngine.Operators;

/// <summary>Reads the tests of a graph; finds all that is wrong in the file, each with its place.</summary>
public sealed class GraphTestFile
{
    private static readonly ImmutableArray<string> _keys = ["name", "now", "posts", "posts_file", "expect"];
    private static readonly ImmutableArray<string> _streamKeys = ["rows", "count"];

    private readonly LogicalGraph _graph;
    private readonly string _folder;
    private readonly Func<string, IEnumerable<ReadOnlyMemory<byte>>> _readLines;
    private readonly List<GraphProblem> _problems = [];

    private GraphTestFile(LogicalGraph graph, string folder, Func<string, IEnumerable<ReadOnlyMemory<byte>>> readLines) =>
        (_graph, _folder, _readLines) = (graph, folder, readLines);

    /// <summary>What a test may count of the ledger.</summary>
    public static ImmutableArray<string> LedgerColumns { get; } = ["consumed", "counted", "unmatched", "late", "dead"];

    /// <summary>The file that a graph's tests are in: beside it, ending in <c>.test.yaml</c>.</summary>
    public static string PathFor(string graph) => Path.ChangeExtension(graph, null) + ".test" + (Path.GetExtension(graph) is { Length: > 0 } extension ? extension : ".yaml");

    /// <summary>Reads a file of tests.</summary>
    /// <param name="path">The file.</param>
    /// <param name="graph">The graph that they are about.</param>
    /// <param name="readLines">Reads the lines of a file of posts.</param>
    /// <exception cref="GraphException">Something is wrong with it.</exception>
    public static ImmutableArray<GraphTest> Read(string path, LogicalGraph graph, Func<string, IEnumerable<ReadOnlyMemory<byte>>> readLines)
    {
        if (!File.Exists(path))
        {
            throw new GraphException(new SourcePosition(path, 0, 0), "there is no such file; it should hold the graph's tests (streamengine test --help shows one)");
        }

        var file = new GraphTestFile(graph, Path.GetDirectoryName(Path.GetFullPath(path))!, readLines);
        var root = YamlText.ReadFile(path);
        if (root is not ConfigMap { Entries: [var (key, value)] } || key.Text != "tests" || value is not ConfigList { Items.Length: > 0 } list)
        {
            throw new GraphException(root.Position, "a file of tests is a map with one section, 'tests': a list, in which each test has name, posts and expect");
        }

        var tests = list.Items.Select(file.Test).ToImmutableArray();
        return file._problems.Count == 0 ? tests : throw new GraphException([.. file._problems]);
    }

    private GraphTest Test(ConfigNode node)
    {
        if (node is not ConfigMap map)
        {
            Problem(node, $"a test is a map with {string.Join(", ", _keys)}");
            return new GraphTest("", node.Position, [], null, [], []);
        }

        CheckKeys(map, "a test", _keys);
        var name = (map["name"] as ConfigScalar)?.Text ?? "";
        if (name.Length == 0)
        {
            Problem(map["name"] ?? map, "a test needs a name that says what holds");
        }

        var (ledger, streams) = Expectations(map);
        return new GraphTest(name, map.Position, Posts(map), Now(map["now"]), ledger, streams);
    }

    private DateTimeOffset? Now(ConfigNode? node)
    {
        if (node is null)
        {
            return null;
        }

        if (node is ConfigScalar { Text: { } text } && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var now))
        {
            return now;
        }

        Problem(node, "'now' is a moment such as 2026-03-01T12:00:00Z: what the clock says while the test runs");
        return null;
    }

    private ImmutableArray<ReadOnlyMemory<byte>> Posts(ConfigMap map)
    {
        var (inline, file) = (map["posts"], map["posts_file"]);
        if ((inline is null) == (file is null))
        {
            Problem(inline ?? map, "a test has either 'posts' (a text with a post as JSON on each line: 'posts: |') or 'posts_file' (a file of such lines, plain or packed by gzip)");
            return [];
        }

        if (inline is not null)
        {
            return inline is ConfigScalar { Text: { } text } ? Lines(text) : Wrong(inline, "'posts' is a text with a post as JSON on each line: begin it with 'posts: |'");
        }

        try
        {
            return [.. _readLines(Path.Combine(_folder, (file as ConfigScalar)?.Text ?? ""))];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return Wrong(file!, $"cannot be read: {error.Message}");
        }

        ImmutableArray<ReadOnlyMemory<byte>> Wrong(ConfigNode node, string message)
        {
            Problem(node, message);
            return [];
        }
    }

    private static ImmutableArray<ReadOnlyMemory<byte>> Lines(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(line))];

    private (ImmutableArray<(string, long, SourcePosition)> Ledger, ImmutableArray<StreamExpectation> Streams) Expectations(ConfigMap test)
    {
        if (test["expect"] is not ConfigMap { Entries.Length: > 0 } expect)
        {
            Problem(test["expect"] ?? test, "a test needs 'expect': what must come of the posts, by operator's id, 'dead-letters', 'late' and 'ledger'");
            return ([], []);
        }

        var ledger = ImmutableArray.CreateBuilder<(string, long, SourcePosition)>();
        var streams = ImmutableArray.CreateBuilder<StreamExpectation>();
        foreach (var (key, value) in expect.Entries)
        {
            if (key.Text == "ledger")
            {
                ledger.AddRange(LedgerCounts(value));
            }
            else if (IsStream(key) && Stream(key, value) is { } stream)
            {
                streams.Add(stream);
            }
        }

        return (ledger.ToImmutable(), streams.ToImmutable());
    }

    private IEnumerable<(string, long, SourcePosition)> LedgerCounts(ConfigNode node)
    {
        if (node is not ConfigMap map)
        {
            Problem(node, $"'ledger' is a map of counts: {string.Join(", ", LedgerColumns)}");
            yield break;
        }

        CheckKeys(map, "the ledger", LedgerColumns);
        foreach (var (key, value) in map.Entries.Where(entry => LedgerColumns.Contains(entry.Key.Text ?? "")))
        {
            if (Count(value) is { } count)
            {
                yield return (key.Text!, count, key.Position);
            }
        }
    }

    private bool IsStream(ConfigScalar key)
    {
        string[] streams = [.. _graph.Operators.Select(op => op.Id), SinkNode.DeadLetters, SinkNode.Late];
        if (streams.Contains(key.Text))
        {
            return true;
        }

        Problem(key, $"the graph has no operator '{key.Text}'{NearestWord.Hint(key.Text ?? "", [.. streams, "ledger"])}; there are: {string.Join(", ", streams)}; and ledger");
        return false;
    }

    private StreamExpectation? Stream(ConfigScalar key, ConfigNode value)
    {
        var (rows, count) = (value, (int?)null);
        if (value is ConfigMap map)
        {
            CheckKeys(map, "what is expected of a stream", _streamKeys);
            rows = map["rows"] ?? new ConfigList([], map.Position);
            count = map["count"] is { } number ? Count(number) : null;
        }

        if (rows is not ConfigList list)
        {
            Problem(value, "is a list of rows, which are then all there may be, or a map with 'rows', which must be among them, and 'count'");
            return null;
        }

        try
        {
            return new StreamExpectation(key.Text!, key.Position, [.. list.Items.Select(item => new RowExpectation(item))], value is ConfigList ? list.Items.Length : count);
        }
        catch (GraphException wrong)
        {
            _problems.AddRange(wrong.Problems);
            return null;
        }
    }

    private int? Count(ConfigNode node)
    {
        if (node is ConfigScalar { Text: { } text } && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return count;
        }

        Problem(node, "is a count: a whole number from 0 on");
        return null;
    }

    private void CheckKeys(ConfigMap map, string what, ImmutableArray<string> known)
    {
        foreach (var (key, _) in map.Entries.Where(entry => !known.Contains(entry.Key.Text ?? "")))
        {
            Problem(key, $"{what} has no '{key.Text}'{NearestWord.Hint(key.Text ?? "", known)}; it has: {string.Join(", ", known)}");
        }
    }

    private void Problem(ConfigNode node, string message) => _problems.Add(new GraphProblem(node.Position, message));
}
