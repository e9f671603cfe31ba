using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using StreamEngine.Connectors.Kafka.Native;

namespace StreamEngine.Connectors.Kafka;

/// <summary>
/// Reads topics in batches straight from librdkafka's queue: keys and values are spans over its memory, and nothing is allocated per
/// record. Either <see cref="Subscribe"/> (a group assigns the partitions) or <see cref="Assign"/> (the caller does).
/// </summary>
/// <remarks>
/// One thread polls and calls everything else; only <see cref="Health"/> and what <see cref="Member"/> gave may be used by others. Of each partition, records are handed
/// over with strictly growing offsets: a record fetched before a seek, a rebalance or a pause is never handed over after it.
/// </remarks>
public sealed unsafe partial class SpanConsumer : IDisposable
{
    private readonly IConsumer<Ignore, Ignore> _consumer;
    private readonly IAssignmentListener? _listener;
    private readonly ILogger _logger;
    private readonly NativeMessage** _messages;
    private readonly int _nativeBatch;
    private readonly Dictionary<string, TopicPositions> _byName = [];
    private readonly KafkaSettings _settings;
    private readonly Lock _membership = new();
    private nint _queue;
    private nint _lastHandle;
    private TopicPositions _lastTopic = new("");
    private Exception? _failure;
    private int _losses;
    private bool _handingOver;
    private bool _isMember = true;
    private bool _closed;
    private bool _disposed;

    /// <summary>Makes a consumer. It connects by itself, in the background.</summary>
    /// <param name="settings">The cluster.</param>
    /// <param name="options">How to read.</param>
    /// <param name="logger">Where the client's lines go.</param>
    /// <param name="listener">Told of partitions that come and go; needed for <see cref="Subscribe"/>.</param>
    /// <param name="time">The clock, for the connection's state.</param>
    /// <exception cref="SettingException">The settings do not go together.</exception>
    public SpanConsumer(KafkaSettings settings, SpanConsumerOptions options, ILogger logger, IAssignmentListener? listener = null, TimeProvider? time = null)
    {
        _settings = settings;
        _listener = listener;
        _logger = logger;
        _nativeBatch = options.NativeBatch;
        Health = new ConnectionHealth(settings.BootstrapServers, logger, time ?? TimeProvider.System);
        var builder = new ConsumerBuilder<Ignore, Ignore>(settings.ForConsumer(options))
            .SetLogHandler((_, log) => Health.OnLog(log))
            .SetErrorHandler((_, error) => Health.OnError(error))
            .SetPartitionsAssignedHandler((_, partitions) => OnAssigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => OnRevoked(partitions))
            .SetPartitionsLostHandler((_, partitions) => OnLost(partitions));
        _consumer = KafkaSettings.Build(builder.Build);
        _queue = Librdkafka.rd_kafka_queue_get_consumer(Librdkafka.HandleOf(_consumer));
        _messages = (NativeMessage**)NativeMemory.Alloc((nuint)_nativeBatch, (nuint)sizeof(NativeMessage*));
        Health.Attach(_consumer);
    }

    /// <summary>How this consumer stands with the brokers.</summary>
    public ConnectionHealth Health { get; }

    /// <summary>The membership in the group as it is now, for transactions. To be asked for by the polling thread.</summary>
    public GroupMember Member => new(this, _losses);

    /// <summary>The partitions assigned now.</summary>
    public IReadOnlyList<TopicPartition> Assignment => _consumer.Assignment;

    /// <summary>
    /// Hands records over to <paramref name="receiver"/> until <paramref name="maxRecords"/> are reached or none is left in the queue;
    /// where there is none at first, waits up to <paramref name="timeoutMs"/> for one. Also serves the group's callbacks.
    /// </summary>
    /// <returns>How many records were handed over.</returns>
    /// <exception cref="KafkaException">The consumer cannot go on (fatal), or a partition cannot be read (offset out of range …).</exception>
    /// <exception cref="UnknownTopicException">A topic does not exist.</exception>
    /// <exception cref="AccessRefusedException">This user may not read a topic or join the group.</exception>
    /// <remarks>When the receiver throws, the records after that one are lost to this consumer until <see cref="Seek"/>.</remarks>
    public int Poll<TReceiver>(int timeoutMs, ref TReceiver receiver, int maxRecords = 4096)
        where TReceiver : IRecordReceiver, allows ref struct
    {
        ThrowIfHandingOver();
        var total = 0;
        while (total < maxRecords)
        {
            var room = Math.Min(_nativeBatch, maxRecords - total);
            var count = (int)Librdkafka.rd_kafka_consume_batch_queue(_queue, 0, _messages, (nuint)room);
            if (count == 0 && total == 0 && timeoutMs > 0 && _failure is null)
            {
                // With a timeout and room for several, the call would wait the timeout out even after the first.
                count = (int)Librdkafka.rd_kafka_consume_batch_queue(_queue, timeoutMs, _messages, 1);
                timeoutMs = 0;
                room = 1;
            }

            total += HandOver(count, ref receiver);
            ThrowFailure();
            if (count == 0 || (count < room && room > 1))
            {
                break;
            }
        }

        return total;
    }

    /// <summary><see cref="Close"/>, where that was not called, and frees the client. What the listener throws is only logged here.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        try
        {
            Close();
        }
        catch (Exception exception)
        {
            _logger.LogError(exception, "Giving up the partitions on the way out failed.");
        }

        _consumer.Dispose();
        NativeMemory.Free(_messages);
    }

    /// <summary>Leaves the group; the listener is told of the partitions given up, and what it throws comes out of here.</summary>
    public void Close()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        Health.Dispose();
        Librdkafka.rd_kafka_queue_destroy(_queue);
        _queue = 0;
        if (_consumer.Assignment.Count == 0)
        {
            EndMembership(); // nobody is told of partitions given up
        }

        try
        {
            _consumer.Close();
        }
        catch (KafkaException exception)
        {
            _logger.LogWarning("Leaving the group was not clean: {Reason}", exception.Error.Reason);
        }

        EndMembership();
        ThrowFailure();
    }

    /// <summary>What a producer sends offsets with for a member. Any thread may ask until <see cref="Dispose"/>.</summary>
    /// <exception cref="KafkaException">The membership has ended, or is ending.</exception>
    /// <remarks>
    /// Confluent.Kafka ends the process where a member leaves: it reads what librdkafka does not give any more. And librdkafka itself may
    /// never answer who asks in that moment, so nobody does: leaving waits for those who ask.
    /// </remarks>
    internal IConsumerGroupMetadata MetadataOf(GroupMember member)
    {
        lock (_membership)
        {
            return !_isMember ? throw Leaving() : member.Losses != _losses ? throw Gone() : AskForMetadata();
        }
    }

    private static KafkaException Leaving() => new(new Error(ErrorCode.Local_State, "this consumer is leaving its group"));

    private static KafkaException Gone() => new(new Error(ErrorCode.UnknownMemberId, "the group has taken this consumer's partitions away"));

    private void EndMembership()
    {
        lock (_membership)
        {
            _isMember = false;
        }
    }

    private IConsumerGroupMetadata AskForMetadata()
    {
        var client = Librdkafka.HandleOf(_consumer);
        var metadata = Librdkafka.rd_kafka_consumer_group_metadata(client);
        if (metadata == 0)
        {
            throw Leaving();
        }

        nint bytes;
        nuint length;
        // Who is not in the group, or not any more, is named by an empty id or by no generation. Brokers take offsets from such a one, too.
        var isIn = Librdkafka.rd_kafka_consumer_group_metadata_generation_id(metadata) >= 0 && *Librdkafka.rd_kafka_consumer_group_metadata_member_id(metadata) != 0;
        var error = Librdkafka.rd_kafka_consumer_group_metadata_write(metadata, &bytes, &length);
        Librdkafka.rd_kafka_consumer_group_metadata_destroy(metadata);
        if (error != 0)
        {
            var code = (ErrorCode)Librdkafka.rd_kafka_error_code(error);
            Librdkafka.rd_kafka_error_destroy(error);
            throw new KafkaException(code);
        }

        var written = new ReadOnlySpan<byte>((void*)bytes, (int)length).ToArray();
        Librdkafka.rd_kafka_mem_free(client, bytes);
        return isIn ? Librdkafka.GroupMetadata(written) : throw Gone();
    }

    private int HandOver<TReceiver>(int count, ref TReceiver receiver)
        where TReceiver : IRecordReceiver, allows ref struct
    {
        var handed = 0;
        var done = 0;
        _lastHandle = -1;
        _handingOver = true;
        try
        {
            while (done < count)
            {
                var message = _messages[done++];
                var topic = message->Topic == _lastHandle ? _lastTopic : Lookup(message->Topic);
                if (message->Error == 0)
                {
                    ref var next = ref topic.Next(message->Partition);
                    if (message->Offset >= next)
                    {
                        next = message->Offset + 1;
                        handed++;
                        receiver.OnRecord(new ConsumedRecord(message, topic.Name));
                    }
                }
                else if (message->Error == (int)ErrorCode.Local_PartitionEOF)
                {
                    if (topic.Next(message->Partition) != TopicPositions.Closed)
                    {
                        receiver.OnPartitionEnd(topic.Name, message->Partition, message->Offset);
                    }
                }
                else
                {
                    OnErrorMessage(message, topic.Name);
                }

                Librdkafka.rd_kafka_message_destroy(message);
            }
        }
        finally
        {
            _handingOver = false;
            if (done < count)
            {
                // The receiver threw: its own message and those after it are still ours.
                for (var i = done - 1; i < count; i++)
                {
                    Librdkafka.rd_kafka_message_destroy(_messages[i]);
                }
            }
        }

        return handed;
    }

    /// <remarks>A handle says which topic it is only while a message holds it: librdkafka frees topics that nobody reads any more.</remarks>
    private TopicPositions Lookup(nint handle)
    {
        var name = handle == 0 ? default : MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)Librdkafka.rd_kafka_topic_name(handle));
        _lastHandle = handle;
        foreach (var topic in _byName.Values)
        {
            if (topic.Is(name))
            {
                return _lastTopic = topic;
            }
        }

        return _lastTopic = Positions(Encoding.UTF8.GetString(name));
    }

    private TopicPositions Positions(string topic)
    {
        if (!_byName.TryGetValue(topic, out var positions))
        {
            _byName[topic] = positions = new TopicPositions(topic);
        }

        return positions;
    }

    private void OnErrorMessage(NativeMessage* message, string topic)
    {
        var error = new Error((ErrorCode)message->Error, Librdkafka.Text(Librdkafka.rd_kafka_message_errstr(message)));
        var place = topic.Length == 0 ? "" : $" ({topic} [{message->Partition}])";
        switch (error.Code)
        {
            case ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition or ErrorCode.TopicException:
                Fail(new UnknownTopicException($"{error.Reason}{place}", topic));
                break;
            case ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed:
                Health.OnError(error);
                Fail(new AccessRefusedException($"Kafka at {_settings.BootstrapServers} refuses access: {error.Reason}{place}"));
                break;
            case ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange or ErrorCode.Local_Fatal or ErrorCode.FencedInstanceId
                or ErrorCode.InconsistentGroupProtocol or ErrorCode.InvalidGroupId:
                Fail(new KafkaException(new Error(error.Code, error.Reason + place)));
                break;
            default:
                Health.OnError(error);
                break;
        }
    }

    private void Fail(Exception exception) => _failure ??= exception;

    private void ThrowFailure()
    {
        if (_failure is { } failure)
        {
            _failure = null;
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    private void ThrowIfHandingOver()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_handingOver)
        {
            throw new InvalidOperationException("A receiver must not call back into its consumer.");
        }
    }
}
