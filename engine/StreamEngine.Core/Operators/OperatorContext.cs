using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.State;

namespace StreamEngine.Core.Operators;

/// <summary>What an operator's instance gets from the task it runs in.</summary>
public sealed class OperatorContext
{
    /// <summary>The graph's name.</summary>
    public required string Graph { get; init; }

    /// <summary>The operator's id within the graph: its name, unless the graph gives it another.</summary>
    public required string OperatorId { get; init; }

    /// <summary>Its options.</summary>
    public required OptionSet Options { get; init; }

    /// <summary>The schema of the batches that reach it. Columns it adds are already in it.</summary>
    public required BatchSchema Schema { get; init; }

    /// <summary>The schema of the batches that it emits; equal to <see cref="Schema"/> where it passes its input on.</summary>
    public required BatchSchema OutputSchema { get; init; }

    /// <summary>The input partition that the task works on.</summary>
    public required int Partition { get; init; }

    /// <summary>How many partitions the input has. Grows when the input is given more.</summary>
    public required int PartitionCount { get; set; }

    /// <summary>How long it may take until an operator behind an exchange hears that the source was given a partition; zero where that cannot be.</summary>
    public TimeSpan PartitionNewsDelay { get; init; }

    /// <summary>The clock. Nothing else may tell an operator the time of day.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Where to log.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>The task's side outputs and hooks.</summary>
    public required ITaskServices Task { get; init; }

    /// <summary>The operators of the graph.</summary>
    public ImmutableArray<OperatorNode> Operators { get; init; } = [];

    /// <summary>The graph's operators that judge by a model, with its version. May be slow.</summary>
    public IEnumerable<(string Operator, string Version)> ModelVersions() =>
        Operators.Select(node => (node.Id, node.Definition.ModelVersion(node.Options) ?? "")).Where(model => model.Item2.Length > 0);

    /// <summary>
    /// Whether another operator of the graph declares that it reads a column that this one emits; also where the other operators are not known.
    /// </summary>
    public bool IsRead(string column) => Operators.IsEmpty || Operators.Any(node =>
        node.Id != OperatorId && node.Definition.Columns(node.Options, OutputSchema).Reads.Any(read => read.Name == column));

    /// <summary>The position of a column in <see cref="Schema"/>.</summary>
    /// <exception cref="InvalidOperationException">It is not there: the operator's declaration does not name it.</exception>
    public int Column(string name) => Schema.IndexOf(name) is var i and >= 0
        ? i
        : throw new InvalidOperationException($"operator '{OperatorId}' reads column '{name}' without declaring it");

    /// <summary>Drops a row of the input as a dead letter with a reason. A record is sent there once, whichever of its rows are dropped and however often.</summary>
    public void DeadLetter(RecordBatch batch, int row, string error)
    {
        var record = batch.Records[row];
        var isThere = batch.Origin.Fates[record] == RecordFate.Dead;
        batch.Drop(row, RecordFate.Dead);
        if (!isThere)
        {
            Task.DeadLetter(batch, record, OperatorId, Encoding.UTF8.GetBytes(error));
        }
    }
}

/// <summary>What a task does for its operators.</summary>
public interface ITaskServices
{
    /// <summary>Keeps a table of state: restored before the first batch, its changes stored at every checkpoint.</summary>
    void Keep(IStateTable table);

    /// <summary>
    /// Calls <paramref name="action"/> at every checkpoint, before outputs and state are taken, in the order of the graph: the operator
    /// emits what has changed since the last one, and acts on the clock.
    /// </summary>
    void OnCut(Action action);

    /// <summary>Sends a record to the dead-letter topic. The caller drops its rows.</summary>
    void DeadLetter(RecordBatch batch, int record, string operatorId, ReadOnlySpan<byte> error);

    /// <summary>Sends a record to the late topic.</summary>
    void Late(RecordBatch batch, int record, string operatorId, long eventTime, long watermark);

    /// <summary>
    /// Publishes a count of the operator's own, which the ledger does not show: as a metric, and when a run ends. <paramref name="count"/>
    /// is asked at every checkpoint; what it stores in its state goes on after a restart.
    /// </summary>
    /// <param name="what">What is counted, in snake_case.</param>
    /// <param name="count">How often so far.</param>
    void Count(string what, Func<long> count)
    {
    }

    /// <summary>
    /// How long the input partition has been silent, but for records that were refused, with everything in it consumed; <see cref="TimeSpan.Zero"/> while it speaks or there
    /// is something left to read. <see cref="TimeSpan.MaxValue"/> once a bounded source has ended.
    /// </summary>
    TimeSpan Silence { get; }
}
