namespace StreamEngine.Cli.Demo;

/// <summary>The demo did not go as it must; the message says what is wrong.</summary>
internal sealed class DemoException(string message) : Exception(message);
