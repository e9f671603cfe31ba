using System.Runtime.InteropServices;

namespace StreamEngine.Bench.Connectors;

/// <summary>The processor time of the calling thread (Linux, <c>CLOCK_THREAD_CPUTIME_ID</c>).</summary>
internal static partial class ThreadCpu
{
    private const int ThreadClock = 3;

    /// <summary>In nanoseconds.</summary>
    public static unsafe double Now()
    {
        Time time;
        return clock_gettime(ThreadClock, &time) == 0
            ? (time.Seconds * 1e9) + time.Nanoseconds
            : throw new InvalidOperationException("The thread's processor time cannot be read.");
    }

    [LibraryImport("libc")]
    private static unsafe partial int clock_gettime(int clock, Time* time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
