namespace StreamEngine.Connectors.Embedded;

/// <summary>
/// A result was broken off after its first byte. Kestrel, seeing a handler throw after the response has begun, sends
/// what is buffered and closes the connection without the final chunk: the client sees that something is missing.
/// </summary>
internal sealed class ResultBrokenOffException(Exception cause) : Exception("the result was broken off", cause);
