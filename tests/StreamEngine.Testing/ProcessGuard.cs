using System.Diagnostics;

namespace StreamEngine.Testing;

/// <summary>Kills a process when this one ends in whatever way: a shell waits for the end of its standard input and kills then.</summary>
public sealed class ProcessGuard : IDisposable
{
    private readonly Process _shell;

    /// <summary>Guards a process from now on.</summary>
    /// <param name="processId">The process that must not outlive this one.</param>
    public ProcessGuard(int processId)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        foreach (var argument in new[] { "-c", "cat >/dev/null; kill -9 \"$1\" 2>/dev/null", "sh", $"{processId}" })
            start.ArgumentList.Add(argument);
        _shell = Process.Start(start)!;
    }

    /// <summary>Ends the guard and leaves the process alone. Done as soon as the process has ended: its id may be given to another one.</summary>
    public void Dispose()
    {
        if (!_shell.HasExited)
        {
            _shell.Kill();
            _shell.WaitForExit();
        }
        _shell.Dispose();
    }
}
