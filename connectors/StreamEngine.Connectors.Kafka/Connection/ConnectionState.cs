namespace StreamEngine.Connectors.Kafka;

/// <summary>How a client stands with its brokers.</summary>
/// <param name="Status">Up, down or refused.</param>
/// <param name="LastError">The last error in words, also of one that is over; null before the first.</param>
/// <param name="Since">When the status came about.</param>
/// <param name="Errors">How many errors the client reported so far.</param>
public readonly record struct ConnectionState(ConnectionStatus Status, string? LastError, DateTimeOffset Since, long Errors);

/// <summary>Whether brokers can be used.</summary>
public enum ConnectionStatus
{
    /// <summary>Nothing speaks against it.</summary>
    Up,

    /// <summary>No broker can be reached; the client goes on trying.</summary>
    Down,

    /// <summary>The brokers can be reached and turn the client away: password, certificate or permission. It goes on trying.</summary>
    Refused,
}
