using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Runtime;
using StreamEngine.Core.State;

namespace StreamEngine.Tests.Core.Runtime;

/// <summary>A task of one partition with its outputs, and the state that its cuts have stored.</summary>
internal sealed class TaskBench : IDisposable
{
    private readonly OutputBuffer _outputs = new();

    public TaskBench(GraphPlan plan, StageKind kind = StageKind.Ingest, StateImage? state = null)
    {
        Plan = plan;
        State = state ?? new StateImage();
        Task = new StageTask(plan, plan.Stage(kind)!, 0, new TaskEnvironment
        {
            Time = Time,
            Loggers = NullLoggerFactory.Instance,
            PartitionsOf = _ => 1,
            InputPartitions = 1,
            InputName = "posts",
            Outputs = _outputs,
        });
        Task.Restore(State);
    }

    public ManualTime Time { get; } = new(DateTimeOffset.UnixEpoch);

    public GraphPlan Plan { get; }

    public StageTask Task { get; }

    public StateImage State { get; }

    /// <summary>A plan of a graph that reads a topic.</summary>
    public static GraphPlan PlanOf(Func<GraphBuilder, GraphBuilder> operators) =>
        Planner.Plan(operators(new GraphBuilder("g").From("topic")).Build(SmallCatalog.All()), "posts");

    /// <summary>Takes lines in, with offsets from where the task stands.</summary>
    public void Take(params IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Task.Take(Math.Max(0, Task.NextOffset), 0, default, Encoding.UTF8.GetBytes(line));
        }
    }

    /// <summary>What lies in the outputs for a role, and nothing is taken away.</summary>
    public List<(string Value, byte[] Headers)> Waiting(TopicRole role) =>
        [.. Enumerable.Range(0, _outputs.Count).Where(i => Plan.Topics[_outputs[i].Topic].Role == role).Select(i => (Encoding.UTF8.GetString(_outputs[i].Value), _outputs[i].Headers.ToArray()))];

    /// <summary>A checkpoint that is committed: its state goes into <see cref="State"/>; returns the records of the exchange.</summary>
    public List<byte[]> Commit()
    {
        Task.Cut();
        var partials = new List<byte[]>();
        for (var i = 0; i < _outputs.Count; i++)
        {
            var record = _outputs[i];
            switch (Plan.Topics[record.Topic].Role)
            {
                case TopicRole.State when record.HasValue:
                    State.Put(record.Key, record.Value);
                    break;
                case TopicRole.State:
                    State.Delete(record.Key);
                    break;
                case TopicRole.Partials:
                    partials.Add(record.Value.ToArray());
                    break;
                default:
                    break;
            }
        }

        _outputs.Clear();
        return partials;
    }

    public void Dispose() => Task.Dispose();
}
