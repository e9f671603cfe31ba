using System.Collections.Immutable;
using System.Text.RegularExpressions;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sinks;
using StreamEngine.Core.Sources;

namespace StreamEngine.Core.Graph;

/// <summary>
/// Turns a graph as written into a checked <see cref="LogicalGraph"/>. Finds all that is wrong, not only the first thing; each problem
/// names its place and, for misspelt words, the nearest right one.
/// </summary>
public sealed partial class GraphReader
{
    private static readonly ImmutableArray<string> _sections = ["name", "source", "operators", "sinks", "runtime"];

    private readonly Catalog _catalog;
    private readonly List<GraphProblem> _problems = [];

    private GraphReader(Catalog catalog) => _catalog = catalog;

    /// <summary>Reads a graph's file, with values set over it.</summary>
    /// <exception cref="GraphException">Something is wrong with it.</exception>
    public static LogicalGraph ReadFile(string path, Catalog catalog, params IEnumerable<string> overrides) =>
        Read(overrides.Aggregate(YamlText.ReadFile(path), ConfigOverride.Apply), catalog);

    /// <summary>Reads a graph.</summary>
    /// <exception cref="GraphException">Something is wrong with it.</exception>
    public static LogicalGraph Read(ConfigNode root, Catalog catalog)
    {
        var reader = new GraphReader(catalog);
        var graph = reader.Graph(root);
        return reader._problems.Count == 0 && graph is not null
            ? graph
            : throw new GraphException([.. reader._problems.OrderBy(p => p.Position.Line).ThenBy(p => p.Position.Column)]);
    }

    private LogicalGraph? Graph(ConfigNode root)
    {
        if (root is not ConfigMap map)
        {
            Problem(root.Position, $"a graph is a map with the sections {string.Join(", ", _sections)}");
            return null;
        }

        foreach (var (key, _) in map.Entries.Where(e => !_sections.Contains(e.Key.Text ?? "")))
        {
            Problem(key.Position, $"a graph has no section '{key.Text}'{NearestWord.Hint(key.Text ?? "", _sections)}; it has: {string.Join(", ", _sections)}");
        }

        var name = Name(map);
        var source = Source(map);
        var operators = Operators(map["operators"], map.Position);
        var sinks = Sinks(map["sinks"], operators, source?.Definition is BoundedSourceDefinition);
        var runtime = OptionSet.Bind("section 'runtime'", RuntimeSettings.Options, map["runtime"], map.Position, _problems);
        if (_problems.Count > 0)
        {
            return null;
        }

        CheckForks(operators);
        var settings = new RuntimeSettings(runtime);
        var obstacle = source!.Definition is BoundedSourceDefinition bounded
            ? bounded.ObstacleToGoOn(source.Options)
            : $"is for graphs without Kafka; with source '{source.Definition.Name}' the state is kept there";
        if (settings.StateFolder is not null && obstacle is not null)
        {
            Problem(settings.PositionOfState, $"section 'runtime': option 'state' {obstacle}");
        }

        return new LogicalGraph(name, source, operators, sinks, settings);
    }

    private string Name(ConfigMap map)
    {
        var node = map["name"];
        if (node is ConfigScalar { Text: { } name } && ValidName().IsMatch(name))
        {
            return name;
        }

        Problem(node?.Position ?? map.Position, "a graph needs a name of letters, digits, '-', '_' and '.', at most 100: it is the prefix of its topics");
        return "";
    }

    private SourceNode? Source(ConfigMap map)
    {
        var node = map["source"];
        if (node is ConfigMap { Entries: [_, _, ..] entries })
        {
            Problem(entries[^1].Key.Position, $"a graph has one source, and this one names {string.Join(" and ", entries.Select(e => e.Key.Text))}");
            return null;
        }

        if (node is not ConfigMap { Entries.Length: 1 } entry)
        {
            Problem(node?.Position ?? map.Position, $"a graph needs a section 'source' that names one of: {string.Join(", ", _catalog.Sources.Keys)}");
            return null;
        }

        var (key, options) = entry.Entries[0];
        if (!_catalog.Sources.TryGetValue(key.Text ?? "", out var definition))
        {
            Problem(key.Position, $"there is no source '{key.Text}'{NearestWord.Hint(key.Text ?? "", _catalog.Sources.Keys)}; there are: {string.Join(", ", _catalog.Sources.Keys)}");
            return null;
        }

        var before = _problems.Count;
        var bound = OptionSet.Bind($"source '{definition.Name}'", definition.Options, options, key.Position, _problems);
        if (_problems.Count == before)
        {
            definition.Validate(bound, _problems);
        }

        return new SourceNode(definition, bound, key.Position);
    }

    private ImmutableArray<OperatorNode> Operators(ConfigNode? node, SourcePosition graph)
    {
        if (node is not ConfigList { Items.Length: > 0 } list)
        {
            Problem(node?.Position ?? graph, "a graph needs a list 'operators'");
            return [];
        }

        var nodes = ImmutableArray.CreateBuilder<OperatorNode>();
        foreach (var item in list.Items)
        {
            if (Entry(item, "operator", _catalog.Operators) is { } entry && Operator(entry, nodes) is { } added)
            {
                nodes.Add(added);
            }
        }

        return nodes.ToImmutable();
    }

    private OperatorNode? Operator(ListEntry<OperatorDefinition> entry, ImmutableArray<OperatorNode>.Builder before)
    {
        if (before.Any(n => n.Id == entry.Id))
        {
            Problem(entry.Position, $"two operators have the id '{entry.Id}'; give one of them an id of its own: 'id: …' beside its name");
            return null;
        }

        if (entry.From is { Length: not 1 })
        {
            Problem(entry.Position, $"operator '{entry.Id}' must follow one operator: 'from: ID' beside its name");
            return null;
        }

        var given = entry.From?[0];
        var from = given is null ? (before.Count == 0 ? null : before[^1]) : before.FirstOrDefault(n => n.Id == given.Text);
        if (given is not null && from is null)
        {
            Problem(given.Position, $"operator '{entry.Id}' follows '{given.Text}', which is not an operator before it{NearestWord.Hint(given.Text ?? "", before.Select(n => n.Id))}");
            return null;
        }

        var owner = entry.Id == entry.Definition.Name ? $"operator '{entry.Id}'" : $"operator '{entry.Id}' ({entry.Definition.Name})";
        var problems = _problems.Count;
        var options = OptionSet.Bind(owner, entry.Definition.Options, entry.Options, entry.Position, _problems);
        if (_problems.Count == problems)
        {
            entry.Definition.Validate(options, _problems);
        }

        var input = from?.Output ?? SourceDefinition.Schema;
        if (_problems.Count == problems)
        {
            entry.Definition.ValidateColumns(options, input, _problems);
        }

        if (_problems.Count > problems)
        {
            // Columns may depend on options. Those that follow are checked against what its defaults give, so that one mistake is told once.
            options = OptionSet.Bind(owner, entry.Definition.Options, null, entry.Position, []);
        }

        var columns = entry.Definition.Columns(options, input);
        CheckPlacement(entry, owner, from);
        CheckColumns(entry.Position, owner, from, input, columns);
        var output = columns.Output ?? input.With(columns.Adds);
        var emits = entry.Definition.Placement == OperatorPlacement.Rows && from is not null ? from.Emits : entry.Definition.Emits;
        return new OperatorNode(entry.Id, entry.Definition, options, from?.Id, input, output, emits, entry.Position);
    }

    private void CheckPlacement(ListEntry<OperatorDefinition> entry, string owner, OperatorNode? from)
    {
        var afterWindow = from is not null && IsAggregated(from);
        switch (entry.Definition.Placement)
        {
            case OperatorPlacement.Aggregate when !afterWindow:
                Problem(entry.Position, $"{owner} works on windows: it must follow a window operator, not '{from?.Id ?? "the source"}'");
                break;
            case OperatorPlacement.TwoPhase when afterWindow:
                Problem(entry.Position, $"{owner} cannot follow '{from!.Id}', whose output is windows already");
                break;
            default:
                break;
        }
    }

    private static bool IsAggregated(OperatorNode node) => node.Emits != StreamKind.Posts;

    private void CheckColumns(SourcePosition position, string owner, OperatorNode? from, BatchSchema input, OperatorColumns columns)
    {
        foreach (var read in columns.Reads.Where(r => !input.Has(r.Name, r.Type)))
        {
            var found = input.IndexOf(read.Name);
            var names = input.Columns.Where(c => !c.Internal).Select(c => c.Name).ToList();
            var hint = found >= 0
                ? $"which is there as {input.Columns[found]}"
                : $"which {(from is null ? "the source" : $"operator '{from.Id}'")} does not give{NearestWord.Hint(read.Name, names)}; there are: {(names.Count == 0 ? "none" : string.Join(", ", names))}. Operators that add it: {Adders(read)}";
            Problem(position, $"{owner} needs the column {read}, {hint}");
        }

        foreach (var added in columns.Adds.Where(a => input.IndexOf(a.Name) is >= 0 and var i && input.Columns[i].Type != a.Type))
        {
            Problem(position, $"{owner} adds the column {added}, which is there already as {input.Columns[input.IndexOf(added.Name)]}");
        }
    }

    private string Adders(ColumnDeclaration column)
    {
        var names = _catalog.Operators.Values
            .Where(o => o.Columns(OptionSet.Bind(o.Name, o.Options, null, SourcePosition.Code, []), SourceDefinition.Schema).Adds.Any(a => a.Name == column.Name))
            .Select(o => o.Name)
            .ToList();
        return names.Count == 0 ? "none" : string.Join(", ", names);
    }

    private ImmutableArray<SinkNode> Sinks(ConfigNode? node, ImmutableArray<OperatorNode> operators, bool local)
    {
        if (node is null)
        {
            return [];
        }

        if (node is not ConfigList list)
        {
            Problem(node.Position, "'sinks' must be a list");
            return [];
        }

        var nodes = ImmutableArray.CreateBuilder<SinkNode>();
        foreach (var item in list.Items)
        {
            if (Entry(item, "sink", _catalog.Sinks) is not { } entry)
            {
                continue;
            }

            if (nodes.Any(n => n.Id == entry.Id))
            {
                Problem(entry.Position, $"two sinks have the id '{entry.Id}'; give one of them an id of its own: 'id: …' beside its name");
                continue;
            }

            if (local && entry.Definition is TopicSinkDefinition)
            {
                Problem(entry.Position, $"sink '{entry.Id}' is a Kafka topic, which only a graph with a Kafka source can write exactly once; use another sink");
                continue;
            }

            var problems = _problems.Count;
            var options = OptionSet.Bind($"sink '{entry.Id}'", entry.Definition.Options, entry.Options, entry.Position, _problems);
            if (_problems.Count == problems)
            {
                entry.Definition.Validate(options, _problems);
            }

            var streams = Streams(entry, operators);
            if (_problems.Count == 0)
            {
                CheckStreams(entry, streams, nodes);
            }

            nodes.Add(new SinkNode(entry.Id, entry.Definition, options, streams, entry.Position));
        }

        return nodes.ToImmutable();
    }

    /// <summary>A sink that would get nothing is a mistake; and a stream is written to one topic, which others may read.</summary>
    private void CheckStreams(ListEntry<SinkDefinition> entry, ImmutableArray<string> streams, IEnumerable<SinkNode> before)
    {
        if (streams.IsEmpty)
        {
            Problem(entry.Position, $"sink '{entry.Id}' takes nothing: no operator gives {string.Join(" or ", entry.Definition.TakesByDefault.Select(k => k.ToString().ToLowerInvariant()))}, which it takes by itself; say 'from: ID' beside its name");
        }

        if (entry.Definition is not TopicSinkDefinition)
        {
            return;
        }

        foreach (var stream in streams)
        {
            if (stream is SinkNode.DeadLetters or SinkNode.Late)
            {
                Problem(entry.Position, $"sink '{entry.Id}' takes '{stream}', which the graph writes to the topic GRAPH.{stream} anyway; read it there");
            }
            else if (before.FirstOrDefault(n => n.Definition is TopicSinkDefinition && n.From.Contains(stream)) is { } other)
            {
                Problem(entry.Position, $"sink '{entry.Id}' takes '{stream}', which sink '{other.Id}' writes to a topic already; read it there");
            }
        }
    }

    private ImmutableArray<string> Streams(ListEntry<SinkDefinition> entry, ImmutableArray<OperatorNode> operators)
    {
        ImmutableArray<string> known = [.. operators.Select(o => o.Id), SinkNode.DeadLetters, SinkNode.Late];
        if (entry.From is { } given)
        {
            foreach (var twice in given.Where((f, i) => given[..i].Any(g => g.Text == f.Text)))
            {
                Problem(twice.Position, $"sink '{entry.Id}' takes from '{twice.Text}' twice");
            }

            foreach (var unknown in given.Where(f => !known.Contains(f.Text ?? "")))
            {
                Problem(unknown.Position, $"sink '{entry.Id}' takes from '{unknown.Text}', which is not an operator{NearestWord.Hint(unknown.Text ?? "", known)}; there are: {string.Join(", ", known)}");
            }

            return [.. given.Select(f => f.Text ?? "")];
        }

        var kinds = entry.Definition.TakesByDefault;
        // Windows and alerts as they are behind the last operator that works on them in place.
        var streams = operators
            .Where(o => o.Emits != StreamKind.Posts && kinds.Contains(o.Emits) && !operators.Any(next => next.From == o.Id && next.Definition.Placement == OperatorPlacement.Rows))
            .Select(o => o.Id)
            .ToList();
        if (streams.Count == 0 && operators.Length > 0 && kinds.Contains(StreamKind.Posts))
        {
            streams.Add(operators[^1].Id);
        }

        if (kinds.Contains(StreamKind.DeadLetters))
        {
            streams.Add(SinkNode.DeadLetters);
        }

        if (kinds.Contains(StreamKind.Late))
        {
            streams.Add(SinkNode.Late);
        }

        return [.. streams];
    }

    /// <summary>A batch is changed in place, so only one chain of row operators can follow each operator.</summary>
    private void CheckForks(ImmutableArray<OperatorNode> operators)
    {
        foreach (var group in operators.GroupBy(o => o.From))
        {
            var changing = group.Where(o => o.Definition.Placement == OperatorPlacement.Rows).ToList();
            if (changing.Count > 0 && group.Count() > 1)
            {
                Problem(changing[^1].Position, $"operator '{changing[^1].Id}' changes the rows that {string.Join(", ", group.Where(o => o.Id != changing[^1].Id).Select(o => $"'{o.Id}'"))} would see too, since both follow '{group.Key ?? "the source"}'; put them one after another, or run a second graph");
            }
        }
    }

    private ListEntry<T>? Entry<T>(ConfigNode item, string what, IReadOnlyDictionary<string, T> definitions)
    {
        if (item is not ConfigMap map)
        {
            Problem(item.Position, $"each {what} is written '- name: {{ options }}'");
            return null;
        }

        var uses = map.Entries.Where(e => e.Key.Text is not ("id" or "from")).ToList();
        if (uses.Count != 1)
        {
            Problem(uses.Count > 1 ? uses[1].Key.Position : map.Position, uses.Count > 1
                ? $"one {what} per entry: '{uses[1].Key.Text}' is too many beside '{uses[0].Key.Text}'; its options must be indented below it"
                : $"the entry names no {what}");
            return null;
        }

        var (key, options) = uses[0];
        if (!definitions.TryGetValue(key.Text ?? "", out var definition))
        {
            Problem(key.Position, $"there is no {what} '{key.Text}'{NearestWord.Hint(key.Text ?? "", definitions.Keys)}; there are: {string.Join(", ", definitions.Keys)}");
            return null;
        }

        var id = map["id"] is { } given ? (given as ConfigScalar)?.Text : key.Text;
        if (id is null || !ValidName().IsMatch(id) || id is SinkNode.DeadLetters or SinkNode.Late)
        {
            Problem(map["id"]?.Position ?? key.Position, $"'{id}' cannot be an id: use letters, digits, '-' and '_'");
        }

        return new ListEntry<T>(id ?? "", definition, options, key.Position, From(map["from"]));
    }

    private ImmutableArray<ConfigScalar>? From(ConfigNode? node)
    {
        ImmutableArray<ConfigNode>? items = node switch
        {
            null => null,
            ConfigList many => many.Items,
            _ => [node],
        };
        foreach (var item in items?.Where(i => i is not ConfigScalar { Text: not null }) ?? [])
        {
            Problem(item.Position, "'from' must be the id of an operator, or a list of ids");
        }

        return items is null ? null : [.. items.Value.OfType<ConfigScalar>()];
    }

    private void Problem(SourcePosition position, string message) => _problems.Add(new GraphProblem(position, message));

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.\-]{0,99}$")]
    private static partial Regex ValidName();

    private sealed record ListEntry<T>(string Id, T Definition, ConfigNode Options, SourcePosition Position, ImmutableArray<ConfigScalar>? From);
}
