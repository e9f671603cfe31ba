using Microsoft.Extensions.Logging;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Runtime;
using StreamEngine.Core.State;

namespace StreamEngine.Connectors.Kafka;

/// <summary>
/// The state of a graph as a whole, as it lies in Kafka: checks whether a changed graph can take it over, writes it to a savepoint, and
/// begins with one.
/// </summary>
internal sealed class StoredGraph(GraphPlan plan, KafkaSettings settings, GraphTopics topics, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan _writePatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan _storePause = TimeSpan.FromMilliseconds(200);

    private TopicPlan StateTopic => plan.Topic(TopicRole.State)!;

    private TopicPlan? Partials => plan.Topic(TopicRole.Partials);

    private string Name => plan.Graph.Name;

    /// <summary>The shape that the state was made with; <see langword="null"/> where there is none.</summary>
    internal GraphShape? FindShape(CancellationToken stop)
    {
        if (topics.Find(StateTopic, stop) == 0)
        {
            return null;
        }

        byte[]? stored = null;
        var key = GraphShape.StoredKey;
        // Whoever runs the graph now, or left a transaction open, is not waited for.
        new TopicReader(settings, StateTopic.Name, $"{Name}.shape", time, logger).Read(
            new Dictionary<int, long> { [0] = -1 }, waitForOpen: false, (in ConsumedRecord record) => stored = record.Key.SequenceEqual(key.AsSpan()) ? record.Value.ToArray() : stored, _ => { }, stop);
        return stored is null ? null : GraphShape.Read(stored);
    }

    /// <summary>Refuses a graph that cannot take over what is stored for it. Writes nothing.</summary>
    /// <returns>The shape that is stored.</returns>
    /// <exception cref="IncompatibleStateException">It cannot.</exception>
    internal GraphShape? Check(CancellationToken stop)
    {
        var stored = FindShape(stop);
        if (stored is not null)
        {
            Refuse(stored, Shape(PartialsThatThereAre(stop)));
        }

        return stored;
    }

    /// <summary>Stores the graph's shape where it is another than the one stored. To be called when the topics are there.</summary>
    internal void StoreShape(GraphShape? stored, CancellationToken stop)
    {
        var now = Shape(Partials is null ? 0 : topics.PartitionsOf(Partials));
        // Where the brokers have not told the id this time, what they said before still holds.
        var shape = now with { Savepoint = stored?.Savepoint, SourceId = now.SourceId ?? stored?.SourceId };
        while (!shape.SameAs(stored))
        {
            try
            {
                var records = new OutputBuffer();
                Append(records, shape);
                Commit(records, stop);
                return;
            }
            catch (Exception error) when (error is ProducerFailedException or TransactionAbortedException { IsPermanent: false })
            {
                // Another process of the graph that has just started stores its shape under the same transactional id.
                logger.LogDebug("The graph's shape was not stored: {Error}", error.Message);
                stop.WaitHandle.WaitOne(_storePause * (0.5 + Random.Shared.NextDouble()));
                stored = Check(stop);
            }
        }
    }

    /// <summary>Takes in the whole state, also while the graph runs.</summary>
    /// <exception cref="StateException">There is none.</exception>
    internal Savepoint Take(CancellationToken stop)
    {
        var count = topics.Find(StateTopic, stop);
        var shape = FindShape(stop) ?? throw new StateException($"graph '{Name}' has no state yet: topic '{StateTopic.Name}' {(count == 0 ? "does not exist" : "holds none")}");
        Refuse(shape, Shape(PartialsThatThereAre(stop)));
        var images = new StateImage[count];
        new StateLoader(settings, StateTopic.Name, $"{Name}.savepoint", time, logger).Load([.. Enumerable.Range(0, count)], [], (partition, image) => images[partition] = image, stop);
        images[0].Delete(GraphShape.StoredKey.AsSpan());

        // The state of ingest is as old as these records or older: slots are whole, so one that is newer than its ingest does no harm.
        return new Savepoint { Graph = Name, Shape = shape with { SourceId = null }, TakenAt = time.GetUtcNow(), Partitions = images, OnTheWay = ReadOnTheWay(images, stop) };
    }

    /// <summary>Makes a savepoint the graph's state. To be called when the topics are there.</summary>
    /// <param name="savepoint">The savepoint.</param>
    /// <param name="replace">Whether the state that the graph has already is dropped.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="IncompatibleStateException">The graph cannot take it over.</exception>
    /// <exception cref="StateException">The graph has state already, or still runs.</exception>
    internal void BeginWith(Savepoint savepoint, bool replace, CancellationToken stop)
    {
        var images = new StateImage[topics.PartitionsOf(StateTopic)];
        new StateLoader(settings, StateTopic.Name, $"{Name}.savepoint", time, logger).Load([.. Enumerable.Range(0, images.Length)], [], (partition, image) => images[partition] = image, stop);
        images[0].Delete(GraphShape.StoredKey.AsSpan());
        if (images.Any(i => i.Count > 0) && !replace)
        {
            throw new StateException($"graph '{Name}' has state already, which the savepoint would replace: run it without --from-savepoint to go on, or with --replace-state to drop what it has counted since");
        }

        if (replace && topics.MembersOf([.. plan.Stages.Where(s => s.Kind != StageKind.Writer).Select(s => $"{Name}.{s.Id}")]) is > 0 and var members)
        {
            throw new StateException($"graph '{Name}' still runs ({members} workers are in its groups): stop it before its state is replaced");
        }

        var records = new OutputBuffer();
        for (var partition = 0; partition < images.Length; partition++)
        {
            Replace(records, partition, images[partition], partition < savepoint.Partitions.Count ? savepoint.Partitions[partition] : new StateImage(), stop);
        }

        for (var partition = 0; partition < savepoint.OnTheWay.Count; partition++)
        {
            foreach (var (key, value) in savepoint.OnTheWay[partition])
            {
                records.Append(Partials!.Index, partition, key, value);
            }
        }

        Append(records, Shape(Partials is null ? 0 : topics.PartitionsOf(Partials)) with { Savepoint = savepoint.Digest });
        Commit(records, stop);
        logger.LogInformation("Graph {Graph} begins with the savepoint of {Graph2} of {Time:u}: {Entries} entries of state", Name, savepoint.Graph, savepoint.TakenAt, savepoint.Partitions.Sum(p => p.Count));
    }

    /// <summary>Refuses a savepoint that the graph cannot begin with.</summary>
    /// <exception cref="IncompatibleStateException">It cannot.</exception>
    internal void Check(Savepoint savepoint, CancellationToken stop)
    {
        var partials = PartialsThatThereAre(stop);
        Refuse(savepoint.Shape, Shape(partials > 0 || Partials is null ? partials : plan.Graph.Runtime.Partitions));
        if (topics.Find(plan.Topic(TopicRole.Source)!, stop) is var source && source < savepoint.Partitions.Count && partials < savepoint.Partitions.Count)
        {
            throw new IncompatibleStateException(Name, [$"the savepoint has {savepoint.Partitions.Count} partitions, and its source has {source} now"]);
        }
    }

    private GraphShape Shape(int partials) => GraphShape.Of(plan, partials) with { SourceId = topics.SourceId() };

    private void Refuse(GraphShape stored, GraphShape now)
    {
        var obstacles = stored.Obstacles(now, plan.Graph.Runtime.DiscardState).ToList();
        if (obstacles.Count > 0)
        {
            throw new IncompatibleStateException(Name, obstacles);
        }
    }

    private int PartialsThatThereAre(CancellationToken stop) => Partials is null ? 0 : topics.Find(Partials, stop);

    private List<(byte[] Key, byte[] Value)>[] ReadOnTheWay(StateImage[] images, CancellationToken stop)
    {
        var records = Enumerable.Range(0, PartialsThatThereAre(stop)).Select(_ => new List<(byte[], byte[])>()).ToArray();
        if (records.Length > 0)
        {
            var key = TaskProgress.KeyOf(plan.Stage(StageKind.Aggregate)!.Id);
            var starts = Enumerable.Range(0, records.Length).ToDictionary(p => p, p => p < images.Length && images[p].TryGet(key, out var progress) ? TaskProgress.Read(progress).NextOffset : -1);
            new TopicReader(settings, Partials!.Name, $"{Name}.savepoint", time, logger).Read(
                starts, waitForOpen: true, (in ConsumedRecord record) => records[record.Partition].Add((record.Key.ToArray(), record.Value.ToArray())), _ => { }, stop);
        }

        return records;
    }

    /// <summary>Writes what makes the state of a partition that of the savepoint.</summary>
    private void Replace(OutputBuffer records, int partition, StateImage now, StateImage wanted, CancellationToken stop)
    {
        foreach (var (key, _) in now.Entries)
        {
            if (!wanted.TryGet(key, out _))
            {
                records.AppendTombstone(StateTopic.Index, partition, key);
            }
        }

        var ofAggregate = plan.Stage(StageKind.Aggregate) is { } aggregate ? TaskProgress.KeyOf(aggregate.Id) : [];
        Span<byte> moved = stackalloc byte[TaskProgress.Size];
        foreach (var (key, value) in wanted.Entries)
        {
            if (key.AsSpan().SequenceEqual(ofAggregate))
            {
                // What was on the way is sent again, behind whatever is there.
                var end = new TopicReader(settings, Partials!.Name, $"{Name}.savepoint", time, logger).End(partition, stop);
                (TaskProgress.Read(value) with { NextOffset = end }).Write(moved);
                records.Append(StateTopic.Index, partition, key, moved);
            }
            else
            {
                records.Append(StateTopic.Index, partition, key, value);
            }
        }
    }

    private void Append(OutputBuffer records, GraphShape shape) => records.Append(StateTopic.Index, 0, GraphShape.StoredKey.AsSpan(), shape.Write());

    private void Commit(OutputBuffer records, CancellationToken stop)
    {
        var lasting = new KafkaSettings(settings.BootstrapServers, settings.Settings.SetItem("transaction.timeout.ms", ((int)_writePatience.TotalMilliseconds).ToString()));
        using var producer = new TransactionalProducer(lasting, $"{Name}.state", logger, time);
        producer.Initialize(TimeSpan.MaxValue, stop);
        producer.Commit(records, [.. plan.Topics.Select(t => t.Name)], [], null, stop);
    }
}
