using StreamEngine.Core.Operators;

namespace StreamEngine.Core.Sinks;

/// <summary>
/// Writes streams of records to the world outside. What it writes can be repeated without harm: records are upserts by key, and
/// after a failure the runtime appends again everything since the last flush that returned.
/// </summary>
public interface ISinkWriter : IAsyncDisposable
{
    /// <summary>
    /// Connects and creates what is missing (tables, views, files). Retries while the other side cannot be reached, with a clear log line
    /// for each distinct cause, until it succeeds or <paramref name="stop"/> is cancelled.
    /// </summary>
    /// <exception cref="SinkException">It can never succeed as configured.</exception>
    Task OpenAsync(IReadOnlyList<SinkInput> inputs, CancellationToken stop);

    /// <summary>Takes in a copy of a record for the next flush.</summary>
    /// <param name="input">Index into the list given to <see cref="OpenAsync"/>.</param>
    /// <param name="record">The record; valid only during the call.</param>
    /// <exception cref="FormatException">The record is not what the stream should hold; it is skipped, logged and counted by the caller.</exception>
    void Append(int input, in SinkRecord record);

    /// <summary>Rows taken in and not yet flushed.</summary>
    int PendingRows { get; }

    /// <summary>Bytes held for rows not yet flushed; the caller flushes before this grows without bound.</summary>
    long PendingBytes { get; }

    /// <summary>Whether what waits should be flushed now: the sink's own idea of how much, and for how long, is worth a flush.</summary>
    bool IsFlushDue => PendingRows >= 50_000 || PendingBytes >= 16 << 20;

    /// <summary>How the sink stands with the other side. Read by any thread.</summary>
    SinkState State => SinkState.Fine;

    /// <summary>
    /// Returns when everything appended is durable on the other side. Retries with backoff while that is down, until
    /// <paramref name="stop"/> is cancelled.
    /// </summary>
    /// <exception cref="SinkException">The other side refuses and a retry cannot help.</exception>
    Task FlushAsync(CancellationToken stop);
}

/// <summary>One stream that goes into a sink.</summary>
/// <param name="Name">The operator's id, or <c>dead-letters</c>, <c>late</c>.</param>
/// <param name="Kind">What its records are.</param>
/// <param name="Graph">The graph's name.</param>
public sealed record SinkInput(string Name, StreamKind Kind, string Graph);

/// <summary>A record on its way into a sink.</summary>
/// <remarks>
/// Windows and posts are JSON objects, one property per public column of the operator's output (times in ms since 1970, absent values
/// left out). Alerts are JSON documents. Dead letters and late records are the original bytes; headers tell the rest:
/// <c>graph</c>, <c>operator</c>, <c>error</c> (dead letters), <c>event_time</c> and <c>watermark</c> (late; ms since 1970),
/// <c>source</c>, <c>partition</c>, <c>offset</c>, as text.
/// </remarks>
public readonly ref struct SinkRecord(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ReadOnlySpan<byte> headers, long timestamp)
{
    /// <summary>The key; empty where there is none.</summary>
    public ReadOnlySpan<byte> Key { get; } = key;

    /// <summary>The value.</summary>
    public ReadOnlySpan<byte> Value { get; } = value;

    /// <summary>Headers, to be read by <see cref="Runtime.RecordHeaders"/>.</summary>
    public ReadOnlySpan<byte> Headers { get; } = headers;

    /// <summary>When the record was written to its topic, in ms since 1970.</summary>
    public long Timestamp { get; } = timestamp;
}

/// <summary>How a sink stands with the other side.</summary>
/// <param name="IsUp">Whether the last call succeeded, or none was made.</param>
/// <param name="Retries">Calls that failed and were tried again, so far.</param>
/// <param name="Refused">Records that the other side has refused for good and that are given up, so far.</param>
public readonly record struct SinkState(bool IsUp, long Retries, long Refused = 0)
{
    /// <summary>Nothing has failed.</summary>
    public static SinkState Fine { get; } = new(true, 0);
}

/// <summary>A sink cannot go on.</summary>
public sealed class SinkException(string message, Exception? inner = null) : Exception(message, inner);
