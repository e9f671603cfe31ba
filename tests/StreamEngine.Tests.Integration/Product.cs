using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using StreamEngine.Connectors.Embedded;

namespace StreamEngine.Tests.Integration;

/// <summary>The program as a user runs it, and the files that come with it.</summary>
internal static class Product
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(3);

    /// <summary>The folder that the solution lies in.</summary>
    public static string Root { get; } = FindRoot();

    public static string BrandSentimentGraph => Path.Combine(Root, "deploy", "graphs", "brand-sentiment.yaml");

    public static string AirlineBrands => Path.Combine(Root, "deploy", "brands", "airlines.yaml");

    /// <summary>Starts the program; its output goes through pipes.</summary>
    public static Process Start(params IEnumerable<string> arguments) => Start(arguments, new Dictionary<string, string>());

    private static Process Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(EmbeddedClickHouseProcess.FindProgram(), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException("the program did not start");
    }

    /// <summary>Runs the program to its end, with variables in its environment.</summary>
    public static async Task<Outcome> RunWith(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        using var process = Start(arguments, environment);
        return await End(process);
    }

    /// <summary>Runs the program to its end.</summary>
    public static async Task<Outcome> Run(params IEnumerable<string> arguments)
    {
        using var process = Start(arguments);
        return await End(process);
    }

    /// <summary>Waits for the program's end.</summary>
    public static async Task<Outcome> End(Process process)
    {
        using var limit = new CancellationTokenSource(_patience);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"the program did not end within {_patience}");
        }

        return new Outcome(process.ExitCode, await output, await error);
    }

    /// <summary>Sends a signal: TERM, STOP, CONT.</summary>
    public static void Signal(Process process, string name)
    {
        using var kill = Process.Start("kill", ["-" + name, process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "StreamEngine.sln")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException("the tests do not run within the solution's folder");
    }
}

/// <summary>How a run of the program ended.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Error)
{
    /// <summary>The ledger out of <c>--json</c>.</summary>
    public (long Consumed, long Counted, long Unmatched, long Late, long Dead) Ledger
    {
        get
        {
            Assert.True(ExitCode == 0, $"exit code {ExitCode}\n{Output}\n{Error}");
            using var json = JsonDocument.Parse(Output);
            var ledger = json.RootElement.GetProperty("ledger");
            long Of(string name) => ledger.GetProperty(name).GetInt64();
            return (Of("consumed"), Of("counted"), Of("unmatched"), Of("late"), Of("dead"));
        }
    }
}
