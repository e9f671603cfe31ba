namespace StreamEngine.Operators;

/// <summary>
/// The clock of sessions: whole seconds. Two posts are in one session where their seconds are less than the gap apart, or others lie between
/// them that link them. So sessions start and end at whole seconds if the gap does, as every server can keep them.
/// </summary>
internal static class SessionTime
{
    private const long Second = 1000;

    /// <summary>The start of the session of a post that stands alone: its event time without the milliseconds.</summary>
    public static long Start(long time)
    {
        var into = time % Second;
        return time - (into < 0 ? into + Second : into);
    }
}
