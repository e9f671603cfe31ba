using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace StreamEngine.Connectors.Embedded;

/// <summary>
/// An embedded ClickHouse in a process of its own, <c>streamengine embedded clickhouse</c>. It ends when this object
/// is disposed and, by the end of its standard input, when this process ends in whatever way.
/// </summary>
public sealed class EmbeddedClickHouseProcess : IAsyncDisposable, IDisposable
{
    /// <summary>The option that makes the program end with its standard input.</summary>
    public const string ExitWithInputOption = "--exit-with-stdin";

    private const int KeptErrorLines = 20;
    private static readonly TimeSpan _startTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _stopTimeout = TimeSpan.FromSeconds(30);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();
    private bool _disposed;

    private EmbeddedClickHouseProcess(Process process, Uri url)
    {
        _process = process;
        Url = url;
    }

    /// <summary>The address of the HTTP interface.</summary>
    public Uri Url { get; private set; }

    /// <summary>The process's id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Whether the process has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The last lines that the process wrote to standard error.</summary>
    public IReadOnlyList<string> Errors => [.. _errors];

    /// <summary>
    /// The program beside the running one: the native launcher <c>streamengine</c>, or else <c>streamengine.dll</c>.
    /// </summary>
    /// <exception cref="EmbeddedServiceException">There is neither.</exception>
    public static string FindProgram()
    {
        string launcher = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "streamengine.exe" : "streamengine");
        if (File.Exists(launcher))
            return launcher;
        string assembly = Path.Combine(AppContext.BaseDirectory, "streamengine.dll");
        return File.Exists(assembly)
            ? assembly
            : throw new EmbeddedServiceException($"The program streamengine is not in '{AppContext.BaseDirectory}'.");
    }

    /// <summary>Starts the process and waits until it serves.</summary>
    /// <param name="programPath">The program, as a launcher or as <c>streamengine.dll</c>; see <see cref="FindProgram"/>.</param>
    /// <param name="options">As for <see cref="EmbeddedClickHouse.RunAsync"/>.</param>
    /// <param name="cancellationToken">Gives up waiting, and ends the process.</param>
    /// <exception cref="EmbeddedServiceException">It did not start; the message is the process's own.</exception>
    public static async Task<EmbeddedClickHouseProcess> StartAsync(string programPath, EmbeddedClickHouseOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(programPath);
        ArgumentNullException.ThrowIfNull(options);
        var process = new Process { StartInfo = StartInfo(programPath, options) };
        var service = new EmbeddedClickHouseProcess(process, new Uri("http://127.0.0.1/"));
        process.ErrorDataReceived += (_, line) => service.KeepError(line.Data);
        if (!process.Start())
            throw new EmbeddedServiceException($"'{programPath}' could not be started.");
        process.BeginErrorReadLine();
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(_startTimeout);
            service.Url = await service.ReadUrlAsync(limit.Token).ConfigureAwait(false);
            return service;
        }
        catch (Exception e)
        {
            service.Kill();
            await service.DisposeAsync().ConfigureAwait(false);
            if (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw new EmbeddedServiceException($"The embedded ClickHouse did not start within {_startTimeout.TotalSeconds:0} s.", e);
            throw;
        }
    }

    /// <summary>Ends the process at once, as <c>kill -9</c> does.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Lets the process stop cleanly, and kills it if it has not within 30 s.</summary>
    public void Dispose()
    {
        if (!BeginStop())
            return;
        if (!_process.WaitForExit(_stopTimeout))
            Kill();
        _process.Dispose();
    }

    /// <inheritdoc cref="Dispose"/>
    public async ValueTask DisposeAsync()
    {
        if (!BeginStop())
            return;
        using var limit = new CancellationTokenSource(_stopTimeout);
        try
        {
            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Kill();
        }
        _process.Dispose();
    }

    private bool BeginStop()
    {
        if (_disposed)
            return false;
        _disposed = true;
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The process has ended: its end of the pipe is closed.
            return true;
        }
        return true;
    }

    private static ProcessStartInfo StartInfo(string programPath, EmbeddedClickHouseOptions options)
    {
        var start = new ProcessStartInfo
        {
            FileName = programPath,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (programPath.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
        {
            start.FileName = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
            start.ArgumentList.Add("exec");
            start.ArgumentList.Add(programPath);
        }
        string[] arguments =
        [
            "embedded", "clickhouse", ExitWithInputOption,
            "--data", options.DataPath, "--host", options.Host, "--port", options.Port.ToString(CultureInfo.InvariantCulture),
            "--user", options.User, "--max-queries", options.MaxConcurrentQueries.ToString(CultureInfo.InvariantCulture),
        ];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        // Arguments can be seen by every user of the machine, the environment cannot.
        start.Environment[EmbeddedClickHouseOptions.PasswordVariable] = options.Password;
        return start;
    }

    private async Task<Uri> ReadUrlAsync(CancellationToken cancellation)
    {
        string? line = await _process.StandardOutput.ReadLineAsync(cancellation).ConfigureAwait(false);
        if (Uri.TryCreate(line, UriKind.Absolute, out Uri? url))
            return url;
        await _process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        throw new EmbeddedServiceException(_errors.LastOrDefault() ?? $"The embedded ClickHouse ended with exit code {_process.ExitCode} before it was ready.");
    }

    private void KeepError(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        _errors.Enqueue(line);
        while (_errors.Count > KeptErrorLines)
            _errors.TryDequeue(out _);
    }
}
