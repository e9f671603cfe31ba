using System.Globalization;
using StreamEngine.Connectors.Kafka;

namespace StreamEngine.Cli.Graphs;

/// <summary>Tells on standard error, every few seconds in which something was read, how a run goes.</summary>
internal sealed class RunProgress : IDisposable
{
    private static readonly TimeSpan _every = TimeSpan.FromSeconds(5);

    private readonly KafkaRuntime _runtime;
    private readonly TextWriter _output;
    private readonly Timer _timer;
    private long _told;

    public RunProgress(KafkaRuntime runtime, TextWriter output)
    {
        (_runtime, _output) = (runtime, output);
        _timer = new Timer(_ => Tell(), null, _every, _every);
    }

    public void Dispose() => _timer.Dispose();

    private void Tell()
    {
        var read = _runtime.RecordsRead.GetValueOrDefault("ingest");
        if (read == _told)
        {
            return;
        }

        _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(read - _told) / _every.TotalSeconds:N0} posts/s; {_runtime.Ledger}"));
        _told = read;
    }
}
