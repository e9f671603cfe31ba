using System.Globalization;

namespace StreamEngine.Testing;

/// <summary>What a test's brokers are told: small, quick to start, and strict where companies are strict.</summary>
internal static class KafkaSettings
{
    private const string Log4j = """
        <Configuration status="ERROR">
          <Appenders><Console name="console"><PatternLayout pattern="%d %p %c{1}: %m%n"/></Console></Appenders>
          <Loggers><Root level="ERROR"><AppenderRef ref="console"/></Root></Loggers>
        </Configuration>
        """;

    /// <summary>Options for the Java machine: little memory, no second collector thread, quick start.</summary>
    public static IEnumerable<string> JavaOptions(string home, string log4jPath) =>
    [
        "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
        $"-Dlog4j2.configurationFile={log4jPath}", "-cp", Path.Combine(home, "libs", "*"),
    ];

    /// <summary>Options of StorageTool that store the user's password for SCRAM.</summary>
    public static IEnumerable<string> ScramUser(string user, string password) =>
    [
        "--add-scram", $"SCRAM-SHA-256=[name={user},password={password}]",
        "--add-scram", $"SCRAM-SHA-512=[name={user},password={password}]",
    ];

    /// <summary>Writes <c>server.properties</c> and the log's set-up into the node's folder.</summary>
    public static void Write(KafkaNode node, IReadOnlyList<KafkaNode> all, string? brokerPem, IReadOnlyDictionary<string, string> more)
    {
        var properties = Common(node, all);
        if (brokerPem is not null)
            AddSecureListener(properties, node, brokerPem);
        foreach (var (name, value) in more)
            properties[name] = value;
        File.WriteAllLines(node.PropertiesPath, properties.Select(property => $"{property.Key}={property.Value}"));
        File.WriteAllText(Path.Combine(node.Folder, "log4j2.xml"), Log4j);
    }

    private static Dictionary<string, string> Common(KafkaNode node, IReadOnlyList<KafkaNode> all)
    {
        var replicas = Math.Min(all.Count, 3).ToString(CultureInfo.InvariantCulture);
        var inSync = all.Count > 1 ? "2" : "1";
        return new Dictionary<string, string>
        {
            ["process.roles"] = "broker,controller",
            ["node.id"] = node.Id.ToString(CultureInfo.InvariantCulture),
            ["controller.quorum.voters"] = string.Join(',', all.Select(one => $"{one.Id}@127.0.0.1:{one.ControllerPort}")),
            ["controller.listener.names"] = "CONTROLLER",
            ["inter.broker.listener.name"] = "PLAIN",
            ["listener.security.protocol.map"] = "PLAIN:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL",
            ["listeners"] = $"PLAIN://127.0.0.1:{node.Port},CONTROLLER://127.0.0.1:{node.ControllerPort}",
            ["advertised.listeners"] = $"PLAIN://127.0.0.1:{node.Port}",
            ["log.dirs"] = Path.Combine(node.Folder, "data"),

            ["default.replication.factor"] = replicas,
            ["min.insync.replicas"] = inSync,
            ["offsets.topic.replication.factor"] = replicas,
            ["offsets.topic.num.partitions"] = "4",
            ["transaction.state.log.replication.factor"] = replicas,
            ["transaction.state.log.min.isr"] = inSync,
            ["transaction.state.log.num.partitions"] = "4",

            // Companies create topics on purpose: the engine must not count on their appearing by themselves.
            ["auto.create.topics.enable"] = "false",
            ["message.max.bytes"] = "10485760",
            ["replica.fetch.max.bytes"] = "10485760",
            ["log.retention.hours"] = "-1",

            // Quick rebalances, quick return after a crash.
            ["group.initial.rebalance.delay.ms"] = "0",
            ["group.min.session.timeout.ms"] = "1000",
            ["broker.heartbeat.interval.ms"] = "300",
            ["broker.session.timeout.ms"] = "1500",
            ["controlled.shutdown.enable"] = all.Count > 1 ? "true" : "false",

            // Small: several brokers and the tests share one machine.
            ["num.network.threads"] = "2",
            ["num.io.threads"] = "4",
            ["log.cleaner.dedupe.buffer.size"] = "8388608",
            ["log.segment.bytes"] = "67108864",
        };
    }

    private static void AddSecureListener(Dictionary<string, string> properties, KafkaNode node, string brokerPem)
    {
        var address = $",SECURE://127.0.0.1:{node.SecurePort}";
        properties["listeners"] += address;
        properties["advertised.listeners"] += address;
        const string listener = "listener.name.secure";
        const string security = "org.apache.kafka.common.security";
        properties[$"{listener}.ssl.keystore.type"] = "PEM";
        properties[$"{listener}.ssl.keystore.location"] = brokerPem;
        properties[$"{listener}.sasl.enabled.mechanisms"] = "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512";
        properties[$"{listener}.plain.sasl.jaas.config"] =
            $"{security}.plain.PlainLoginModule required user_{RealKafka.User}=\"{RealKafka.Password}\";";
        properties[$"{listener}.scram-sha-256.sasl.jaas.config"] = $"{security}.scram.ScramLoginModule required;";
        properties[$"{listener}.scram-sha-512.sasl.jaas.config"] = $"{security}.scram.ScramLoginModule required;";
    }
}
