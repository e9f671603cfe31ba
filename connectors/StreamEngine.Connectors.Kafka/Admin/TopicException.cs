namespace StreamEngine.Connectors.Kafka;

/// <summary>A topic cannot be made as it should be.</summary>
public sealed class TopicException(string topic, string message) : Exception(message)
{
    /// <summary>The topic.</summary>
    public string Topic { get; } = topic;
}
