using System.Collections.Immutable;
using System.Globalization;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Runtime;
using StreamEngine.Core.Sinks;
using StreamEngine.Core.State;

namespace StreamEngine.Connectors.Kafka;

/// <summary>How a process runs a graph.</summary>
public sealed record KafkaRuntimeOptions
{
    /// <summary>Ends the run when there has been nothing to read, send or write for so long; <see langword="null"/> = never.</summary>
    public TimeSpan? UntilIdle { get; init; }

    /// <summary>A savepoint's file to begin with; <see langword="null"/> = with what is stored in Kafka.</summary>
    public string? FromSavepoint { get; init; }

    /// <summary>Whether <see cref="FromSavepoint"/> replaces state that the graph has already.</summary>
    public bool ReplaceState { get; init; }

    /// <summary>This process's name, unique among those of the graph; <see langword="null"/> = the machine's and the user's name and the lowest free number.</summary>
    public string? Instance { get; init; }
}

/// <summary>
/// Runs a graph on Kafka: makes its topics, and starts its workers. Several processes of one graph share the partitions through Kafka's
/// group protocol.
/// </summary>
public sealed class KafkaRuntime : IDisposable
{
    private const string TransactionTimeout = "transaction.timeout.ms";

    /// <summary>While partitions are not assigned to this process, idleness is believed only after so long.</summary>
    private static readonly TimeSpan _idleWithoutAll = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _hangsAfter = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan _refusedPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _joinPatience = TimeSpan.FromSeconds(9);

    private readonly GraphPlan _plan;
    private readonly KafkaRuntimeOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly KafkaSettings _settings;
    private readonly CancellationTokenSource _failed = new();
    private volatile ImmutableList<(StagePlan Stage, WorkerActivity Activity)> _workers = [];
    private Exception? _failure;

    /// <summary>Prepares a run.</summary>
    /// <exception cref="SettingException">The source's settings are wrong.</exception>
    public KafkaRuntime(LogicalGraph graph, KafkaRuntimeOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        (_options, _time, _loggers) = (options, time, loggers);
        _plan = Plan(graph);
        _settings = KafkaSourceDefinition.Settings(graph.Source.Options);
        _logger = loggers.CreateLogger(graph.Name);
    }

    /// <summary>Where the records of each source partition went: of the partitions that this process has or had.</summary>
    public IReadOnlyDictionary<int, PartitionProgress> Partitions
    {
        get
        {
            var all = new SortedDictionary<int, PartitionProgress>();
            foreach (var (partition, progress) in Of(StageKind.Ingest).SelectMany(w => w.Partitions))
            {
                if (!all.TryGetValue(partition, out var known) || known.NextOffset < progress.NextOffset)
                {
                    all[partition] = progress;
                }
            }

            return all;
        }
    }

    /// <summary>The sum of the partitions' ledgers.</summary>
    public Ledger Ledger => Partitions.Values.Aggregate(default(Ledger), (sum, p) => sum + p.Ledger);

    /// <summary>Records that this process has read, by stage.</summary>
    public IReadOnlyDictionary<string, long> RecordsRead =>
        _workers.GroupBy(w => w.Stage.Id).ToDictionary(g => g.Key, g => g.Sum(w => w.Activity.Records));

    /// <summary>Records that sinks could not take and skipped.</summary>
    public long Skipped => _workers.Sum(w => w.Activity.SkippedRecords);

    /// <summary>Why the graph cannot be said to be at work, or nothing when it is: its workers read, and every partition has its state.</summary>
    public IReadOnlyList<string> Unready
    {
        get
        {
            var workers = _workers;
            return workers.Count == 0
                ? ["starting: Kafka is waited for, or topics are being made"]
                : [.. workers.SelectMany(w => w.Activity.Unready)];
        }
    }

    /// <summary>Workers whose loop has not gone round for long, by name: they hang.</summary>
    public IReadOnlyList<string> Hanging => [.. _workers.Where(w => w.Activity.SinceBeat > _hangsAfter).Select(w => w.Activity.Name)];

    internal IReadOnlyList<(StagePlan Stage, WorkerActivity Activity)> Workers => _workers;

    internal string Graph => _plan.Graph.Name;

    /// <summary>The plan of a graph whose source is Kafka.</summary>
    public static GraphPlan Plan(LogicalGraph graph) => Planner.Plan(graph, KafkaSourceDefinition.Topic(graph.Source.Options));

    /// <summary>Whether an exception is a message for the user: something about the cluster or the settings, not a defect.</summary>
    public static bool IsReported(Exception error) => error is UnknownTopicException or AccessRefusedException or TopicException or SettingException
        or TimeoutException or ProducerFailedException or TransactionAbortedException or KafkaException;

    /// <summary>Runs until stopped, idle for long enough, or failed. When it returns, a last checkpoint is committed.</summary>
    /// <exception cref="UnknownTopicException">The source's topic does not exist.</exception>
    /// <exception cref="AccessRefusedException">The brokers turn this user away.</exception>
    /// <exception cref="TopicException">A topic cannot be made, or is not as it must be.</exception>
    /// <exception cref="TaskException">An operator failed.</exception>
    /// <exception cref="StateException">Stored state cannot be read, or a savepoint cannot take its place.</exception>
    /// <exception cref="IncompatibleStateException">The graph cannot take over what is stored for it. Nothing was written.</exception>
    /// <exception cref="SinkException">A sink refuses for good, and the run is one that ends.</exception>
    public void Run(CancellationToken stop)
    {
        using var slot = InstanceSlot.Take(_plan.Graph.Name, _options.Instance);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop, _failed.Token);
        using var topics = new GraphTopics(_plan, _settings, _time, _logger);
        try
        {
            Prepare(topics, ending.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }

        var threads = Start(topics, slot.Name, ending.Token);
        WaitForEnd(topics, ending.Token);
        ending.Cancel();
        var until = Environment.TickCount64 + (long)_joinPatience.TotalMilliseconds;
        foreach (var thread in threads)
        {
            if (!thread.Join((int)Math.Max(0, until - Environment.TickCount64)))
            {
                _logger.LogWarning("Worker {Worker} did not end within {Seconds} s; what it had not committed is worked on again at the next start", thread.Name, _joinPatience.TotalSeconds);
            }
        }

        if (_failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_failure);
        }
    }

    /// <summary>Takes in the graph's whole state, whether or not processes run it meanwhile.</summary>
    /// <param name="patience">How long a broker may take to answer at first.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="TimeoutException">No broker answered.</exception>
    /// <exception cref="StateException">There is none.</exception>
    /// <exception cref="IncompatibleStateException">It was made with another graph of this name.</exception>
    public Savepoint TakeSavepoint(TimeSpan patience, CancellationToken stop)
    {
        using var topics = new GraphTopics(_plan, _settings, _time, _logger);
        topics.WaitForBroker(patience, stop);
        return new StoredGraph(_plan, _settings, topics, _time, _logger).Take(stop);
    }

    /// <inheritdoc/>
    public void Dispose() => _failed.Dispose();

    /// <summary>Reads what there is to read here, waits for a broker, refuses what cannot be run before anything is written; then makes topics and, where that is asked for, state.</summary>
    private void Prepare(GraphTopics topics, CancellationToken stop)
    {
        var savepoint = _options.FromSavepoint is { } path ? Savepoint.Read(path) : null;
        topics.WaitForBroker(stop);
        var stored = new StoredGraph(_plan, _settings, topics, _time, _logger);
        var shape = savepoint is null || !_options.ReplaceState ? stored.Check(stop) : stored.FindShape(stop);
        if (savepoint is not null && savepoint.Digest == shape?.Savepoint && !_options.ReplaceState)
        {
            _logger.LogInformation("The graph has begun with this savepoint before, and goes on from where it is");
            savepoint = null;
        }

        if (savepoint is not null)
        {
            stored.Check(savepoint, stop);
        }

        topics.Make(stop);
        if (savepoint is not null)
        {
            try
            {
                stored.BeginWith(savepoint, _options.ReplaceState, stop);
            }
            catch (Exception error) when (error is ProducerFailedException or TransactionAbortedException or StateException && stored.FindShape(stop)?.Savepoint == savepoint.Digest)
            {
                _logger.LogInformation("Another process of the graph has begun with the same savepoint: {Error}", error.Message);
            }
        }
        else
        {
            stored.StoreShape(shape, stop);
        }
    }

    private List<Thread> Start(GraphTopics topics, string instance, CancellationToken stop)
    {
        var producerSettings = new KafkaSettings(_settings.BootstrapServers, ForProducers(topics));
        var transactionTimeout = TimeSpan.FromMilliseconds(int.Parse(producerSettings.Settings[TransactionTimeout], CultureInfo.InvariantCulture));
        var threads = new List<Thread>();
        var eventClock = new EventClock();
        foreach (var stage in _plan.Stages)
        {
            var count = stage.Kind == StageKind.Ingest ? Math.Min(_plan.Graph.Runtime.Workers, topics.PartitionsOf(stage.Inputs[0].Topic)) : 1;
            for (var i = 0; i < count; i++)
            {
                var setup = new WorkerSetup
                {
                    Plan = _plan,
                    Stage = stage,
                    Settings = _settings,
                    ProducerSettings = producerSettings,
                    TransactionTimeout = transactionTimeout,
                    Topics = topics,
                    EventClock = eventClock,
                    TransactionalId = $"{_plan.Graph.Name}.{stage.Id}.{instance}.{i}",
                    PartitionsAtStart = stage.Kind == StageKind.Writer ? 0 : topics.PartitionsOf(stage.Inputs[0].Topic),
                    FromLatest = stage.Kind == StageKind.Ingest && KafkaSourceDefinition.FromLatest(_plan.Graph.Source.Options),
                    Time = _time,
                    Loggers = _loggers,
                    Activity = new WorkerActivity($"{stage.Id}.{i}", _time),
                };
                _workers = _workers.Add((stage, setup.Activity));
                var thread = new Thread(() => KeepRunning(setup, stop)) { IsBackground = true, Name = setup.Activity.Name };
                threads.Add(thread);
                thread.Start();
            }
        }

        var watch = new Thread(() => WatchSource(topics, stop)) { IsBackground = true, Name = "source" };
        threads.Add(watch);
        watch.Start();
        return threads;
    }

    /// <summary>The source's settings, and what follows for producers where these do not say it.</summary>
    private ImmutableSortedDictionary<string, string> ForProducers(GraphTopics topics)
    {
        var settings = _settings.Settings;
        if (!settings.ContainsKey(TransactionTimeout))
        {
            settings = settings.Add(TransactionTimeout, ((int)KafkaSourceDefinition.TransactionTimeout(_plan.Graph.Source.Options).TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        }

        // A batch is refused like a record that is too large, and is as large at the most.
        return topics.LeastRecordLimit < TopicAdmin.DefaultRecordLimit && !settings.ContainsKey("batch.size")
            ? settings.Add("batch.size", topics.LeastRecordLimit.ToString(CultureInfo.InvariantCulture))
            : settings;
    }

    /// <summary>Follows the source when it is given more partitions.</summary>
    private void WatchSource(GraphTopics topics, CancellationToken stop)
    {
        while (!stop.WaitHandle.WaitOne(GraphTopics.LookEvery))
        {
            try
            {
                topics.Follow(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is TimeoutException or KafkaException)
            {
                _logger.LogDebug("The source was not looked at: {Error}", error.Message);
            }
            catch (Exception error)
            {
                Fail(error);
                return;
            }
        }
    }

    /// <summary>Runs a worker, and starts it anew from the last checkpoint after what a restart can mend.</summary>
    private void KeepRunning(WorkerSetup setup, CancellationToken stop)
    {
        var pause = TimeSpan.FromMilliseconds(200);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                RunOnce(setup, stop);
                return;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is ProducerFailedException or TransactionAbortedException { IsPermanent: false } or KafkaException or TimeoutException)
            {
                var fenced = error is FencedException or TransactionAbortedException { MemberIsStale: true };
                _logger.LogWarning("Worker {Worker} {What}: {Error}", setup.Activity.Name, fenced ? "was fenced, drops what it had not committed and joins anew" : "starts anew from its last checkpoint", error.Message);
                setup.Activity.State(false, 0);
                setup.Activity.Retried();
                stop.WaitHandle.WaitOne(pause * (0.5 + Random.Shared.NextDouble()));
                pause = pause < TimeSpan.FromSeconds(5) ? pause * 2 : pause;
            }
            catch (SinkException error) when (_options.UntilIdle is null)
            {
                // The other stages go on: alerts do not wait for somebody to mend a password.
                _logger.LogError("{Error}. What is for sink {Sink} waits in Kafka; it is tried again every {Seconds} s, and the rest of the graph goes on", error.Message, setup.Stage.Sink!.Id, _refusedPause.TotalSeconds);
                setup.Activity.Refused();
                stop.WaitHandle.WaitOne(_refusedPause * (0.5 + Random.Shared.NextDouble()));
            }
            catch (Exception error)
            {
                Fail(error);
                return;
            }
        }
    }

    private static void RunOnce(WorkerSetup setup, CancellationToken stop)
    {
        setup.Activity.Begins();
        if (setup.Stage.Kind == StageKind.Writer)
        {
            using var writer = new SinkWorker(setup, stop);
            writer.Run();
        }
        else
        {
            using var worker = new StageWorker(setup, stop);
            worker.Run();
        }
    }

    private void Fail(Exception error)
    {
        Interlocked.CompareExchange(ref _failure, error, null);
        _failed.Cancel();
    }

    private void WaitForEnd(GraphTopics topics, CancellationToken stop)
    {
        while (!stop.WaitHandle.WaitOne(100))
        {
            if (_options.UntilIdle is { } idle && _workers.All(w => w.Activity.Quiet >= (HasAll(topics, w.Stage) || idle > _idleWithoutAll ? idle : _idleWithoutAll)))
            {
                return;
            }
        }
    }

    private bool HasAll(GraphTopics topics, StagePlan stage) =>
        _workers.Where(w => w.Stage == stage).Sum(w => w.Activity.Assigned) >= stage.Inputs.DistinctBy(i => i.Topic.Index).Sum(i => topics.PartitionsOf(i.Topic));

    private IEnumerable<WorkerActivity> Of(StageKind kind) => _workers.Where(w => w.Stage.Kind == kind).Select(w => w.Activity);
}
