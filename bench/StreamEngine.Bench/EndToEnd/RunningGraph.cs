using Microsoft.Extensions.Logging;
using StreamEngine.Connectors.Kafka;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Bench.EndToEnd;

/// <summary>A graph that runs on a thread of its own until this is disposed of.</summary>
internal sealed class RunningGraph : IDisposable
{
    private readonly ILoggerFactory _loggers = LoggerFactory.Create(_ => { });
    private readonly CancellationTokenSource _stop = new();
    private readonly KafkaRuntime _runtime;
    private readonly Thread _thread;
    private Exception? _failure;

    /// <summary>Starts a graph.</summary>
    public RunningGraph(LogicalGraph graph)
    {
        _runtime = new KafkaRuntime(graph, new KafkaRuntimeOptions(), TimeProvider.System, _loggers);
        _thread = new Thread(Run);
        _thread.Start();
    }

    /// <summary>Where the posts went so far.</summary>
    public Ledger Ledger => _runtime.Ledger;

    /// <summary>For each worker: checkpoints, and how long one took in the mean.</summary>
    public string Checkpoints => string.Join(", ", _runtime.Workers.Select(w => $"{w.Activity.Name} {w.Activity.Checkpoints} of {w.Activity.CheckpointTime.TotalMilliseconds / Math.Max(1, w.Activity.Checkpoints):F0} ms, {w.Activity.CheckpointBytes / Math.Max(1, w.Activity.Checkpoints):N0} bytes"));

    /// <summary>Waits until so many posts are consumed.</summary>
    public void WaitFor(long posts)
    {
        while (_runtime.Ledger.Consumed < posts)
        {
            Wait(TimeSpan.FromMilliseconds(10));
        }
    }

    /// <summary>Waits; sooner than after <paramref name="time"/> only to tell that the graph has ended.</summary>
    /// <exception cref="InvalidOperationException">The graph has ended.</exception>
    public void Wait(TimeSpan time)
    {
        if (_thread.Join(time))
        {
            throw new InvalidOperationException("the graph ended early", _failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _runtime.Dispose();
        _stop.Dispose();
        _loggers.Dispose();
    }

    private void Run()
    {
        try
        {
            _runtime.Run(_stop.Token);
        }
        catch (Exception error)
        {
            _failure = error;
        }
    }
}
