using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Operators;

/// <summary>Takes a record that leaves a graph in a stream: an operator's id, <c>dead-letters</c> or <c>late</c>. Valid during the call.</summary>
internal delegate void StreamReceiver(string stream, OutputRecord record);

/// <summary>How posts are run through a graph.</summary>
/// <param name="PerBatch">How many posts make a batch at most; between two there is a cut.</param>
/// <param name="Restores">Whether operators are made anew at each cut, from the state that they have stored.</param>
internal readonly record struct OfflineCuts(int PerBatch, bool Restores)
{
    /// <summary>Batches as large as they may be.</summary>
    internal static OfflineCuts Fewest { get; } = new(RecordBatch.DefaultCapacity, false);
}

/// <summary>Runs posts from memory through a graph's operators, in this process, without its source, its sinks and its state.</summary>
internal static class OfflineRun
{
    private const string Kept = "kept.";

    /// <summary>Runs posts through a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="posts">The source's records, in order.</param>
    /// <param name="operators">Ids of the operators whose output is looked at.</param>
    /// <param name="cuts">Where it is cut, and what is done there.</param>
    /// <param name="time">The clock.</param>
    /// <param name="receive">Gets their records, dead letters and late posts.</param>
    /// <param name="stop">Stops the run.</param>
    /// <returns>Where each post went.</returns>
    /// <exception cref="TaskException">An operator failed.</exception>
    public static Ledger Of(LogicalGraph graph, IEnumerable<ReadOnlyMemory<byte>> posts, IEnumerable<string> operators, OfflineCuts cuts, TimeProvider time, StreamReceiver receive, CancellationToken stop)
    {
        var position = graph.Source.Position;
        var none = OptionSet.Bind("offline", [], null, position, []);
        var plan = Planner.Plan(graph with
        {
            Source = new SourceNode(new PostsSource(posts, cuts.PerBatch), none, position),
            Sinks = [.. operators.Select(id => new SinkNode(Kept + id, new KeptStream(Kept + id), none, [id], position))],
            Runtime = new RuntimeSettings(OptionSet.Bind("offline", RuntimeSettings.Options, null, position, [])),
        }, null);
        var runtime = new LocalRuntime(plan, time, NullLoggerFactory.Instance)
        {
            RestoresAfterEachBatch = cuts.Restores,
            Observer = (topic, record) =>
            {
                if (StreamOf(topic) is { } stream)
                {
                    receive(stream, record);
                }
            },
        };
        return runtime.RunAsync(stop).GetAwaiter().GetResult();
    }

    private static string? StreamOf(TopicPlan topic) => topic.Role switch
    {
        TopicRole.DeadLetters => SinkNode.DeadLetters,
        TopicRole.Late => SinkNode.Late,
        _ => topic.Name.StartsWith(Kept, StringComparison.Ordinal) ? topic.Name[Kept.Length..] : null,
    };
}
