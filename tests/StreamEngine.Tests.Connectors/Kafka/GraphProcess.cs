using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Logging;
using StreamEngine.Connectors.Kafka;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Tests.Connectors.Kafka;

/// <summary>A process of the graph, as far as Kafka can tell.</summary>
internal sealed class GraphProcess : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public GraphProcess(string name, string graph, string topic, string brokers, Action? atCut = null, string start = "earliest", IReadOnlyDictionary<string, string>? settings = null, MemorySink? sink = null)
    {
        // A worker that does not poll for so long is thrown out.
        var consumer = new Dictionary<string, object?> { ["session.timeout.ms"] = "2000", ["max.poll.interval.ms"] = "2000" };
        foreach (var (setting, value) in settings ?? ImmutableDictionary<string, string>.Empty)
        {
            consumer[setting] = value;
        }

        var builder = new GraphBuilder(graph)
            .From("kafka", new()
            {
                ["brokers"] = brokers,
                ["topic"] = topic,
                ["start"] = start,
                ["settings"] = consumer,
            })
            .Then(new Clockwork(name, atCut ?? (() => { })))
            .Runtime(new() { ["checkpoint_interval"] = TimeSpan.FromMilliseconds(100) });
        if (sink is not null)
        {
            builder.To(sink.Name, from: "dead-letters");
        }

        var catalog = new Catalog([], [new KafkaSourceDefinition()], sink is null ? [new KafkaSinkDefinition()] : [new KafkaSinkDefinition(), sink]);
        Runtime = new KafkaRuntime(builder.Build(catalog), new KafkaRuntimeOptions { Instance = name }, TimeProvider.System, Loggers());
        _running = Task.Factory.StartNew(() => Runtime.Run(_stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public LogLines Log { get; } = new();

    public KafkaRuntime Runtime { get; }

    /// <summary>What has ended the run; null while it goes on.</summary>
    public Exception? Failure => _running.Exception?.InnerException;

    /// <summary>Where a partition stands.</summary>
    public PartitionProgress this[int partition] => Runtime.Partitions.GetValueOrDefault(partition, new PartitionProgress(-1, default));

    public void Dispose()
    {
        _stop.Cancel();
        Task.WhenAny(_running).Wait();
        Runtime.Dispose();
        _stop.Dispose();
    }

    private ILoggerFactory Loggers() => LoggerFactory.Create(builder => builder.AddProvider(new Provider(Log)));

    private sealed class Provider(LogLines log) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => log;

        public void Dispose()
        {
        }
    }
}

/// <summary>Passes everything on, and at each cut stores who it is, whether or not there was anything to read.</summary>
internal sealed class Clockwork(string process, Action atCut) : OperatorDefinition
{
    public const string Table = "writers";

    public override string Name => "clockwork";

    public override string Summary => "Changes with time.";

    public override string Description => Summary;

    public override string Example => "- clockwork: {}";

    public override ImmutableArray<Option> Options => [];

    public override ImmutableArray<StateTableDeclaration> State => [new(Table, 1, "who has cut last")];

    public override OperatorColumns Columns(OptionSet options, BatchSchema input) => new([], []);

    public override IOperator Create(OperatorContext context)
    {
        context.Task.Keep(new WriterTable(process));
        context.Task.OnCut(atCut);
        return new Pass();
    }

    /// <summary>Which processes have written the operator's state of a graph with one partition, in order.</summary>
    public static List<string> Writers(string brokers, string graph)
    {
        using var reader = Sent.Reader(brokers, $"{graph}.state", 1, new LogLines());
        var got = new Collected();
        got.Until(reader, () => got.Ends.Count > 0, "the end of the state");
        return [.. got.Records.Where(r => Encoding.UTF8.GetString(r.Key!).Contains(Table, StringComparison.Ordinal)).Select(r => r.Text[1..])];
    }

    private sealed class WriterTable(string process) : IStateTable
    {
        public string Name => Table;

        public byte Version => 1;

        public void WriteChanges(IStateChanges changes) => changes.Put("last"u8, Encoding.UTF8.GetBytes(process));

        public void Restore(ReadOnlySpan<byte> key, byte version, ReadOnlySpan<byte> value)
        {
        }

        public void RestoreDone()
        {
        }
    }

    private sealed class Pass : IOperator
    {
        public IObservable<RecordBatch> Connect(IObservable<RecordBatch> source) => source;

        public void Dispose()
        {
        }
    }
}
