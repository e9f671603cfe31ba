using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Logging;
using StreamEngine.Connectors.Kafka;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Tests.Connectors.Kafka;

/// <summary>A process that was silent for too long, and what it would still commit.</summary>
[Collection(KafkaCollection.Name)]
public sealed class FencingTests(RealKafka kafka)
{
    [KafkaFact]
    public async Task What_time_alone_has_changed_is_not_committed_by_a_process_whose_partitions_others_have()
    {
        var topic = await kafka.CreateTopic("clockwork");
        var graph = RealKafka.UniqueName("clockwork");
        using (var producer = Sent.Producer(kafka.Bootstrap, topic, new LogLines()))
        {
            Sent.Numbers(producer, topic, 0, 0, 1);
        }

        using var open = new ManualResetEventSlim(true);
        using var first = new Process("first", graph, topic, kafka.Bootstrap, () => open.Wait());
        await Eventually.Holds(() => Writers(graph).Count(w => w == "first") > 3, () => $"time alone is committed\n{first.Log}");
        open.Reset();
        using var second = new Process("second", graph, topic, kafka.Bootstrap, () => { });
        await Eventually.Holds(() => Writers(graph).Contains("second"), () => $"the second process takes over\n{second.Log}", TimeSpan.FromSeconds(60));

        open.Set();
        await Eventually.Holds(() => first.Log.ToString().Contains("was fenced", StringComparison.Ordinal), () => $"the first process notices\n{first.Log}");

        var writers = Writers(graph);
        Assert.Equal(writers.Count(w => w == "first"), writers.IndexOf("second"));
    }

    [KafkaFact]
    public async Task A_partition_without_records_has_a_position_too_and_what_time_changes_there_is_committed()
    {
        var topic = await kafka.CreateTopic("clockwork");
        var graph = RealKafka.UniqueName("clockwork");

        using var only = new Process("only", graph, topic, kafka.Bootstrap, () => { });

        await Eventually.Holds(() => Writers(graph).Count > 3, () => $"time alone is committed\n{only.Log}");
        Assert.Equal((0, 0), (only.Runtime.Partitions[0].NextOffset, only.Runtime.Partitions[0].Ledger.Consumed));
    }

    /// <summary>Who has written the operator's state, in order.</summary>
    private List<string> Writers(string graph)
    {
        using var reader = Sent.Reader(kafka.Bootstrap, $"{graph}.state", 1, new LogLines());
        var got = new Collected();
        got.Until(reader, () => got.Ends.Count > 0, "the end of the state");
        return [.. got.Records.Where(r => Encoding.UTF8.GetString(r.Key!).Contains(Clockwork.Table, StringComparison.Ordinal)).Select(r => r.Text[1..])];
    }

    /// <summary>A process of the graph, as far as Kafka can tell.</summary>
    private sealed class Process : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Process(string name, string graph, string topic, string brokers, Action atCut)
        {
            var built = new GraphBuilder(graph)
                .From("kafka", new()
                {
                    ["brokers"] = brokers,
                    ["topic"] = topic,
                    // A worker that does not poll for so long is thrown out.
                    ["settings"] = new Dictionary<string, object?> { ["session.timeout.ms"] = "2000", ["max.poll.interval.ms"] = "2000" },
                })
                .Then(new Clockwork(name, atCut))
                .Runtime(new() { ["checkpoint_interval"] = TimeSpan.FromMilliseconds(100) })
                .Build(new Catalog([], [new KafkaSourceDefinition()], [new KafkaSinkDefinition()]));
            Runtime = new KafkaRuntime(built, new KafkaRuntimeOptions { Instance = name }, TimeProvider.System, Loggers());
            _running = Task.Factory.StartNew(() => Runtime.Run(_stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        public LogLines Log { get; } = new();

        public KafkaRuntime Runtime { get; }

        public void Dispose()
        {
            _stop.Cancel();
            _running.Wait();
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
    private sealed class Clockwork(string process, Action atCut) : OperatorDefinition
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
            context.Task.Keep(new Writers(process));
            context.Task.OnCut(atCut);
            return new Pass();
        }

        private sealed class Writers(string process) : IStateTable
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
}
