using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using StreamEngine.Connectors.Kafka.Native;
using StreamEngine.Core.Graph;

namespace StreamEngine.Connectors.Kafka;

/// <summary>
/// How to reach a Kafka cluster: the brokers, and any further librdkafka settings (TLS, SASL, sizes), which go over the defaults here.
/// Immutable. <see cref="ToString"/> shows no secrets.
/// </summary>
public sealed partial class KafkaSettings
{
    /// <summary>Largest record that clients send and take, in bytes; what a broker or topic takes is up to its own <c>max.message.bytes</c>.</summary>
    public const int DefaultMaxRecordBytes = 20_000_000;

    private static readonly ImmutableDictionary<string, string> _reserved = new Dictionary<string, string>
    {
        ["enable.auto.commit"] = "offsets are part of the checkpoints",
        ["enable.auto.offset.store"] = "offsets are part of the checkpoints",
        ["enable.idempotence"] = "results would not be exactly once without it",
        ["transactional.id"] = "it follows from the graph's name",
        ["group.id"] = "it follows from the graph's name",
        ["bootstrap.servers"] = "give the brokers by themselves",
        ["metadata.broker.list"] = "give the brokers by themselves",
        ["partition.assignment.strategy"] = "partitions are handed over one by one, which only cooperative-sticky can do",
        ["group.protocol"] = "partitions are handed over by the classic protocol",
        ["enable.partition.eof"] = "the engine must know when a partition is read to its end",
        ["isolation.level"] = "each reader of the graph has the one that it needs",
        ["auto.offset.reset"] = "the source's option 'start' says where a graph begins, and what lies between its stages is read from the start",
        ["allow.auto.create.topics"] = "topics are created with the partitions and settings that the graph needs",
    }.ToImmutableDictionary();

    private static readonly string[] _secretWords = ["password", "secret", "token", ".pem", "sasl.jaas", "credential", "private"];

    /// <summary>Takes settings and checks each of them.</summary>
    /// <param name="bootstrapServers">Brokers as host:port, separated by commas.</param>
    /// <param name="settings">librdkafka settings by name.</param>
    /// <exception cref="SettingException">A setting is unknown, has a wrong value, or is not free to choose.</exception>
    public KafkaSettings(string bootstrapServers, IEnumerable<KeyValuePair<string, string>>? settings = null)
    {
        if (string.IsNullOrWhiteSpace(bootstrapServers))
        {
            throw new SettingException("bootstrap.servers", "No Kafka brokers are given. Give them as host:port, separated by commas.");
        }

        BootstrapServers = bootstrapServers.Trim();
        foreach (var broker in BootstrapServers.Split(',', StringSplitOptions.TrimEntries))
        {
            CheckBroker(broker);
        }

        Settings = (settings ?? []).ToImmutableSortedDictionary(StringComparer.Ordinal);
        CheckEach();
    }

    /// <summary>librdkafka looks for ever for brokers whose address it cannot read.</summary>
    private static void CheckBroker(string broker)
    {
        var parts = Broker().Match(broker);
        if (!parts.Success || (parts.Groups["port"] is { Success: true } port && !(ushort.TryParse(port.Value, CultureInfo.InvariantCulture, out var number) && number > 0)))
        {
            throw new SettingException("bootstrap.servers", $"'{broker}' is no address of a Kafka broker. Give host:port, several separated by commas, such as broker-1:9092,broker-2:9092.");
        }
    }

    [GeneratedRegex(@"^((plaintext|ssl|sasl_plaintext|sasl_ssl)://)?(\[[0-9a-f:.]+\]|[^\s:/\[\]]+)(:(?<port>[^:/]*))?$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Broker();

    /// <summary>The brokers, as host:port, separated by commas.</summary>
    public string BootstrapServers { get; }

    /// <summary>What the user set beyond the brokers. May hold secrets: not to be logged; <see cref="ToString"/> is.</summary>
    public ImmutableSortedDictionary<string, string> Settings { get; }

    /// <summary>The brokers and the user's settings, secrets as <c>***</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("brokers ").Append(BootstrapServers);
        foreach (var (name, value) in Settings)
        {
            text.Append(", ").Append(name).Append('=').Append(IsSecret(name) ? "***" : value);
        }

        return text.ToString();
    }

    /// <summary>Whether a setting's value must not be shown.</summary>
    public static bool IsSecret(string name)
    {
        // Locations of keys and certificates are files' names, not secrets.
        return !name.EndsWith(".location", StringComparison.Ordinal) && _secretWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
    }

    internal ConsumerConfig ForConsumer(SpanConsumerOptions options)
    {
        var config = new ConsumerConfig
        {
            GroupId = options.GroupId,
            AutoOffsetReset = options.OnlyFromPositions ? AutoOffsetReset.Error : options.FromLatest ? AutoOffsetReset.Latest : AutoOffsetReset.Earliest,
            IsolationLevel = options.ReadCommitted ? IsolationLevel.ReadCommitted : IsolationLevel.ReadUncommitted,
            SessionTimeoutMs = 10_000,
            HeartbeatIntervalMs = 1_000,
            // The default backoff of 1 s starves a fast reader; the queue is bounded by bytes (librdkafka then holds about that much per consumer).
            FetchQueueBackoffMs = 5,
            FetchWaitMaxMs = 20,
            QueuedMinMessages = 1_000_000,
            QueuedMaxMessagesKbytes = options.QueueKilobytes,
            FetchMaxBytes = 32 * 1024 * 1024,
            MaxPartitionFetchBytes = 4 * 1024 * 1024,
            CheckCrcs = false,
        };
        Overlay(config, options.ClientId);
        config.EnableAutoCommit = false;
        config.EnableAutoOffsetStore = false;
        config.EnablePartitionEof = true;
        config.AllowAutoCreateTopics = false;
        config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky;
        return config;
    }

    internal ProducerConfig ForProducer(string clientId)
    {
        var config = new ProducerConfig
        {
            Acks = Acks.All,
            CompressionType = CompressionType.Lz4,
            LingerMs = 5,
            BatchSize = 1_000_000,
            MessageMaxBytes = DefaultMaxRecordBytes,
            // Bounds the producer's memory: who is faster waits.
            QueueBufferingMaxKbytes = 65_536,
            QueueBufferingMaxMessages = 200_000,
        };
        Overlay(config, clientId);
        config.AllowAutoCreateTopics = false;
        return config;
    }

    internal AdminClientConfig ForAdmin(string clientId, bool createsByLooking = false)
    {
        var config = new AdminClientConfig { SocketTimeoutMs = 10_000 };
        Overlay(config, clientId);
        config.AllowAutoCreateTopics = createsByLooking;
        return config;
    }

    /// <summary>Makes a client, telling what is wrong with the settings in the user's terms.</summary>
    internal static T Build<T>(Func<T> build)
    {
        try
        {
            Librdkafka.RequireKnownVersion();
            return build();
        }
        catch (Exception exception) when (exception is ArgumentException or KafkaException || (exception is InvalidOperationException && exception.TargetSite?.DeclaringType?.Namespace?.StartsWith("Confluent", StringComparison.Ordinal) == true))
        {
            throw new SettingException("", $"The Kafka client cannot be made with these settings: {exception.Message}", exception);
        }
    }

    private void Overlay(ClientConfig config, string clientId)
    {
        config.BootstrapServers = BootstrapServers;
        config.ClientId = clientId;
        config.SocketKeepaliveEnable = true;
        config.TopicMetadataRefreshIntervalMs = 60_000;
        config.ReconnectBackoffMaxMs = 2_000;
        foreach (var (name, value) in Settings)
        {
            config.Set(name, value);
        }
    }

    private unsafe void CheckEach()
    {
        var native = Librdkafka.rd_kafka_conf_new();
        try
        {
            var error = stackalloc byte[512];
            foreach (var (name, value) in Settings)
            {
                if (_reserved.TryGetValue(name, out var why))
                {
                    throw new SettingException(name, $"The Kafka setting '{name}' cannot be set: {why}.");
                }

                var result = Librdkafka.rd_kafka_conf_set(native, name, value, error, 512);
                if (result == -2)
                {
                    throw new SettingException(name, $"There is no Kafka setting '{name}'{NearestWord.Hint(name, KnownNames())}. All of them: https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md");
                }

                if (result != 0)
                {
                    var reason = Librdkafka.Text((nint)error);
                    var shows = IsSecret(name) && reason.Contains(value, StringComparison.Ordinal);
                    throw new SettingException(name, $"The Kafka setting '{name}' has a wrong value: {(shows ? "it is not accepted" : reason)}");
                }

                if (name.EndsWith(".location", StringComparison.Ordinal) && value != "probe" && !Path.Exists(value))
                {
                    throw new SettingException(name, $"The Kafka setting '{name}' names {value}, which is not there.");
                }
            }
        }
        finally
        {
            Librdkafka.rd_kafka_conf_destroy(native);
        }
    }

    /// <summary>The names that Confluent.Kafka has properties for: <c>FetchWaitMaxMs</c> is <c>fetch.wait.max.ms</c>.</summary>
    private static IEnumerable<string> KnownNames() =>
        typeof(ConsumerConfig).GetProperties().Concat(typeof(ProducerConfig).GetProperties())
            .Select(property => string.Concat(property.Name.Select((c, i) => i > 0 && char.IsUpper(c) ? "." + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString())))
            .Distinct();
}
