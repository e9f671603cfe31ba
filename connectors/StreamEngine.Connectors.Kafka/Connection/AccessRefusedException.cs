namespace StreamEngine.Connectors.Kafka;

/// <summary>The brokers turn this client away: a wrong password, a certificate that is not trusted, a missing permission. Trying again as it is will not help.</summary>
public sealed class AccessRefusedException(string message, Exception? inner = null) : Exception(message, inner);
