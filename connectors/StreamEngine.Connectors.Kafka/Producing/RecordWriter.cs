using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using StreamEngine.Connectors.Kafka.Native;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Connectors.Kafka;

/// <summary>Puts records from spans into a producer's queue, many with one native call, without allocating.</summary>
internal sealed unsafe class RecordWriter : IDisposable
{
    private const int RunLength = 512;
    private static readonly TimeSpan _queueFullPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan _newPartitionPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _newPartitionPatience = TimeSpan.FromSeconds(10);

    private readonly nint _client;
    private readonly Func<string, int> _partitionCount;
    private readonly NativeMessage* _run = (NativeMessage*)NativeMemory.AllocZeroed(RunLength, (nuint)sizeof(NativeMessage));
    private readonly Dictionary<string, Target> _targets = [];
    private int _unkeyed;

    /// <param name="client">The producer; must live longer than this.</param>
    /// <param name="partitionCount">How many partitions a topic has; throws where it does not exist.</param>
    public RecordWriter(IClient client, Func<string, int> partitionCount)
    {
        _client = Librdkafka.HandleOf(client);
        _partitionCount = partitionCount;
    }

    /// <summary>
    /// Queues all records. Returns when librdkafka has copied the last one; waits while its queue is full.
    /// Records without partition and key go to one partition per call, in turn.
    /// </summary>
    /// <exception cref="KafkaException">A record cannot be queued: too large, or its partition does not exist.</exception>
    public void Write(OutputBuffer records, IReadOnlyList<string> topics, CancellationToken stop)
    {
        if (records.Count == 0)
        {
            return;
        }

        _unkeyed++;

        // All records lie in one array: pinning one byte pins them all.
        fixed (byte* pin = &MemoryMarshal.GetReference(records[0].Key))
        {
            var run = new Run();
            for (var i = 0; i < records.Count; i++)
            {
                var record = records[i];
                if (run.Count > 0 && (record.Topic != run.TopicIndex || run.Count == RunLength || !record.Headers.IsEmpty))
                {
                    Send(ref run, stop);
                }

                if (run.Target is null || run.TopicIndex != record.Topic)
                {
                    run = new Run { TopicIndex = record.Topic, Target = Resolve(topics[record.Topic]) };
                }

                if (!record.Headers.IsEmpty)
                {
                    SendWithHeaders(run.Target!, record, stop);
                    continue;
                }

                ref var message = ref _run[run.Count++];
                message.Error = 0;
                message.Partition = PartitionOf(run.Target!, record, stop);
                message.Key = record.HasKey ? Address(record.Key) : null;
                message.KeyLength = (nuint)record.Key.Length;
                message.Payload = record.HasValue ? Address(record.Value) : null;
                message.PayloadLength = (nuint)record.Value.Length;
            }

            Send(ref run, stop);
        }
    }

    public void Dispose()
    {
        foreach (var target in _targets.Values)
        {
            Librdkafka.rd_kafka_topic_destroy(target.Handle);
        }

        _targets.Clear();
        NativeMemory.Free(_run);
    }

    private static byte* Address(ReadOnlySpan<byte> pinned) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(pinned));

    private int PartitionOf(Target target, in OutputRecord record, CancellationToken stop)
    {
        if (record.Partition >= 0)
        {
            if (record.Partition >= target.Partitions)
            {
                WaitForPartition(target, record.Partition, stop);
            }

            return record.Partition;
        }

        return (int)((record.HasKey ? Hash64.Of(record.Key) : (ulong)_unkeyed) % (ulong)target.Partitions);
    }

    /// <summary>
    /// Looks again at a topic that was given more partitions: asking makes the client know them, too. Librdkafka must not be handed a
    /// record for a partition that it does not know: it refuses the record but goes on counting it, and a commit then waits for it forever.
    /// </summary>
    private void WaitForPartition(Target target, int partition, CancellationToken stop)
    {
        var until = Environment.TickCount64 + (long)_newPartitionPatience.TotalMilliseconds;
        while ((target.Partitions = _partitionCount(target.Topic)) <= partition)
        {
            if (Environment.TickCount64 > until)
            {
                throw new KafkaException(new Error(ErrorCode.Local_UnknownPartition, $"{target.Topic} has {target.Partitions} partitions, and no partition {partition}"));
            }

            stop.WaitHandle.WaitOne(_newPartitionPause);
            stop.ThrowIfCancellationRequested();
        }
    }

    private Target Resolve(string topic)
    {
        if (!_targets.TryGetValue(topic, out var target))
        {
            var partitions = _partitionCount(topic);
            target = new Target(topic, Librdkafka.rd_kafka_topic_new(_client, topic, 0)) { Partitions = partitions };
            _targets[topic] = target;
        }

        return target;
    }

    private void Send(ref Run run, CancellationToken stop)
    {
        var first = 0;
        while (first < run.Count)
        {
            _ = Librdkafka.rd_kafka_produce_batch(run.Target!.Handle, 0, Librdkafka.CopyFlag | Librdkafka.PartitionFlag, _run + first, run.Count - first);
            while (first < run.Count && _run[first].Error == 0)
            {
                first++;
            }

            if (first < run.Count)
            {
                WaitOrThrow(_run[first].Error, run.Target, _run[first].Partition, (long)_run[first].PayloadLength, stop);
            }
        }

        run.Count = 0;
    }

    private void SendWithHeaders(Target target, in OutputRecord record, CancellationToken stop)
    {
        var partition = PartitionOf(target, record, stop);
        var fields = stackalloc NativeField[6];
        fields[0] = NativeField.Topic(target.Handle);
        fields[1] = NativeField.Partition(partition);
        fields[2] = NativeField.Value(record.HasValue ? Address(record.Value) : null, record.Value.Length);
        fields[3] = NativeField.Key(record.HasKey ? Address(record.Key) : null, record.Key.Length);
        fields[4] = NativeField.Flags(Librdkafka.CopyFlag);
        while (true)
        {
            // librdkafka takes the list over when it takes the record, and only then.
            var headers = Headers(record.Headers);
            fields[5] = NativeField.Headers(headers);
            var error = Librdkafka.rd_kafka_produceva(_client, fields, 6);
            if (error == 0)
            {
                return;
            }

            var code = Librdkafka.rd_kafka_error_code(error);
            Librdkafka.rd_kafka_error_destroy(error);
            Librdkafka.rd_kafka_headers_destroy(headers);
            WaitOrThrow(code, target, partition, record.Value.Length, stop);
        }
    }

    private static nint Headers(ReadOnlySpan<byte> headers)
    {
        var list = Librdkafka.rd_kafka_headers_new(8);
        while (RecordHeaders.TryRead(ref headers, out var name, out var value))
        {
            _ = Librdkafka.rd_kafka_header_add(list, Address(name), name.Length, Address(value), value.Length);
        }

        return list;
    }

    private static void WaitOrThrow(int code, Target target, int partition, long length, CancellationToken stop)
    {
        if (code != (int)ErrorCode.Local_QueueFull)
        {
            var reason = Librdkafka.Text(Librdkafka.rd_kafka_err2str(code));
            throw new KafkaException(new Error((ErrorCode)code, $"A record of {length:N0} bytes cannot be sent to {target.Topic} [{partition}]: {reason}"));
        }

        stop.WaitHandle.WaitOne(_queueFullPause);
        stop.ThrowIfCancellationRequested();
    }

    private struct Run
    {
        public int TopicIndex;
        public int Count;
        public Target? Target;
    }

    private sealed class Target(string topic, nint handle)
    {
        public string Topic { get; } = topic;

        public nint Handle { get; } = handle;

        public int Partitions { get; set; }
    }
}
