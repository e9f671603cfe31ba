using System.Collections.Immutable;
using StreamEngine.Core.Operators;

namespace StreamEngine.Core.Graph;

/// <summary>The section <c>runtime</c> of a graph.</summary>
public sealed class RuntimeSettings(OptionSet options)
{
    private static readonly Option<TimeSpan> _checkpointIntervalOption = Option.Duration(
        "checkpoint_interval",
        "time between two checkpoints; results become visible to read_committed readers at checkpoints, so this bounds their delay",
        TimeSpan.FromMilliseconds(200),
        TimeSpan.FromMilliseconds(10));

    private static readonly Option<long> _checkpointBytesOption = Option.Integer(
        "checkpoint_bytes", "output waiting for a checkpoint, in bytes, that brings it forward", 32 << 20, 1 << 16, 1 << 30);

    private static readonly Option<long> _workersOption = Option.Integer(
        "workers", "ingest threads of one process, each with a consumer and a transactional producer; 0 = one per core", 0, 0, 1024);

    private static readonly Option<long> _partitionsOption = Option.Integer(
        "partitions", "partitions of the topics between stages where they do not exist yet; 0 = as many as the source has", 0, 0, 10_000);

    private static readonly Option<ImmutableArray<string>> _discardStateOption = Option.TextList(
        "discard_state", "ids of operators whose stored state is to be dropped because the graph no longer has them; without it such a graph is refused");

    private static readonly Option<string?> _stateOption = Option.OptionalPath(
        "state", "for graphs without Kafka: a folder that keeps the state, so that a run that was stopped is gone on with; without it each run starts anew");

    private static readonly Option<TimeSpan> _maxDriftOption = Option.Duration(
        "max_drift",
        "how far, in event time, partitions may be ahead of the last one that has posts left to read, or in another process is not idle; those further ahead wait. Bounds what a backlog in one partition keeps in memory of the others; 0 = no bound",
        TimeSpan.FromHours(6),
        TimeSpan.Zero);

    private static readonly Option<long> _httpOption = Option.Integer(
        "http", "port for /healthz, /readyz and /metrics (Prometheus), with Kafka as the source; 0 = none", 0, 0, 65_535);

    /// <summary>The options, for validation and documentation.</summary>
    public static ImmutableArray<Option> Options { get; } = [_checkpointIntervalOption, _checkpointBytesOption, _workersOption, _partitionsOption, _maxDriftOption, _discardStateOption, _stateOption, _httpOption];

    /// <summary>Time between two checkpoints.</summary>
    public TimeSpan CheckpointInterval => options.Get(_checkpointIntervalOption);

    /// <summary>Bytes of waiting output that bring a checkpoint forward.</summary>
    public int CheckpointBytes => (int)options.Get(_checkpointBytesOption);

    /// <summary>Ingest threads of one process.</summary>
    public int Workers => options.Get(_workersOption) is > 0 and var n ? (int)n : Environment.ProcessorCount;

    /// <summary>Ids of operators whose stored state is dropped.</summary>
    public ImmutableArray<string> DiscardState => options.Get(_discardStateOption);

    /// <summary>How far partitions may be ahead of the last one; zero = as far as they like.</summary>
    public TimeSpan MaxDrift => options.Get(_maxDriftOption);

    /// <summary>The port for health and metrics; 0 = none.</summary>
    public int Http => (int)options.Get(_httpOption);

    /// <summary>The folder for the state of a graph without Kafka; <see langword="null"/> = none is kept.</summary>
    public string? StateFolder => options.Get(_stateOption);

    internal SourcePosition PositionOfState => options.PositionOf(_stateOption);

    /// <summary>Partitions for topics between stages; 0 = as many as the source has.</summary>
    public int Partitions => (int)options.Get(_partitionsOption);
}
