using StreamEngine.Chaos.Oracle;

namespace StreamEngine.Chaos.Running;

/// <summary>Two processes of one graph, each started again when it is gone.</summary>
internal sealed class EnginePair(string[] arguments, string? log, Verdict verdict) : IDisposable
{
    public const int Count = 2;

    private readonly EngineProcess?[] _processes = new EngineProcess?[Count];

    public EngineProcess this[int number] => _processes[number] ?? throw new InvalidOperationException($"engine process {number} does not run");

    /// <summary>Starts those that do not run. One that ended by itself is a finding: whatever its surroundings do, it has to go on.</summary>
    public void Start()
    {
        for (var i = 0; i < Count; i++)
        {
            if (_processes[i] is { HasEnded: true } ended)
            {
                verdict.Differs($"engine process {i} ended by itself:\n{Tail(ended.Said)}");
                ended.Dispose();
                _processes[i] = null;
            }

            StartOne(i);
        }
    }

    /// <summary>Starts one of them where it does not run.</summary>
    public void StartOne(int number) => _processes[number] ??= EngineProcess.Start($"engine{number}", arguments, log);

    /// <summary>The most memory that one of them ever occupied, in bytes.</summary>
    public long PeakMemory => _processes.OfType<EngineProcess>().Max(p => p.PeakMemory);

    /// <summary>kill -9.</summary>
    public async Task Kill(int number)
    {
        if (this[number].HasEnded)
        {
            Start();
        }

        await this[number].Kill();
        this[number].Dispose();
        _processes[number] = null;
    }

    /// <summary>SIGTERM to both; each must end well.</summary>
    public async Task Stop(TimeSpan patience)
    {
        foreach (var process in _processes.OfType<EngineProcess>())
        {
            process.Terminate();
        }

        for (var i = 0; i < Count; i++)
        {
            if (_processes[i] is { } process)
            {
                var (code, _) = await process.End(patience);
                if (code != 0)
                {
                    verdict.Differs($"engine process {i} ended with {code} after SIGTERM:\n{Tail(process.Said)}");
                }

                process.Dispose();
                _processes[i] = null;
            }
        }
    }

    /// <summary>Runs one more process until there is nothing left to do: the ledger of all partitions.</summary>
    public async Task<string> Finish(TimeSpan patience)
    {
        using var last = EngineProcess.Start("last", [.. arguments, "--until-idle", "5s"], log);
        var (code, output) = await last.End(patience);
        return code == 0 ? output : throw new InvalidOperationException($"the last run ended with {code}:\n{Tail(last.Said)}");
    }

    /// <summary>The last lines of what both have said.</summary>
    public string Said => string.Join(Environment.NewLine, _processes.OfType<EngineProcess>().Select(p => Tail(p.Said)));

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process?.Dispose();
        }
    }

    private static string Tail(string text) => string.Join(Environment.NewLine, text.Split('\n').TakeLast(15));
}
