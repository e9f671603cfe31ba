namespace StreamEngine.Connectors.Embedded;

/// <summary>Settings of an <see cref="EmbeddedKafka"/>.</summary>
public sealed record EmbeddedKafkaOptions
{
    /// <summary>
    /// The port on 127.0.0.1 that clients connect to.
    /// </summary>
    /// <value>Default 0: a free port, with no forwarding in between.</value>
    public int Port { get; init; }

    /// <summary>Topics that exist from the start.</summary>
    /// <value>Default none. A topic that a client asks for is created with four partitions, which librdkafka fixes.</value>
    public IReadOnlyList<EmbeddedTopic> Topics { get; init; } = [];

    /// <summary>How long a new consumer group waits for further members before its first assignment.</summary>
    /// <value>Default 0: a single member gets its partitions at once.</value>
    public TimeSpan InitialRebalanceDelay { get; init; } = TimeSpan.Zero;
}
