using System.Collections.Immutable;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sources;

namespace StreamEngine.Connectors.Kafka;

/// <summary>The source <c>kafka</c>: a topic. The graph then runs on that cluster, exactly once.</summary>
public sealed class KafkaSourceDefinition : SourceDefinition
{
    private static readonly Option<string> _brokers = Option.Text("brokers", "bootstrap servers, host:port, separated by commas", "localhost:9092");
    private static readonly Option<string> _topic = Option.Text("topic", "the topic with the posts; it must exist");
    private static readonly Option<string> _start = Option.Choice("start", "where a graph without stored state and without committed offsets begins", "earliest", "earliest", "latest");
    private static readonly Option<TimeSpan> _transactionTimeout = Option.Duration("transaction_timeout", "after which the broker aborts a transaction whose process is gone for good", TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
    private static readonly Option<ImmutableDictionary<string, string>> _settings = Option.TextMap("settings", "any settings of librdkafka, for all clients of the graph: security.protocol, sasl.mechanisms, sasl.username, sasl.password, ssl.ca.location …");

    /// <inheritdoc/>
    public override string Name => "kafka";

    /// <inheritdoc/>
    public override string Summary => "Reads a Kafka topic, exactly once.";

    /// <inheritdoc/>
    public override string Description => "Each partition is worked on by one task. Offsets, outputs and state are committed in one transaction, so that after any failure the graph goes on where its results end. Readers of its topics set isolation.level=read_committed.";

    /// <inheritdoc/>
    public override string Example => "kafka:\n  brokers: broker:9092\n  topic: posts\n  settings:\n    security.protocol: SASL_SSL\n    sasl.mechanisms: SCRAM-SHA-512\n    sasl.username: streamengine\n    sasl.password: ${KAFKA_PASSWORD}";

    /// <inheritdoc/>
    public override ImmutableArray<Option> Options { get; } = [_brokers, _topic, _start, _transactionTimeout, _settings];

    /// <summary>The topic that a graph's options name.</summary>
    public static string Topic(OptionSet options) => options.Get(_topic);

    /// <summary>The cluster that a graph's options name.</summary>
    /// <exception cref="SettingException">A setting is unknown or has a wrong value.</exception>
    public static KafkaSettings Settings(OptionSet options) => new(options.Get(_brokers), options.Get(_settings));

    /// <inheritdoc/>
    public override void Validate(OptionSet options, ICollection<GraphProblem> problems)
    {
        try
        {
            _ = Settings(options);
        }
        catch (SettingException error)
        {
            problems.Add(new GraphProblem(options.PositionOf(_settings), $"source 'kafka': {error.Message}"));
        }
    }

    internal static bool FromLatest(OptionSet options) => options.Get(_start) == "latest";

    internal static TimeSpan TransactionTimeout(OptionSet options) => options.Get(_transactionTimeout);
}
