namespace StreamEngine.Connectors.Kafka;

/// <summary>A setting for the Kafka client is unknown, has a wrong value, or may not be set. The message names it; it holds no secret.</summary>
public sealed class SettingException(string setting, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The setting's name, as librdkafka spells it; empty where only the combination is wrong.</summary>
    public string Setting { get; } = setting;
}
