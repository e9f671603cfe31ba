using Microsoft.Extensions.Logging;

namespace StreamEngine.Cli.Kafka;

/// <summary>Warnings and news of a connector, as plain lines beside a command's own output.</summary>
internal sealed class StderrLogger(TextWriter error) : ILogger
{
    private readonly Lock _lock = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            lock (_lock)
            {
                error.WriteLine(formatter(state, exception));
            }
        }
    }
}
