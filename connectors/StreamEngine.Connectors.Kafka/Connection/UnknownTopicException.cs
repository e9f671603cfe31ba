namespace StreamEngine.Connectors.Kafka;

/// <summary>A topic, or a partition of it, does not exist.</summary>
public sealed class UnknownTopicException(string message, string topic) : Exception(message)
{
    /// <summary>The topic; empty where the client did not say.</summary>
    public string Topic { get; } = topic;
}
