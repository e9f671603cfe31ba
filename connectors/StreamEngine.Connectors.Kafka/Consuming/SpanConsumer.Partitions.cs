using Confluent.Kafka;
using StreamEngine.Connectors.Kafka.Native;

namespace StreamEngine.Connectors.Kafka;

/// <content>Which partitions are read, and from where.</content>
public sealed unsafe partial class SpanConsumer
{
    /// <summary>Joins the group for these topics. Partitions come and go through the listener, cooperatively: only those that move stop.</summary>
    public void Subscribe(params IReadOnlyList<string> topics)
    {
        if (_listener is null)
        {
            throw new InvalidOperationException("Subscribing needs a listener.");
        }

        ThrowIfHandingOver();
        _consumer.Subscribe(topics);
    }

    /// <summary>Reads exactly these partitions from these offsets, without the group. Replaces what was assigned before.</summary>
    public void Assign(params IReadOnlyList<TopicPartitionOffset> partitions)
    {
        ThrowIfHandingOver();
        CloseAll();
        foreach (var partition in partitions)
        {
            Start(partition);
        }

        _consumer.Assign(partitions);
    }

    /// <summary>Goes on reading a partition from <paramref name="offset"/>. No record fetched before is handed over after this.</summary>
    /// <remarks>Waits for the client's own threads, not for a broker. The partition must be assigned and have started, which its first record or end shows.</remarks>
    public void Seek(string topic, int partition, Offset offset)
    {
        ThrowIfHandingOver();
        var target = new TopicPartitionOffset(topic, partition, offset);
        _consumer.Seek(target);
        Start(target);
    }

    /// <summary>Stops handing over records of these partitions; those fetched ahead are dropped, and fetched again after <see cref="Resume"/>.</summary>
    public void Pause(params IReadOnlyList<TopicPartition> partitions)
    {
        ThrowIfHandingOver();
        _consumer.Pause(partitions);
    }

    /// <summary>Goes on with partitions where they were paused.</summary>
    public void Resume(params IReadOnlyList<TopicPartition> partitions)
    {
        ThrowIfHandingOver();
        _consumer.Resume(partitions);
    }

    /// <summary>The offset of the next record to hand over; <see cref="Offset.Unset"/> before the first, unless a start offset was given.</summary>
    public Offset Position(string topic, int partition)
    {
        var next = Positions(topic).Next(partition);
        return next is TopicPositions.Unknown or TopicPositions.Closed ? Offset.Unset : next;
    }

    /// <summary>Asks the brokers at once, and not only at the next refresh, how many partitions the topics have; the group then shares new ones out.</summary>
    /// <remarks>The client looks at the answer only where it names all topics.</remarks>
    public void LookForPartitions()
    {
        ThrowIfHandingOver();
        nint metadata;
        if (Librdkafka.rd_kafka_metadata(Librdkafka.HandleOf(_consumer), 1, 0, &metadata, 1000) == 0)
        {
            Librdkafka.rd_kafka_metadata_destroy(metadata);
        }
    }

    /// <summary>The first offset there is and the one after the last, asked of the broker.</summary>
    /// <exception cref="KafkaException">No answer in time, or there is no such partition.</exception>
    public WatermarkOffsets QueryWatermarks(string topic, int partition, TimeSpan timeout) =>
        _consumer.QueryWatermarkOffsets(new TopicPartition(topic, partition), timeout);

    /// <summary>The offset after the partition's last record, as the last response said; -1 before the first. Asks nobody.</summary>
    public long KnownEnd(string topic, int partition)
    {
        try
        {
            return _consumer.GetWatermarkOffsets(new TopicPartition(topic, partition)).High is { IsSpecial: false } high ? high.Value : -1;
        }
        catch (KafkaException)
        {
            return -1;
        }
    }

    /// <summary>The group's committed offsets; <see cref="Offset.Unset"/> where there is none.</summary>
    /// <exception cref="KafkaException">No answer in time.</exception>
    public IReadOnlyList<TopicPartitionOffset> Committed(IEnumerable<TopicPartition> partitions, TimeSpan timeout) => _consumer.Committed(partitions, timeout);

    /// <summary>Commits offsets outside of any transaction, and returns when the group has them.</summary>
    /// <exception cref="KafkaException">The group does not take them.</exception>
    public void Commit(IEnumerable<TopicPartitionOffset> offsets) => _consumer.Commit(offsets);

    private List<TopicPartitionOffset> OnAssigned(List<TopicPartition> partitions)
    {
        var starts = partitions.ToDictionary(partition => partition, _ => Offset.Unset);
        try
        {
            foreach (var start in _listener!.Assigned(partitions))
            {
                if (!starts.ContainsKey(start.TopicPartition))
                {
                    throw new InvalidOperationException($"A start offset was given for {start.TopicPartition}, which was not assigned.");
                }

                starts[start.TopicPartition] = start.Offset;
            }
        }
        catch (Exception exception)
        {
            // Confluent.Kafka would swallow it here; Poll throws it.
            Fail(exception);
        }

        var result = partitions.ConvertAll(partition => new TopicPartitionOffset(partition, starts[partition]));
        result.ForEach(Start);
        return result;
    }

    private void OnRevoked(List<TopicPartitionOffset> partitions)
    {
        Tell(() => _listener!.Revoked(partitions.ConvertAll(p => new TopicPartitionOffset(p.TopicPartition, Position(p.Topic, p.Partition)))));
        partitions.ForEach(Stop);
        EndMembershipWhenClosing();
    }

    private void OnLost(List<TopicPartitionOffset> partitions)
    {
        partitions.ForEach(Stop);
        lock (_membership)
        {
            _losses++;
        }

        Tell(() => _listener!.Lost(partitions.ConvertAll(p => p.TopicPartition)));
        EndMembershipWhenClosing();
    }

    /// <summary>What is committed for the partitions given up is done with now; librdkafka leaves the group next.</summary>
    private void EndMembershipWhenClosing()
    {
        if (_closed)
        {
            EndMembership();
        }
    }

    private void Tell(Action tell)
    {
        try
        {
            tell();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private void Start(TopicPartitionOffset start) =>
        Positions(start.Topic).Next(start.Partition) = start.Offset.IsSpecial ? TopicPositions.Unknown : start.Offset.Value;

    /// <summary>Records of the partition that the current native call has already taken from the queue are dropped from here on.</summary>
    private void Stop(TopicPartitionOffset stop) => Positions(stop.Topic).Next(stop.Partition) = TopicPositions.Closed;

    private void CloseAll()
    {
        foreach (var positions in _byName.Values)
        {
            positions.CloseAll();
        }
    }
}
