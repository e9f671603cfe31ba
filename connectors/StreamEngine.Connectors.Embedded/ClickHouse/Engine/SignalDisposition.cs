using System.Runtime.InteropServices;

namespace StreamEngine.Connectors.Embedded;

/// <summary>
/// The process's handler of one signal, kept while foreign code runs and put back after it.
/// libchdb's first connection takes SIGRTMIN, with which CoreCLR suspends threads for garbage collection.
/// </summary>
internal sealed unsafe partial class SignalDisposition : IDisposable
{
    /// <summary>SIGRTMIN as CoreCLR sees it: glibc keeps 32 and 33 for itself.</summary>
    public const int RuntimeSuspension = 34;

    // struct sigaction takes 152 bytes on 64-bit glibc; the rest is slack.
    private readonly byte[] _saved = new byte[512];
    private readonly int _signal;

    public SignalDisposition(int signal)
    {
        _signal = signal;
        fixed (byte* saved = _saved)
            Check(SigAction(signal, null, saved));
    }

    public void Dispose()
    {
        fixed (byte* saved = _saved)
            Check(SigAction(_signal, saved, null));
    }

    private static void Check(int result)
    {
        if (result != 0)
            throw new EmbeddedServiceException($"sigaction failed with errno {Marshal.GetLastPInvokeError()}.");
    }

    [LibraryImport("libc", EntryPoint = "sigaction", SetLastError = true)]
    private static partial int SigAction(int signal, byte* action, byte* previous);
}
