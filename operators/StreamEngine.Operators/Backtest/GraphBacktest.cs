using System.Text.Json;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Operators;

/// <summary>
/// Runs posts from memory through a graph's operators, in this process and without its source and sinks, and keeps the alerts: what the
/// graph would have said of them.
/// </summary>
public sealed class GraphBacktest
{
    private readonly LogicalGraph _graph;
    private readonly OperatorNode _alerting;

    /// <summary>Prepares a backtest of a graph.</summary>
    /// <exception cref="GraphException">The graph has no operator that emits alerts.</exception>
    public GraphBacktest(LogicalGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        _graph = graph;
        _alerting = graph.Operators.LastOrDefault(o => o.Definition.Emits == StreamKind.Alerts)
            ?? throw new GraphException(graph.Source.Position, "the graph raises no alerts: there is no operator 'spikes'");
        Brands = graph.Operators.Where(o => o.Definition is MatchDefinition).SelectMany(o => BrandsFile.Read(o.Options.Get(MatchDefinition.Brands), [])).Select(b => b.Name).ToHashSet();
    }

    /// <summary>The size of the windows that alerts are judged on, in ms.</summary>
    public long WindowSize => (long)_alerting.Input.Windows!.Length.TotalMilliseconds;

    /// <summary>The brands that the graph finds.</summary>
    public IReadOnlySet<string> Brands { get; }

    internal DrillFields DrillFields => DrillFields.Of(_graph);

    /// <summary>Runs posts, which should be in the order of their times, and gives the alerts and where each post went.</summary>
    public BacktestRun Run(IEnumerable<ReadOnlyMemory<byte>> posts, CancellationToken stop)
    {
        var alerts = new List<BacktestAlert>();
        var refused = new RefusalTally();
        var ledger = Run(posts, _alerting, value => alerts.Add(BacktestAlert.Read(value)), refused, stop);
        return new BacktestRun(alerts, ledger, refused);
    }

    /// <summary>What the graph's operators before the windows say of each post that mentions a brand.</summary>
    public IReadOnlyList<ScoredMention> Mentions(IEnumerable<ReadOnlyMemory<byte>> posts, CancellationToken stop)
    {
        var mentions = new List<ScoredMention>();
        var last = _alerting;
        while (last.Emits != StreamKind.Posts)
        {
            last = _graph.Operators.Single(o => o.Id == last.From);
        }

        Run(posts, last, value =>
        {
            using var json = JsonDocument.Parse(value);
            var root = json.RootElement;
            mentions.Add(new ScoredMention(
                root.GetProperty("id").GetString() ?? "", root.GetProperty("brand").GetString() ?? "", root.GetProperty("time").GetInt64(), root.GetProperty("sentiment").GetString() ?? ""));
        }, new RefusalTally(), stop);
        return mentions;
    }

    private Ledger Run(IEnumerable<ReadOnlyMemory<byte>> posts, OperatorNode keep, Action<ReadOnlyMemory<byte>> receive, RefusalTally refused, CancellationToken stop)
    {
        return OfflineRun.Of(_graph, posts, [keep.Id], OfflineCuts.Fewest, TimeProvider.System, Receive, stop);

        void Receive(string stream, OutputRecord record)
        {
            if (stream == keep.Id)
            {
                receive(record.Value.ToArray());
            }
            else if (stream == SinkNode.DeadLetters)
            {
                refused.Take(record);
            }
        }
    }
}

/// <summary>What came of a backtest.</summary>
/// <param name="Alerts">The alerts, in order.</param>
/// <param name="Ledger">Where each post went.</param>
/// <param name="Refused">Why posts could not be read.</param>
public sealed record BacktestRun(IReadOnlyList<BacktestAlert> Alerts, Ledger Ledger, RefusalTally Refused)
{
    /// <summary>The alerts that opened an incident.</summary>
    public IEnumerable<BacktestAlert> Incidents => Alerts.Where(a => a.State == "open");
}

/// <summary>A mention of a brand with its tone.</summary>
/// <param name="Id">The post's id.</param>
/// <param name="Brand">The brand.</param>
/// <param name="Time">When the post was written, ms since 1970.</param>
/// <param name="Sentiment"><c>negative</c>, <c>neutral</c> or <c>positive</c>.</param>
public sealed record ScoredMention(string Id, string Brand, long Time, string Sentiment);
