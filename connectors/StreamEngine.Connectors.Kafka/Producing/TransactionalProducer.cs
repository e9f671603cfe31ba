using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Connectors.Kafka;

/// <summary>
/// Sends records and commits consumer offsets in one Kafka transaction: readers of committed records see all of it or nothing.
/// One producer per worker; one call at a time.
/// </summary>
public sealed class TransactionalProducer : IDisposable
{
    private static readonly TimeSpan _flushSlice = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _callPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _generationPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _generationPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _tellAfter = TimeSpan.FromSeconds(15);

    private readonly IProducer<Null, Null> _producer;
    private readonly RecordWriter _writer;
    private readonly ILogger _logger;
    private readonly string _transactionalId;
    private readonly TopicAdmin _admin;
    private bool _failed;

    /// <summary>Makes a producer. It connects by itself, in the background.</summary>
    /// <param name="settings">The cluster.</param>
    /// <param name="transactionalId">Whoever initializes with the same id takes over from this one.</param>
    /// <param name="logger">Where the client's lines go.</param>
    /// <param name="time">The clock, for the connection's state.</param>
    /// <exception cref="SettingException">The settings do not go together.</exception>
    public TransactionalProducer(KafkaSettings settings, string transactionalId, ILogger logger, TimeProvider? time = null)
    {
        _logger = logger;
        _transactionalId = transactionalId;
        Health = new ConnectionHealth(settings.BootstrapServers, logger, time ?? TimeProvider.System);
        var config = settings.ForProducer(transactionalId);
        config.TransactionalId = transactionalId;
        config.EnableIdempotence = true;
        config.EnableDeliveryReports = false;
        _producer = KafkaSettings.Build(new ProducerBuilder<Null, Null>(config)
            .SetLogHandler((_, log) => Health.OnLog(log))
            .SetErrorHandler((_, error) => Health.OnError(error))
            .Build);
        Health.Attach(_producer);
        _admin = new TopicAdmin(settings, _producer, logger, Health);
        _writer = new RecordWriter(_producer, topic => _admin.PartitionCount(topic));
    }

    /// <summary>How this producer stands with the brokers.</summary>
    public ConnectionHealth Health { get; }

    /// <summary>
    /// Registers the transactional id, which fences an older producer with it and rolls back what that one left open. To be called once,
    /// before the first commit. Tries again while the brokers are down or still loading.
    /// </summary>
    /// <param name="timeout">How long to try; 60 s at least are advised: a broker that has just started can take 30.</param>
    /// <param name="stop">Ends the trying.</param>
    /// <exception cref="TimeoutException">The brokers did not answer in time.</exception>
    /// <exception cref="AccessRefusedException">They turn this client away.</exception>
    /// <exception cref="ProducerFailedException">It can never succeed.</exception>
    public void Initialize(TimeSpan timeout, CancellationToken stop = default)
    {
        var clock = Stopwatch.StartNew();
        Retrying("register the transactional id", () => _producer.InitTransactions(_callPatience), () =>
        {
            Health.ThrowIfRefused();
            if (clock.Elapsed > timeout)
            {
                throw new TimeoutException(
                    $"Kafka did not register the transactional id '{_transactionalId}' within {timeout.TotalSeconds:F0} s: {Health.Current.LastError ?? "no answer"}");
            }
        }, stop);
    }

    /// <summary>
    /// Sends the records and the offsets as one transaction. Returns when it is committed, however long the brokers are away;
    /// <paramref name="stop"/> gives up (what was sent is then rolled back by the broker after <c>transaction.timeout.ms</c>, 60 s,
    /// or when a producer with this id is initialized).
    /// </summary>
    /// <param name="records">What to send; unchanged until this returns. Partition -1 is <c>Hash64(key) mod partitions</c>.</param>
    /// <param name="topics">The names that the records' topic indices mean.</param>
    /// <param name="offsets">For each partition read, the offset of the next record.</param>
    /// <param name="member">The member of the group that the offsets are for; null when there are none.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="ArgumentException">
    /// Offsets without a member, or a member without offsets: Kafka looks at a member only where it commits offsets, so whatever else one
    /// sends whose partitions others have by now would be taken.
    /// </exception>
    /// <exception cref="TransactionAbortedException">Rolled back; unless it says otherwise the same may be sent again.</exception>
    /// <exception cref="FencedException">Another producer took over.</exception>
    /// <exception cref="ProducerFailedException">The producer must be replaced.</exception>
    /// <exception cref="UnknownTopicException">A topic does not exist; nothing was sent.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled; whether it was committed is unknown.</exception>
    /// <remarks>
    /// While partitions move, the group may be in a generation that this member has not heard of yet: the transaction is then rolled back
    /// and sent again under the new one. That is safe as long as the membership lasts: a member keeps its partitions through generations
    /// until its listener was told otherwise.
    /// </remarks>
    public void Commit(
        OutputBuffer records, IReadOnlyList<string> topics, IReadOnlyCollection<TopicPartitionOffset> offsets, GroupMember? member, CancellationToken stop = default)
    {
        ObjectDisposedException.ThrowIf(_failed, this);
        if (offsets.Count > 0 != member is not null)
        {
            throw new ArgumentException("offsets and the member that they are for go together", nameof(member));
        }

        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                Send(records, topics, offsets, member, stop);
                return;
            }
            catch (TransactionAbortedException exception) when (exception.Code == ErrorCode.IllegalGeneration && clock.Elapsed < _generationPatience)
            {
                stop.WaitHandle.WaitOne(_generationPause);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Health.Dispose();
        _writer.Dispose();
        _admin.Dispose();
        _producer.Dispose();
    }

    /// <summary>
    /// Why a transaction has to be rolled back. The call that meets it may say no more than that (a record is not taken, others were
    /// not delivered). The client keeps the reason and tells it to whoever asks for what a failed transaction cannot do: to begin another.
    /// </summary>
    private Error CauseOf(KafkaException exception)
    {
        if (exception.Error.Code is ErrorCode.Local_State or ErrorCode.Local_Inconsistent)
        {
            try
            {
                _producer.BeginTransaction();
            }
            catch (KafkaException refusal) when (refusal.Error.Code is not (ErrorCode.Local_State or ErrorCode.Local_Inconsistent))
            {
                return refusal.Error;
            }
            catch (KafkaException)
            {
                // It has no other reason.
            }
        }

        return exception.Error;
    }

    private TransactionAbortedException Aborted(Error cause, KafkaException exception, OutputBuffer records, IReadOnlyList<string> topics)
    {
        var reason = cause.Code is ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge ? TooLarge(cause, records, topics) : cause.Reason;
        return new TransactionAbortedException(cause.Code, $"The transaction was rolled back: {reason}", exception);
    }

    /// <summary>Which topic takes no records as large as those that were to be sent, and what to do.</summary>
    private string TooLarge(Error cause, OutputBuffer records, IReadOnlyList<string> topics)
    {
        var largest = new int[topics.Count];
        for (var i = 0; i < records.Count; i++)
        {
            var record = records[i];
            largest[record.Topic] = Math.Max(largest[record.Topic], record.Key.Length + record.Value.Length + record.Headers.Length);
        }

        // Records travel in batches, and the limit is for these: the topic with the least room for its largest record is the one.
        var refused = Enumerable.Range(0, topics.Count).Where(t => largest[t] > 0)
            .Select(t => (Topic: topics[t], Bytes: largest[t], Limit: _admin.FindRecordLimit(topics[t])))
            .MinBy(t => cause.Reason.Contains($" {t.Topic} ", StringComparison.Ordinal) ? double.NegativeInfinity : (double)t.Limit / t.Bytes);
        return $"topic '{refused.Topic}' takes at most {refused.Limit:N0} bytes at once (max.message.bytes), and the largest record for it has {refused.Bytes:N0}: raise the topic's limit (kafka-configs.sh --alter --topic {refused.Topic} --add-config max.message.bytes=…) and the brokers' (message.max.bytes). {cause.Reason}";
    }

    private void Send(
        OutputBuffer records, IReadOnlyList<string> topics, IReadOnlyCollection<TopicPartitionOffset> offsets, GroupMember? member, CancellationToken stop)
    {
        try
        {
            Retrying("begin a transaction", _producer.BeginTransaction, null, stop);
            _writer.Write(records, topics, stop);
            if (member is not null)
            {
                // Whoever has the partitions next reads up to the end of the log and waits for what is open there. So all records must be
                // in the log before the group takes the offsets: once it has, nothing stops the commit of a process that was frozen since.
                while (_producer.Flush(_flushSlice) > 0)
                {
                    stop.ThrowIfCancellationRequested();
                }

                var group = member.Metadata();
                Retrying("send offsets", () => _producer.SendOffsetsToTransaction(offsets, group, _callPatience), null, stop);
            }

            Retrying("commit", () => _producer.CommitTransaction(_callPatience), null, stop);
        }
        catch (KafkaException exception)
        {
            // The client asks for it, or a record could not be queued.
            var cause = CauseOf(exception);
            Abort(stop);
            throw Aborted(cause, exception, records, topics);
        }
        catch (UnknownTopicException)
        {
            Abort(stop);
            throw;
        }
    }

    private void Abort(CancellationToken stop)
    {
        try
        {
            Retrying("roll back", () => _producer.AbortTransaction(_callPatience), null, stop);
        }
        catch (KafkaException exception)
        {
            _failed = true;
            throw new ProducerFailedException($"A transaction could not be rolled back: {exception.Error.Reason}", exception);
        }
    }

    private void Retrying(string what, Action call, Action? check, CancellationToken stop)
    {
        var pause = TimeSpan.FromMilliseconds(50);
        var clock = Stopwatch.StartNew();
        var told = false;
        for (var attempt = 1; ; attempt++)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                call();
                return;
            }
            catch (KafkaException exception) when (exception.Error.IsFatal)
            {
                _failed = true;
                throw Fatal(exception);
            }
            catch (KafkaRetriableException exception)
            {
                _logger.LogDebug("Could not {What} (attempt {Attempt}): {Reason}", what, attempt, exception.Error.Reason);
                if (!told && clock.Elapsed > _tellAfter && Health.Current.Status == ConnectionStatus.Up)
                {
                    told = true;
                    _logger.LogWarning("Producer {Id} could not {What} for {Seconds:0} s and goes on trying: {Reason}", _transactionalId, what, clock.Elapsed.TotalSeconds, exception.Error.Reason);
                }
            }

            check?.Invoke();
            stop.WaitHandle.WaitOne(pause * (0.5 + Random.Shared.NextDouble()));
            pause = pause * 2 < _longestPause ? pause * 2 : _longestPause;
        }
    }

    private ProducerFailedException Fatal(KafkaException exception)
    {
        var code = exception.Error.Code;
        return code is ErrorCode.Local_Fenced or ErrorCode.ProducerFenced or ErrorCode.InvalidProducerEpoch or ErrorCode.TransactionCoordinatorFenced
            ? new FencedException($"Kafka takes nothing more under the transactional id '{_transactionalId}': its transaction lasted too long, or another process has the id now (processes that share a machine's name and not its temporary folder each need an --instance).", exception)
            : new ProducerFailedException($"The producer '{_transactionalId}' cannot go on: {exception.Error.Reason}", exception);
    }
}
