using System.Diagnostics;
using System.Globalization;
using System.Text;
using StreamEngine.Connectors.Embedded;

namespace StreamEngine.Chaos.Running;

/// <summary>A process of the program, from one start to its end, and what it says meanwhile. It does not outlive this process.</summary>
internal sealed class EngineProcess : IDisposable
{
    private readonly Process _process;
    private readonly ProcessGuard _guard;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _said = new();
    private readonly string _name;
    private readonly string? _log;

    private EngineProcess(string name, Process process, string? log)
    {
        (_name, _process, _log) = (name, process, log);
        _guard = new ProcessGuard(process.Id);
        process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(_said, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public bool HasEnded => _process.HasExited;

    /// <summary>What it wrote to standard error so far.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    /// <summary>Processor time that it has taken so far, over all cores.</summary>
    public TimeSpan ProcessorTime => _process.TotalProcessorTime;

    /// <summary>The most memory that it ever occupied, in bytes.</summary>
    public long PeakMemory => StatusBytes("VmHWM:");

    /// <summary>Starts the program.</summary>
    /// <param name="name">What it is called in its log.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="log">The file that what it says is added to; null: none.</param>
    public static EngineProcess Start(string name, IEnumerable<string> arguments, string? log)
    {
        var start = new ProcessStartInfo(EmbeddedClickHouseProcess.FindProgram(), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        return new EngineProcess(name, Process.Start(start) ?? throw new InvalidOperationException("the program did not start"), log);
    }

    /// <summary>Waits until it has said something.</summary>
    public Task Says(string text, TimeSpan patience) => Eventually.Holds(
        () => Said.Contains(text, StringComparison.Ordinal) || (HasEnded ? throw new InvalidOperationException($"{_name} ended with {_process.ExitCode} and did not say '{text}':\n{Said}") : false),
        () => $"{_name} says '{text}', and not only:\n{Said}",
        patience);

    /// <summary>kill -9.</summary>
    public async Task Kill()
    {
        Note("kill -9");
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Freeze()
    {
        Note("SIGSTOP");
        ProcessSignal.Freeze(_process);
    }

    public void Thaw()
    {
        Note("SIGCONT");
        ProcessSignal.Thaw(_process);
    }

    /// <summary>SIGTERM.</summary>
    public void Terminate()
    {
        Note("SIGTERM");
        ProcessSignal.Terminate(_process);
    }

    /// <summary>Waits for its end: the exit code and standard output.</summary>
    public async Task<(int ExitCode, string Output)> End(TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"{_name} did not end within {patience.TotalSeconds} s:\n{Said}"));
        }

        lock (_output)
        {
            return (_process.ExitCode, _output.ToString());
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _guard.Dispose();
        _process.Dispose();
    }

    private void Keep(StringBuilder text, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (text)
        {
            text.AppendLine(line);
        }

        if (text == _said)
        {
            Note(line);
        }
    }

    private void Note(string line)
    {
        if (_log is not null)
        {
            lock (_said)
            {
                File.AppendAllText(_log, string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss.fff} {_name} {line}{Environment.NewLine}"));
            }
        }
    }

    private long StatusBytes(string name)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
