using System.Collections.Immutable;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using StreamEngine.Connectors.Kafka.Native;
using StreamEngine.Core.Graph;

namespace StreamEngine.Connectors.Kafka;

/// <summary>Looks at topics and creates those that are missing. One call at a time.</summary>
/// <remarks>
/// The embedded broker (librdkafka's mock cluster, known by its cluster id) understands no administration: there, asking for a topic's
/// metadata creates it, with the broker's default number of partitions.
/// </remarks>
public sealed class TopicAdmin : IDisposable
{
    /// <summary>Kafka's default of <c>max.message.bytes</c>.</summary>
    internal const int DefaultRecordLimit = 1_048_588;

    private static readonly TimeSpan _callPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _propagationPatience = TimeSpan.FromSeconds(15);

    private readonly IAdminClient _admin;
    private readonly ILogger _logger;
    private readonly KafkaSettings _settings;
    private readonly string _brokers;
    private readonly ConnectionHealth? _owned;
    private bool? _embedded;

    /// <summary>Makes a client of its own for administration.</summary>
    /// <exception cref="SettingException">The settings do not go together.</exception>
    public TopicAdmin(KafkaSettings settings, ILogger logger, TimeProvider? time = null)
    {
        _logger = logger;
        _settings = settings;
        _brokers = settings.BootstrapServers;
        Health = new ConnectionHealth(_brokers, logger, time ?? TimeProvider.System);
        _admin = KafkaSettings.Build(new AdminClientBuilder(settings.ForAdmin("streamengine-admin"))
            .SetLogHandler((_, log) => Health.OnLog(log))
            .SetErrorHandler((_, error) => Health.OnError(error))
            .Build);
        Health.Attach(_admin);
        _owned = Health;
    }

    /// <summary>Shares the connections of another client, which must live longer.</summary>
    internal TopicAdmin(KafkaSettings settings, IClient client, ILogger logger, ConnectionHealth health)
    {
        _logger = logger;
        _settings = settings;
        _brokers = settings.BootstrapServers;
        Health = health;
        _admin = new DependentAdminClientBuilder(client.Handle).Build();
    }

    /// <summary>How the client stands with the brokers.</summary>
    public ConnectionHealth Health { get; }

    /// <summary>Waits until a broker answers.</summary>
    /// <exception cref="AccessRefusedException">The brokers turn this client away.</exception>
    /// <exception cref="TimeoutException">None answered within <paramref name="timeout"/>.</exception>
    public void WaitForBroker(TimeSpan timeout, CancellationToken stop = default) =>
        Retrying("reach a broker", timeout, () => _admin.GetMetadata("__consumer_offsets", TimeSpan.FromSeconds(1)), stop);

    /// <summary>How many partitions a topic has; null when it does not exist.</summary>
    /// <exception cref="AccessRefusedException">The brokers turn this client away.</exception>
    /// <exception cref="TimeoutException">No broker answered within 30 s.</exception>
    public int? FindPartitionCount(string topic, CancellationToken stop = default) => Look(topic, stop) is { } found ? found.Partitions.Count : null;

    /// <summary>
    /// What tells a topic from one of the same name that is made after it was deleted. Null where the brokers do not tell: older ones, the
    /// embedded one, and those that do not let this user describe the topic.
    /// </summary>
    internal string? FindId(string topic)
    {
        if (IsEmbedded())
        {
            return null;
        }

        try
        {
            var described = _admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]), new DescribeTopicsOptions { RequestTimeout = _callPatience }).GetAwaiter().GetResult();
            return described.TopicDescriptions[0].TopicId is { } id && (id.MostSignificantBits, id.LeastSignificantBits) != (0, 0) ? id.ToString() : null;
        }
        catch (KafkaException error)
        {
            _logger.LogDebug("The id of topic {Topic} is not known: {Error}", topic, error.Error.Reason);
            return null;
        }
    }

    /// <summary>How many partitions a topic has.</summary>
    /// <exception cref="UnknownTopicException">It does not exist; the message names the nearest that does.</exception>
    /// <exception cref="AccessRefusedException">The brokers turn this client away.</exception>
    /// <exception cref="TimeoutException">No broker answered within 30 s.</exception>
    public int PartitionCount(string topic, CancellationToken stop = default)
    {
        if (FindPartitionCount(topic, stop) is { } count)
        {
            return count;
        }

        var names = TopicNames(stop);
        var near = NearestWord.Hint(topic, names);
        var known = near.Length > 0 || names.Count == 0 ? near : $" (topics there: {string.Join(", ", names.Take(10))}{(names.Count > 10 ? ", …" : "")})";
        throw new UnknownTopicException($"Kafka at {_brokers} has no topic '{topic}'{known}.", topic);
    }

    /// <summary>How many members consumer groups have together. The embedded broker cannot tell: 0 there.</summary>
    internal int MembersOf(IReadOnlyList<string> groups)
    {
        if (IsEmbedded())
        {
            return 0;
        }

        var members = 0;
        Retrying("describe the graph's groups", TimeSpan.FromSeconds(30), () => members = _admin.DescribeConsumerGroupsAsync(groups, new DescribeConsumerGroupsOptions { RequestTimeout = _callPatience })
            .GetAwaiter().GetResult().ConsumerGroupDescriptions.Sum(g => g.Members.Count), default);
        return members;
    }

    /// <summary>
    /// How many bytes a topic takes at once, a record alone or several in a batch (<c>max.message.bytes</c>). Where that cannot be read,
    /// because this user may not or because the broker is the embedded one, what Kafka's default is.
    /// </summary>
    internal int FindRecordLimit(string topic, CancellationToken stop = default)
    {
        try
        {
            return !IsEmbedded() && SettingsOf(topic, stop).TryGetValue("max.message.bytes", out var entry) ? int.Parse(entry.Value, CultureInfo.InvariantCulture) : DefaultRecordLimit;
        }
        catch (Exception error) when (error is KafkaException or AccessRefusedException or TimeoutException)
        {
            _logger.LogDebug("The settings of topic {Topic} were not read: {Error}", topic, error.Message);
            return DefaultRecordLimit;
        }
    }

    /// <summary>All topics that this user may see, without Kafka's own, in order.</summary>
    public IReadOnlyList<string> TopicNames(CancellationToken stop = default)
    {
        Metadata? metadata = null;
        Retrying("list the topics", TimeSpan.FromSeconds(30), () => metadata = _admin.GetMetadata(_callPatience), stop);
        return [.. metadata!.Topics.Where(t => t.Error.Code == ErrorCode.NoError).Select(t => t.Topic)
            .Where(name => !name.StartsWith("__", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    /// <summary>Creates what is missing, adds partitions where that is asked for, and says what is not as it should be.</summary>
    /// <exception cref="TopicException">A topic cannot be created.</exception>
    /// <exception cref="AccessRefusedException">The brokers turn this client away.</exception>
    /// <exception cref="TimeoutException">No broker answered.</exception>
    public IReadOnlyList<TopicReport> Ensure(IEnumerable<TopicSpec> topics, CancellationToken stop = default) =>
        [.. topics.Select(topic => Ensure(topic, stop))];

    /// <inheritdoc/>
    public void Dispose()
    {
        _owned?.Dispose();
        _admin.Dispose();
    }

    private TopicReport Ensure(TopicSpec spec, CancellationToken stop)
    {
        var found = Look(spec.Name, stop);
        var created = found is null;
        if (found is null)
        {
            Create(spec, stop);
            found = AwaitTopic(spec.Name, 1, stop);
        }

        if (found.Partitions.Count < spec.Partitions && spec.Grow && !IsEmbedded())
        {
            Call($"add partitions to topic '{spec.Name}'", () => _admin.CreatePartitionsAsync(
                [new PartitionsSpecification { Topic = spec.Name, IncreaseTo = spec.Partitions }], new CreatePartitionsOptions { RequestTimeout = _callPatience }), ErrorCode.InvalidPartitions, stop);
            found = AwaitTopic(spec.Name, spec.Partitions, stop);
            _logger.LogInformation("Topic {Topic} now has {Partitions} partitions.", spec.Name, spec.Partitions);
        }

        return new TopicReport(spec.Name, found.Partitions.Count, created, [.. Mismatches(spec, found.Partitions.Count, created, stop)]);
    }

    private void Create(TopicSpec spec, CancellationToken stop)
    {
        if (IsEmbedded())
        {
            using var creating = KafkaSettings.Build(new AdminClientBuilder(_settings.ForAdmin("streamengine-admin", createsByLooking: true)).SetLogHandler((_, _) => { }).Build);
            creating.GetMetadata(spec.Name, _callPatience);
            return;
        }

        Call($"create topic '{spec.Name}'", () => _admin.CreateTopicsAsync(
        [
            new TopicSpecification
            {
                Name = spec.Name,
                NumPartitions = spec.Partitions,
                ReplicationFactor = spec.Replicas,
                Configs = spec.Settings.Concat(spec.SettingsWhenCreated).ToDictionary(),
            },
        ], new CreateTopicsOptions { RequestTimeout = _callPatience }), ErrorCode.TopicAlreadyExists, stop);
        _logger.LogInformation("Created topic {Topic} with {Partitions} partitions.", spec.Name, spec.Partitions);
    }

    private List<string> Mismatches(TopicSpec spec, int partitions, bool created, CancellationToken stop)
    {
        var mismatches = new List<string>();
        if (partitions < spec.Partitions && (created || !spec.KeepsPartitions))
        {
            mismatches.Add(IsEmbedded()
                ? $"topic '{spec.Name}' has {partitions} partitions in the embedded broker, {spec.Partitions} are needed: start it with --topic {spec.Name}:{spec.Partitions}"
                : $"topic '{spec.Name}' has {partitions} partitions, {spec.Partitions} are needed: add them (kafka-topics.sh --alter --topic {spec.Name} --partitions {spec.Partitions})");
        }

        if (created || spec.Settings.IsEmpty || IsEmbedded())
        {
            return mismatches;
        }

        var entries = SettingsOf(spec.Name, stop);
        foreach (var (name, wanted) in spec.Settings)
        {
            var value = entries.TryGetValue(name, out var entry) ? entry.Value : "";
            if (!value.Split(',').Contains(wanted))
            {
                mismatches.Add($"topic '{spec.Name}' has {name}={value}, {wanted} is needed: set it (kafka-configs.sh --alter --topic {spec.Name} --add-config {name}={wanted})");
            }
        }

        return mismatches;
    }

    private Dictionary<string, ConfigEntryResult> SettingsOf(string topic, CancellationToken stop)
    {
        Dictionary<string, ConfigEntryResult>? entries = null;
        Call($"read the settings of topic '{topic}'", async () =>
        {
            var described = await _admin.DescribeConfigsAsync(
                [new ConfigResource { Type = ResourceType.Topic, Name = topic }], new DescribeConfigsOptions { RequestTimeout = _callPatience }).ConfigureAwait(false);
            entries = described[0].Entries;
        }, ErrorCode.NoError, stop);
        return entries!;
    }

    private TopicMetadata AwaitTopic(string topic, int partitions, CancellationToken stop)
    {
        var deadline = DateTime.UtcNow + _propagationPatience;
        while (true)
        {
            if (Look(topic, stop) is { } found && found.Partitions.Count >= partitions)
            {
                return found;
            }

            if (DateTime.UtcNow > deadline)
            {
                throw new TopicException(topic, $"Topic '{topic}' was created, but no broker shows it after {_propagationPatience.TotalSeconds:F0} s.");
            }

            stop.WaitHandle.WaitOne(50);
            stop.ThrowIfCancellationRequested();
        }
    }

    private TopicMetadata? Look(string topic, CancellationToken stop)
    {
        TopicMetadata? found = null;
        Retrying($"look up topic '{topic}'", TimeSpan.FromSeconds(30), () =>
        {
            var metadata = _admin.GetMetadata(topic, _callPatience).Topics.Single(t => t.Topic == topic);
            switch (metadata.Error.Code)
            {
                case ErrorCode.NoError:
                    found = metadata.Partitions.Count > 0 ? metadata : null;
                    break;
                case ErrorCode.UnknownTopicOrPart:
                    found = null;
                    break;
                case ErrorCode.TopicException:
                    throw new TopicException(topic, $"'{topic}' is no name for a topic: letters, digits, '.', '_' and '-' are allowed, 249 of them at most.");
                default:
                    throw new KafkaException(metadata.Error);
            }
        }, stop);
        return found;
    }

    private bool IsEmbedded()
    {
        if (_embedded is null)
        {
            var id = Librdkafka.rd_kafka_clusterid(Librdkafka.HandleOf(_admin), (int)_callPatience.TotalMilliseconds);
            if (id != 0)
            {
                _embedded = Librdkafka.Text(id).StartsWith("mockCluster", StringComparison.Ordinal);
                Librdkafka.rd_kafka_mem_free(Librdkafka.HandleOf(_admin), id);
            }
        }

        return _embedded ?? false;
    }

    private void Call(string what, Func<Task> call, ErrorCode fine, CancellationToken stop) =>
        Retrying(what, TimeSpan.FromSeconds(30), () =>
        {
            try
            {
                call().GetAwaiter().GetResult();
            }
            catch (CreateTopicsException exception)
            {
                Throw(exception.Results[0].Topic, exception.Results[0].Error);
            }
            catch (CreatePartitionsException exception)
            {
                Throw(exception.Results[0].Topic, exception.Results[0].Error);
            }

            void Throw(string topic, Error error)
            {
                if (error.Code == fine)
                {
                    return;
                }

                throw IsTransient(error.Code) ? new KafkaException(error) : new TopicException(topic, $"Could not {what}: {error.Reason}");
            }
        }, stop);

    private void Retrying(string what, TimeSpan timeout, Action call, CancellationToken stop)
    {
        var deadline = DateTime.UtcNow + timeout;
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                call();
                return;
            }
            catch (KafkaException exception) when (IsTransient(exception.Error.Code))
            {
                Health.ThrowIfRefused();
                if (DateTime.UtcNow > deadline)
                {
                    throw new TimeoutException($"Could not {what} within {timeout.TotalSeconds:F0} s: Kafka at {_brokers} does not answer ({Health.Current.LastError ?? exception.Error.Reason}).", exception);
                }
            }
            catch (KafkaException exception) when (exception.Error.Code is ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed)
            {
                throw new AccessRefusedException($"Could not {what}: Kafka at {_brokers} refuses access: {exception.Error.Reason}", exception);
            }

            stop.WaitHandle.WaitOne(200);
        }
    }

    private static bool IsTransient(ErrorCode code) => code is ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_TimedOut
        or ErrorCode.Local_TimedOutQueue or ErrorCode.Local_Resolve or ErrorCode.Local_WaitCoord or ErrorCode.Local_WaitCache or ErrorCode.RequestTimedOut
        or ErrorCode.NotController or ErrorCode.LeaderNotAvailable or ErrorCode.BrokerNotAvailable or ErrorCode.NotCoordinatorForGroup
        or ErrorCode.ThrottlingQuotaExceeded or ErrorCode.Local_Authentication or ErrorCode.Local_Ssl;
}
