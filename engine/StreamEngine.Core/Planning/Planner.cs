using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sinks;
using StreamEngine.Core.Sources;

namespace StreamEngine.Core.Planning;

/// <summary>Cuts a graph into stages at each two-phase operator and each external sink, and names the topics between.</summary>
public sealed class Planner
{
    private readonly LogicalGraph _graph;
    private readonly List<TopicPlan> _topics = [];
    private readonly Dictionary<string, TopicPlan> _streams = [];

    private Planner(LogicalGraph graph) => _graph = graph;

    /// <summary>Plans a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="sourceTopic">The topic that the graph's source reads; <see langword="null"/> where it is none.</param>
    /// <exception cref="GraphException">A sink names a topic that the graph uses for something else.</exception>
    public static GraphPlan Plan(LogicalGraph graph, string? sourceTopic) => new Planner(graph).Plan(sourceTopic);

    private GraphPlan Plan(string? sourceTopic)
    {
        var source = sourceTopic is null ? null : Add(sourceTopic, TopicRole.Source, false, null);
        var windows = _graph.Operators.Any(o => o.Definition is TwoPhaseDefinition);
        var partials = windows ? Add("partials", TopicRole.Partials, false, TimeSpan.FromDays(7)) : null;
        Add("state", TopicRole.State, true, null);
        Add(SinkNode.DeadLetters, TopicRole.DeadLetters, false, TimeSpan.FromDays(30));
        Add(SinkNode.Late, TopicRole.Late, false, TimeSpan.FromDays(30));
        _streams[SinkNode.DeadLetters] = _topics[^2];
        _streams[SinkNode.Late] = _topics[^1];
        NameTopicSinks();
        NameStreams();

        var stages = ImmutableArray.CreateBuilder<StagePlan>();
        stages.Add(Ingest(source, partials));
        if (partials is not null)
        {
            stages.Add(Aggregate(partials));
        }

        foreach (var sink in _graph.Sinks.Where(s => s.Definition is not TopicSinkDefinition))
        {
            stages.Add(new StagePlan($"writer.{sink.Id}", StageKind.Writer, [.. sink.From.Select(Input).DistinctBy(i => i.Topic.Index)], [], [], sink));
        }

        return new GraphPlan(_graph, [.. _topics], stages.ToImmutable());
    }

    /// <summary>Topics that the graph names carry a stream for every other reader too.</summary>
    private void NameTopicSinks()
    {
        foreach (var sink in _graph.Sinks)
        {
            if (sink.Definition is not TopicSinkDefinition topicSink)
            {
                continue;
            }

            foreach (var from in sink.From.Where(f => !_streams.ContainsKey(f)))
            {
                var role = RoleOf(Node(from).Emits);
                var name = topicSink.Topic(sink.Options);
                var known = _topics.FirstOrDefault(t => t.Name == name);
                if (known is not null && known.Role != role)
                {
                    throw new GraphException(sink.Position, $"sink '{sink.Id}' writes the topic '{name}', which the graph {(known.Role == TopicRole.Source ? "reads: it would feed on itself" : "uses for something else")}; give it another");
                }

                if (known is not null && role != TopicRole.Alerts)
                {
                    var other = _streams.First(x => x.Value == known).Key;
                    throw new GraphException(sink.Position, $"sink '{sink.Id}' writes '{from}' into the topic '{name}', as is done with '{other}': their rows have the same keys and could not be told apart; give each a topic of its own");
                }

                _streams[from] = known
                    ?? AddNamed(name, role, role == TopicRole.Windows, null, topicSink.Partitions(sink.Options));
            }
        }
    }

    private void NameStreams()
    {
        foreach (var from in _graph.Sinks.SelectMany(s => s.From).Where(f => !_streams.ContainsKey(f)).Distinct())
        {
            var role = RoleOf(Node(from).Emits);
            var plain = role switch { TopicRole.Windows => "windows", TopicRole.Alerts => "alerts", _ => "posts" };
            var first = _streams.Values.All(t => t.Name != $"{_graph.Name}.{plain}");
            _streams[from] = Add(first ? plain : $"{plain}.{from}", role, role == TopicRole.Windows, role == TopicRole.Windows ? null : TimeSpan.FromDays(30));
        }
    }

    private StagePlan Ingest(TopicPlan? source, TopicPlan? partials)
    {
        var rows = _graph.Operators.Where(o => !InAggregate(o)).ToList();
        var schema = rows.Where(o => o.Definition is not TwoPhaseDefinition)
            .Aggregate(SourceDefinition.Schema, (s, o) => s.With(o.Output.Columns));
        var operators = rows.Select(o => o.Definition is TwoPhaseDefinition two
            ? new StageOperator(o, OperatorPhase.First, o.From, schema, two.ExchangeSchema(o.Options, o.Input))
            : new StageOperator(o, OperatorPhase.Whole, o.From, schema, schema));
        var outputs = rows.Where(o => o.Definition is not TwoPhaseDefinition).SelectMany(Outputs)
            .Concat(rows.Where(o => o.Definition is TwoPhaseDefinition).Select(o =>
                new StageOutput(o.Id, partials!, OutputFormat.Exchange, [((TwoPhaseDefinition)o.Definition).ExchangeKey])));
        return new StagePlan("ingest", StageKind.Ingest, source is null ? [] : [new StageInput(source, "", StreamKind.Posts)], [.. operators], [.. outputs], null);
    }

    private StagePlan Aggregate(TopicPlan partials)
    {
        var nodes = _graph.Operators.Where(o => o.Definition is TwoPhaseDefinition || InAggregate(o)).ToList();
        var operators = nodes.Select(o => o.Definition is TwoPhaseDefinition two
            ? new StageOperator(o, OperatorPhase.Second, null, two.ExchangeSchema(o.Options, o.Input), InPlace(o, nodes))
            : new StageOperator(o, OperatorPhase.Whole, o.From, InPlace(Node(o.From!), nodes), o.Definition.Placement == OperatorPlacement.Rows ? InPlace(o, nodes) : o.Output));
        return new StagePlan("aggregate", StageKind.Aggregate, [new StageInput(partials, "", StreamKind.Windows)], [.. operators], [.. nodes.SelectMany(Outputs)], null);
    }

    /// <summary>What an operator emits, with the columns that row operators behind it add in place.</summary>
    private static BatchSchema InPlace(OperatorNode node, IReadOnlyCollection<OperatorNode> all) =>
        all.Where(o => o.From == node.Id && o.Definition.Placement == OperatorPlacement.Rows)
            .Aggregate(node.Output, (schema, o) => schema.With(InPlace(o, all).Columns));

    private IEnumerable<StageOutput> Outputs(OperatorNode node)
    {
        if (!_streams.TryGetValue(node.Id, out var topic))
        {
            return [];
        }

        ImmutableArray<string> wanted = node.Emits switch
        {
            StreamKind.Windows => ["brand", "channel", "language", "window_start"],
            StreamKind.Alerts => ["brand"],
            _ => ["id", "brand"],
        };
        var keys = wanted.Where(k => node.Output.IndexOf(k) >= 0);
        return [new StageOutput(node.Id, topic, node.Emits == StreamKind.Alerts ? OutputFormat.Document : OutputFormat.Json, [.. keys])];
    }

    private StageInput Input(string stream) => stream switch
    {
        SinkNode.DeadLetters => new StageInput(_streams[stream], stream, StreamKind.DeadLetters),
        SinkNode.Late => new StageInput(_streams[stream], stream, StreamKind.Late),
        _ => new StageInput(_streams[stream], stream, Node(stream).Emits),
    };

    private bool InAggregate(OperatorNode node)
    {
        for (var from = node.From; from is not null; from = Node(from).From)
        {
            if (Node(from).Definition is TwoPhaseDefinition)
            {
                return true;
            }
        }

        return false;
    }

    private OperatorNode Node(string id) => _graph.Operators.First(o => o.Id == id);

    private static TopicRole RoleOf(StreamKind kind) => kind switch
    {
        StreamKind.Windows => TopicRole.Windows,
        StreamKind.Alerts => TopicRole.Alerts,
        _ => TopicRole.Posts,
    };

    private TopicPlan Add(string name, TopicRole role, bool compacted, TimeSpan? retention) =>
        AddNamed(role == TopicRole.Source ? name : $"{_graph.Name}.{name}", role, compacted, retention, role is TopicRole.Source or TopicRole.State ? 0 : _graph.Runtime.Partitions);

    private TopicPlan AddNamed(string name, TopicRole role, bool compacted, TimeSpan? retention, int partitions)
    {
        var topic = new TopicPlan(_topics.Count, name, role, partitions, compacted, retention);
        _topics.Add(topic);
        return topic;
    }
}
