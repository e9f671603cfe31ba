using StreamEngine.Core.Batches;

namespace StreamEngine.Operators;

/// <summary>The columns between the phases of <c>window</c>, and those that it emits. Positions are constants, in this order.</summary>
internal static class WindowColumns
{
    internal const int ExchangeStart = 0;
    internal const int ExchangeBrand = 1;
    internal const int ExchangeChannel = 2;
    internal const int ExchangeLanguage = 3;
    internal const int ExchangeVersion = 4;
    internal const int ExchangeSlot = 5;

    internal const int Start = 0;
    internal const int End = 1;
    internal const int Brand = 2;
    internal const int Channel = 3;
    internal const int Language = 4;
    internal const int Posts = 5;
    internal const int Negative = 6;
    internal const int Neutral = 7;
    internal const int Positive = 8;
    internal const int MeanScore = 9;
    internal const int Reach = 10;
    internal const int Authors = 11;
    internal const int Late = 12;
    internal const int FirstEvent = 13;
    internal const int LastEvent = 14;
    internal const int IsFinal = 15;
    internal const int Version = 16;
    internal const int Scored = 17;
    internal const int ScoreSum = 18;
    internal const int Evidence = 19;
    internal const int Slot = 20;

    /// <summary>One slot per row: its key, its version, and the whole aggregate in <see cref="SlotStore"/>'s encoding.</summary>
    internal static BatchSchema Exchange { get; } = new(
        new ColumnDeclaration("window_start", ColumnType.Int64, "start of the window, ms since 1970", Internal: true),
        new ColumnDeclaration("brand", ColumnType.Dictionary, "the brand", Internal: true),
        new ColumnDeclaration("channel", ColumnType.Dictionary, "the channel; absent where not grouped by it", Internal: true),
        new ColumnDeclaration("language", ColumnType.Dictionary, "the language; absent where not grouped by it", Internal: true),
        new ColumnDeclaration("version", ColumnType.Int64, "offset of the newest record in the slot, plus 1", Internal: true),
        new ColumnDeclaration("slot", ColumnType.Utf8, "the whole aggregate, encoded; without its sample posts where they are as they were in the slot's last row", Internal: true));

    /// <summary>One window of one key per row. Key and start name a row: of two the one with the higher version counts.</summary>
    internal static BatchSchema Output { get; } = new(
        new ColumnDeclaration("window_start", ColumnType.Int64, "start of the window, inclusive, ms since 1970"),
        new ColumnDeclaration("window_end", ColumnType.Int64, "end of the window, exclusive, ms since 1970"),
        new ColumnDeclaration("brand", ColumnType.Dictionary, "the brand"),
        new ColumnDeclaration("channel", ColumnType.Dictionary, "the channel; absent where not grouped by it"),
        new ColumnDeclaration("language", ColumnType.Dictionary, "the language; absent where not grouped by it"),
        new ColumnDeclaration("posts", ColumnType.Int64, "mentions counted; 0 takes a session's row back"),
        new ColumnDeclaration("negative", ColumnType.Int64, "mentions that are negative"),
        new ColumnDeclaration("neutral", ColumnType.Int64, "mentions that are neutral"),
        new ColumnDeclaration("positive", ColumnType.Int64, "mentions that are positive"),
        new ColumnDeclaration("mean_score", ColumnType.Float64, "mean score of the mentions that have one, -1 to 1; absent where none has"),
        new ColumnDeclaration("reach", ColumnType.Int64, "people reached, summed over mentions"),
        new ColumnDeclaration("authors", ColumnType.Int64, "distinct authors: exact up to 64 per slot, beyond that with a standard error of 3.25 %"),
        new ColumnDeclaration("late", ColumnType.Int64, "mentions among these that came after their partition's watermark had passed the window's end"),
        new ColumnDeclaration("first_event", ColumnType.Int64, "event time of the first mention, ms since 1970"),
        new ColumnDeclaration("last_event", ColumnType.Int64, "event time of the last mention, ms since 1970"),
        new ColumnDeclaration("is_final", ColumnType.Int32, "1 once the watermark has passed the window's end; later rows are corrections, which may make a session go on"),
        new ColumnDeclaration("version", ColumnType.Int64, "only grows; of two rows of a key with one start the higher one counts"),
        new ColumnDeclaration("scored", ColumnType.Int64, "mentions that have a score", Internal: true),
        new ColumnDeclaration("score_sum", ColumnType.Int64, "sum of the scores, in millionths", Internal: true),
        new ColumnDeclaration("evidence", ColumnType.Utf8, "how far the window goes in each source partition, and a sample of its negative posts, encoded", Internal: true),
        new ColumnDeclaration("slot", ColumnType.Utf8, "the whole aggregate, encoded", Internal: true));

    /// <summary>Which way a comparison may turn from one version of a window to the next; of windows that are no sessions.</summary>
    /// <param name="column">The column.</param>
    /// <param name="sign">How it is compared.</param>
    /// <param name="value">With what.</param>
    internal static Turns TurnsOf(string column, string sign, string value) => column switch
    {
        "window_start" or "window_end" or "brand" or "channel" or "language" => Turns.Never,
        // Estimated beyond 64, authors may become fewer.
        "posts" or "negative" or "neutral" or "positive" or "reach" or "late" or "last_event" => Growing(sign),
        "is_final" when (sign, value) is ("==", "1") => Turns.ToTrue,
        "is_final" when (sign, value) is ("==", "0") => Turns.ToFalse,
        "is_final" => Growing(sign),
        _ => Turns.Both,
    };

    private static Turns Growing(string sign) => sign switch
    {
        ">" or ">=" => Turns.ToTrue,
        "<" or "<=" => Turns.ToFalse,
        _ => Turns.Both,
    };

    /// <summary>What operators emit whose windows are of a shape.</summary>
    internal static BatchSchema OutputOf(WindowShape shape) => new(Output.Columns) { Windows = shape };
}
