using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace StreamEngine.Tests.Integration;

/// <summary>A run of the program that goes on, and what it has said so far. Killed when disposed of.</summary>
internal sealed class RunningProgram : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private RunningProgram(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(_error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it wrote to standard error so far.</summary>
    public string Error => Read(_error);

    /// <summary>Starts the program.</summary>
    public static RunningProgram Start(params IEnumerable<string> arguments) => new(Product.Start(arguments));

    /// <summary>Waits until it has written <paramref name="text"/> to standard error.</summary>
    public Task Says(string text, TimeSpan? within = null) => Eventually.Holds(
        () => Error.Contains(text, StringComparison.Ordinal) || (_process.HasExited ? throw new InvalidOperationException($"the program ended with {_process.ExitCode} and never said '{text}':\n{Error}") : false),
        () => $"the program says '{text}', and not only:\n{Error}",
        within ?? TimeSpan.FromSeconds(60));

    /// <summary>Ends it at once, as a crash does.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Stops its time (SIGSTOP): connections stay open, and nothing is answered.</summary>
    public void Freeze() => Product.Signal(_process, "STOP");

    /// <summary>Lets it go on after <see cref="Freeze"/>.</summary>
    public void Thaw() => Product.Signal(_process, "CONT");

    /// <summary>Sends SIGTERM and waits for the end.</summary>
    public Task<Outcome> Terminate(TimeSpan? within = null)
    {
        Product.Signal(_process, "TERM");
        return End(within);
    }

    /// <summary>Waits for the end.</summary>
    public async Task<Outcome> End(TimeSpan? within = null)
    {
        using var limit = new CancellationTokenSource(within ?? TimeSpan.FromMinutes(2));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"the program did not end within {(within ?? TimeSpan.FromMinutes(2)).TotalSeconds} s:\n{Error}"));
        }

        return new Outcome(_process.ExitCode, Read(_output), Error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static void Keep(StringBuilder text, string? line)
    {
        lock (text)
        {
            if (line is not null)
            {
                text.AppendLine(line);
            }
        }
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
