using System.Diagnostics;
using System.Globalization;
using StreamEngine.Connectors.Embedded;

namespace StreamEngine.Tests.Connectors.Embedded;

/// <summary>Runs the program <c>streamengine</c> as a user does.</summary>
internal static class ProgramUnderTest
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    public static Process Start(params string[] arguments) => Start(new Dictionary<string, string?>(), arguments);

    public static Process Start(IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(EmbeddedClickHouseProcess.FindProgram(), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string? value) in environment)
            start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException("the program did not start");
    }

    /// <summary>Waits for the end and returns exit code, standard output and standard error.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> End(Process process)
    {
        using var limit = new CancellationTokenSource(_patience);
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
        Task<string> error = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Sends SIGTERM and returns the exit code.</summary>
    public static async Task<int> Terminate(Process process)
    {
        using Process kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        return (await End(process)).ExitCode;
    }
}
