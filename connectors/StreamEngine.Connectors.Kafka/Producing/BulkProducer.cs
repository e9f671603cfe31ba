using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace StreamEngine.Connectors.Kafka;

/// <summary>
/// Sends many records fast, in order and without duplicates (idempotent), outside of transactions. Memory is bounded: who sends faster
/// than the brokers take waits. One thread sends; the counts may be read by others.
/// </summary>
public sealed class BulkProducer : IDisposable
{
    private static readonly TimeSpan _queueFullPause = TimeSpan.FromMilliseconds(2);

    private readonly IProducer<byte[], byte[]> _producer;
    private readonly Dictionary<string, TopicPartition> _anyPartition = [];
    private readonly Action<DeliveryReport<byte[], byte[]>> _onDelivered;
    private long _sent;
    private long _delivered;
    private long _failed;
    private string? _firstFailure;

    /// <summary>Makes a producer. It connects by itself, in the background.</summary>
    /// <exception cref="SettingException">The settings do not go together.</exception>
    public BulkProducer(KafkaSettings settings, ILogger logger, TimeProvider? time = null)
    {
        Health = new ConnectionHealth(settings.BootstrapServers, logger, time ?? TimeProvider.System);
        var config = settings.ForProducer("streamengine-produce");
        config.EnableIdempotence = true;
        config.LingerMs = 20;

        // Keys land where Java's producers put them.
        config.Partitioner = Partitioner.Murmur2Random;
        config.DeliveryReportFields = "none";
        _producer = KafkaSettings.Build(new ProducerBuilder<byte[], byte[]>(config)
            .SetLogHandler((_, log) => Health.OnLog(log))
            .SetErrorHandler((_, error) => Health.OnError(error))
            .Build);
        Health.Attach(_producer);
        _onDelivered = OnDelivered;
    }

    /// <summary>How this producer stands with the brokers.</summary>
    public ConnectionHealth Health { get; }

    /// <summary>Records taken by <see cref="Send"/>.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Records that all in-sync replicas have.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>Records that the brokers did not take.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Why the first of <see cref="Failed"/> failed.</summary>
    public string? FirstFailure => Volatile.Read(ref _firstFailure);

    /// <summary>Queues a record; waits while the queue is full. <paramref name="key"/> null = any partition.</summary>
    /// <exception cref="RecordRefusedException">This record cannot be sent, others can.</exception>
    /// <exception cref="AccessRefusedException">The brokers turn this client away, and the queue is full.</exception>
    public void Send(string topic, byte[]? key, byte[]? value, CancellationToken stop = default)
    {
        if (!_anyPartition.TryGetValue(topic, out var target))
        {
            _anyPartition[topic] = target = new TopicPartition(topic, Partition.Any);
        }

        var message = new Message<byte[], byte[]> { Key = key!, Value = value! };
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                _producer.Produce(target, message, _onDelivered);
                Interlocked.Increment(ref _sent);
                return;
            }
            catch (ProduceException<byte[], byte[]> exception) when (exception.Error.Code == ErrorCode.Local_QueueFull)
            {
                Health.ThrowIfRefused();
                stop.WaitHandle.WaitOne(_queueFullPause);
            }
            catch (ProduceException<byte[], byte[]> exception)
            {
                throw new RecordRefusedException($"{exception.Error.Reason} ({value?.Length ?? 0:N0} bytes)", exception);
            }
        }
    }

    /// <summary>Waits until all records are delivered or have failed; returns how many are still on their way after <paramref name="patience"/>.</summary>
    public int Flush(TimeSpan patience) => _producer.Flush(patience);

    /// <inheritdoc/>
    public void Dispose()
    {
        Health.Dispose();
        _producer.Dispose();
    }

    private void OnDelivered(DeliveryReport<byte[], byte[]> report)
    {
        if (!report.Error.IsError)
        {
            Interlocked.Increment(ref _delivered);
            return;
        }

        Interlocked.Increment(ref _failed);
        Interlocked.CompareExchange(ref _firstFailure, report.Error.Reason, null);
    }
}

/// <summary>A record cannot be sent as it is, for example because it is too large.</summary>
public sealed class RecordRefusedException(string message, Exception? inner = null) : Exception(message, inner);
