using Microsoft.Extensions.Logging;
using StreamEngine.Core.Planning;

namespace StreamEngine.Core.Runtime;

/// <summary>What the tasks of one worker share.</summary>
public sealed class TaskEnvironment
{
    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Where to log.</summary>
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>How many partitions a topic really has.</summary>
    public required Func<TopicPlan, int> PartitionsOf { get; init; }

    /// <summary>How many bytes a topic takes at once: the most that a record may have, with key, headers and framing.</summary>
    public Func<TopicPlan, int> RecordLimitOf { get; init; } = _ => int.MaxValue;

    /// <summary>How many partitions the stage's input has. The worker sets it anew when there are more.</summary>
    public required int InputPartitions { get; set; }

    /// <summary>How long it may take until the next stage hears that the source was given a partition; zero where that cannot be.</summary>
    public TimeSpan PartitionNewsDelay { get; init; }

    /// <summary>
    /// In a stage behind an exchange, told of each record what it says of a partition of the source: how far its watermark is, in ms since
    /// 1970, and whether it is idle.
    /// </summary>
    public Action<int, long, bool>? HearSource { get; init; }

    /// <summary>The name of the stage's input, for dead letters and messages.</summary>
    public required string InputName { get; init; }

    /// <summary>
    /// Receives what the tasks send. The worker puts another buffer here at each checkpoint, and sends the full one in a transaction.
    /// </summary>
    public required OutputBuffer Outputs { get; set; }
}
