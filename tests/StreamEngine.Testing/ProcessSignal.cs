using System.Diagnostics;
using System.Runtime.InteropServices;

namespace StreamEngine.Testing;

/// <summary>Signals to processes.</summary>
public static partial class ProcessSignal
{
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    /// <summary>Stops the process's time: its connections stay open, and nothing is answered.</summary>
    /// <exception cref="InvalidOperationException">There is no such process.</exception>
    public static void Freeze(Process process) => Send(process, SigStop);

    /// <summary>Lets a frozen process go on.</summary>
    /// <exception cref="InvalidOperationException">There is no such process.</exception>
    public static void Thaw(Process process) => Send(process, SigCont);

    /// <summary>Asks the process to end.</summary>
    /// <exception cref="InvalidOperationException">There is no such process.</exception>
    public static void Terminate(Process process) => Send(process, SigTerm);

    private static void Send(Process process, int signal)
    {
        ArgumentNullException.ThrowIfNull(process);
        if (SendSignal(process.Id, signal) != 0)
            throw new InvalidOperationException($"Process {process.Id} could not be sent signal {signal}: error {Marshal.GetLastPInvokeError()}.");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
