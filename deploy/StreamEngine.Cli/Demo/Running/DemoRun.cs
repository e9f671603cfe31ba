using System.Diagnostics;
using System.Text;
using Spectre.Console;
using StreamEngine.Cli.Alerts;
using StreamEngine.Cli.Graphs;
using StreamEngine.Connectors.Kafka;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Planning;

namespace StreamEngine.Cli.Demo;

/// <summary>How a demo is to run.</summary>
/// <param name="Duration">How long the scripted day takes.</param>
/// <param name="Seed">What the day is made from.</param>
/// <param name="KeepFolder">Where ClickHouse's tables are kept; <see langword="null"/>: nowhere.</param>
internal sealed record DemoOptions(TimeSpan Duration, int Seed, string? KeepFolder);

/// <summary>One run of the demo: services, graph, replay, view, report.</summary>
internal sealed class DemoRun(DemoOptions options, IAnsiConsole console, IDemoView view, TimeProvider time)
{
    private const int Partitions = 3;

    /// <summary>
    /// How far the day may be ahead of the newest window. The posts, slots and windows of two hours take less than the 5 MiB per
    /// partition that the broker keeps.
    /// </summary>
    private static readonly TimeSpan _mostAhead = TimeSpan.FromHours(2);

    /// <summary>How many windows may wait for ClickHouse, for the same reason.</summary>
    private const long MostUnwritten = 8_000;

    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(100);

    /// <summary>When nothing was written for so long, nothing more will be: longer than the graph's <c>idle_after</c>.</summary>
    private static readonly TimeSpan _settled = TimeSpan.FromSeconds(3);

    /// <summary>Longest wait for the engine after the day's last post.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private static string GraphFile => Path.Combine(AppContext.BaseDirectory, "graphs", "demo.yaml");

    /// <summary>Runs it.</summary>
    /// <returns>Whether the day went through whole.</returns>
    /// <exception cref="DemoException">It did not.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        view.Starting("Starting Kafka (in memory) and ClickHouse (embedded) …");
        await using var services = await DemoServices.StartAsync(options.KeepFolder, stop);
        view.Starting($"Kafka at {services.Kafka.Bootstrap}, ClickHouse at {services.ClickHouseUrl}");
        var graph = GraphReader.ReadFile(GraphFile, GraphCatalog.All, $"source.kafka.brokers={services.Kafka.Bootstrap}", $"sinks.clickhouse.url={services.ClickHouseUrl}");
        var plan = KafkaRuntime.Plan(graph);
        services.CreateTopics(plan, Partitions);
        view.Starting($"Replaying a day of posts about {DemoBrand.All.Length} brands, in Dutch, Italian, Polish and English, in {Durations.Format(options.Duration)}; Ctrl-C stops");

        using var log = new DemoLog(view);
        using var loggers = log.Factory();
        using var runtime = new KafkaRuntime(graph, new KafkaRuntimeOptions { Instance = "demo" }, time, loggers);
        using var day = new DemoDay(Yesterday(), Partitions, options.Seed);
        var board = new BrandBoard(day.Start, DemoBrand.All.Select(b => b.Name));
        var writer = plan.Stage(StageKind.Writer)!.Id;
        var replay = new PostReplay(day, services.Kafka.Bootstrap, plan.Topic(TopicRole.Source)!.Name, options.Duration, clock =>
            clock - board.Newest < _mostAhead.TotalMilliseconds && board.Rows - runtime.RecordsRead.GetValueOrDefault(writer) < MostUnwritten);
        await PlayAsync(services, plan, runtime, replay, board, stop);

        view.Dispose();
        var report = new DayReport(console, services.ClickHouseUrl);
        var mentions = await report.PrintBrandsAsync(stop);
        report.PrintLedger(runtime.Ledger, replay);
        Check(runtime, replay, mentions);
        if (options.KeepFolder is not null)
        {
            console.WriteLine($"Kept: streamengine embedded clickhouse --port 8123 --data {services.ClickHouseFolder}");
        }
    }

    private long Yesterday() => new DateTimeOffset(time.GetUtcNow().UtcDateTime.Date.AddDays(-1), TimeSpan.Zero).ToUnixTimeMilliseconds();

    private async Task PlayAsync(DemoServices services, GraphPlan plan, KafkaRuntime runtime, PostReplay replay, BrandBoard board, CancellationToken stop)
    {
        var windows = plan.Topic(TopicRole.Windows)!.Name;
        var alerts = plan.Topic(TopicRole.Alerts)?.Name;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = Task.Factory.StartNew(() => runtime.Run(ending.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var sending = Task.Factory.StartNew(() => replay.Run(ending.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        using (new TopicTail(services.Kafka.Bootstrap, alerts is null ? [windows] : [windows, alerts], Partitions, (topic, value) => Take(topic == alerts, value, board)))
        {
            try
            {
                await FollowAsync(runtime, replay, board, running, sending, stop);
            }
            finally
            {
                await ending.CancelAsync();
                await Task.WhenAll(running, sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await running;
            await sending;
        }
    }

    private void Take(bool isAlert, byte[] value, BrandBoard board)
    {
        if (!isAlert)
        {
            board.TakeWindow(value);
            return;
        }

        if (AlertView.Read(value) is { } alert)
        {
            board.TakeAlert(alert);
            view.Alert(alert);
        }
    }

    /// <summary>Shows how it goes until the day is over and the engine is done with it.</summary>
    private async Task FollowAsync(KafkaRuntime runtime, PostReplay replay, BrandBoard board, Task running, Task sending, CancellationToken stop)
    {
        var sinceChange = Stopwatch.StartNew();
        var sinceSent = new Stopwatch();
        var rate = new Rate();
        var work = (0L, 0L);
        while (true)
        {
            await Task.Delay(_tick, stop);
            if (running.IsCompleted || sending.IsFaulted)
            {
                return;
            }

            var read = runtime.RecordsRead;
            if (work != (work = (read.Values.Sum(), board.Rows)))
            {
                sinceChange.Restart();
            }

            var posts = read.GetValueOrDefault("ingest");
            view.Show(new DemoMoment(replay.Elapsed, posts, rate.Next(posts), board.Brands()));
            if (!replay.IsDone)
            {
                continue;
            }

            sinceSent.Start();
            if (runtime.Ledger.Consumed >= replay.Sent && sinceChange.Elapsed > _settled)
            {
                return;
            }

            if (sinceSent.Elapsed > _patience)
            {
                throw new DemoException($"the engine has not worked off the day {_patience.TotalSeconds:0} s after its last post: {runtime.Ledger}; sent {replay.Sent:N0}");
            }
        }
    }

    /// <summary>Everything sent must be accounted for as the script says, and ClickHouse must have counted the same.</summary>
    private static void Check(KafkaRuntime runtime, PostReplay replay, long mentions)
    {
        var wrong = new StringBuilder();
        void Expect(string what, long expected, long actual)
        {
            if (expected != actual)
            {
                wrong.Append(wrong.Length > 0 ? ", " : "").Append($"{what} {actual:N0} instead of {expected:N0}");
            }
        }

        var ledger = runtime.Ledger;
        Expect("not taken by Kafka", 0, replay.Failed);
        Expect("consumed", replay.Sent, ledger.Consumed);
        Expect("counted", replay.SentFor(ExpectedFate.Counted), ledger.Counted);
        Expect("unmatched", replay.SentFor(ExpectedFate.Unmatched), ledger.Unmatched);
        Expect("late", replay.SentFor(ExpectedFate.Late), ledger.Late);
        Expect("dead", replay.SentFor(ExpectedFate.Dead), ledger.Dead);
        Expect("unaccounted", 0, ledger.Unaccounted);
        Expect("mentions in ClickHouse", ledger.Counted, mentions);
        Expect("skipped by sinks", 0, runtime.Skipped);
        if (wrong.Length > 0)
        {
            throw new DemoException($"the ledger does not add up to what was sent: {wrong}");
        }
    }

    /// <summary>Records per second over the last second.</summary>
    private sealed class Rate
    {
        private readonly Queue<(TimeSpan At, long Count)> _last = new();
        private readonly Stopwatch _watch = Stopwatch.StartNew();

        public double Next(long count)
        {
            var now = _watch.Elapsed;
            _last.Enqueue((now, count));
            while (_last.Count > 2 && now - _last.Peek().At > TimeSpan.FromSeconds(1))
            {
                _last.Dequeue();
            }

            var (at, before) = _last.Peek();
            return now > at ? (count - before) / (now - at).TotalSeconds : 0;
        }
    }
}
