using System.Runtime.InteropServices;

namespace StreamEngine.Bench;

/// <summary>Processor time, which other programs on the machine do not count into.</summary>
internal static partial class ProcessorTime
{
    private const int ClockThreadCpuTime = 3;

    /// <summary>What the calling thread has used so far.</summary>
    public static TimeSpan OfThisThread()
    {
        if (clock_gettime(ClockThreadCpuTime, out var time) != 0)
        {
            throw new InvalidOperationException($"clock_gettime failed with {Marshal.GetLastPInvokeError()}");
        }

        return TimeSpan.FromTicks((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / TimeSpan.NanosecondsPerTick));
    }

    /// <summary>What this process has used so far, over all threads.</summary>
    public static TimeSpan OfThisProcess()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int clock_gettime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
