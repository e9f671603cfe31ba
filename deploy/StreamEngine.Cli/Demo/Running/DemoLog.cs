using Microsoft.Extensions.Logging;

namespace StreamEngine.Cli.Demo;

/// <summary>Takes warnings and errors of the engine into the demo's view, so that they do not tear it.</summary>
internal sealed class DemoLog(IDemoView view) : ILoggerProvider
{
    public ILoggerFactory Factory() => LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Warning).AddProvider(this));

    public ILogger CreateLogger(string categoryName) => new Entries(view);

    public void Dispose()
    {
    }

    private sealed class Entries(IDemoView view) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                view.Notice(formatter(state, exception));
            }
        }
    }
}
