using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using StreamEngine.Connectors.Kafka.Native;

namespace StreamEngine.Connectors.Kafka;

/// <summary>
/// Listens to what a client reports, keeps its <see cref="ConnectionState"/>, and says it in few lines: one when no broker can be reached
/// or a login is refused, one when that is over. Safe for use by several threads.
/// </summary>
public sealed class ConnectionHealth : IDisposable
{
    private static readonly TimeSpan _probePatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _probePause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _repeatAfter = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly string _brokers;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, (DateTimeOffset At, int Left)> _said = [];
    private nint _client;
    private Task? _probe;
    private ConnectionState _state;
    private string? _cause;

    internal ConnectionHealth(string brokers, ILogger logger, TimeProvider time)
    {
        _brokers = brokers;
        _logger = logger;
        _time = time;
        _state = new ConnectionState(ConnectionStatus.Up, null, time.GetUtcNow(), 0);
    }

    /// <summary>The state now.</summary>
    public ConnectionState Current
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }
    }

    /// <summary>Throws when the brokers turned the client away.</summary>
    /// <exception cref="AccessRefusedException">They did.</exception>
    public void ThrowIfRefused()
    {
        var state = Current;
        if (state.Status == ConnectionStatus.Refused)
        {
            throw new AccessRefusedException($"Kafka at {_brokers} refuses access: {state.LastError}");
        }
    }

    /// <summary>Stops looking; must come before the client is disposed.</summary>
    public void Dispose()
    {
        Task? probe;
        lock (_lock)
        {
            _stop.Cancel();
            probe = _probe;
        }

        probe?.Wait();
        _stop.Dispose();
    }

    internal void Attach(IClient client) => _client = Librdkafka.HandleOf(client);

    internal void OnError(Error error)
    {
        lock (_lock)
        {
            var message = Trim(error.Reason);
            _state = _state with { LastError = error.Code == ErrorCode.Local_AllBrokersDown ? _state.LastError ?? message : message, Errors = _state.Errors + 1 };
            switch (error.Code)
            {
                case ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Ssl
                    or ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed
                    or ErrorCode.TransactionalIdAuthorizationFailed:
                    Refused(message);
                    break;
                case ErrorCode.Local_AllBrokersDown:
                    StartProbe();
                    break;
                case ErrorCode.Local_Transport or ErrorCode.Local_Resolve or ErrorCode.Local_TimedOut:
                    _cause = message;
                    _logger.LogDebug("Kafka client: {Message}", error.Reason);
                    break;
                case ErrorCode.IllegalGeneration or ErrorCode.RebalanceInProgress:
                    // Partitions are moving: what was being committed is sent again.
                    _logger.LogDebug("Kafka client: {Message}", error.Reason);
                    break;
                default:
                    SayLimited(error.IsFatal ? LogLevel.Error : LogLevel.Warning, $"{error.Code}: {message}");
                    break;
            }
        }
    }

    internal void OnLog(LogMessage log)
    {
        // CONFWARN: a consumer's setting given to a producer and the like; FAIL and ERROR come through OnError as well;
        // TXNERR: a transaction that failed is rolled back and sent again, or told as an exception.
        var quiet = log.Facility is "CONFWARN" or "FAIL" or "ERROR" or "TERMINATE" or "TXNERR";
        var level = log.Level switch
        {
            _ when quiet => LogLevel.Debug,
            SyslogLevel.Emergency or SyslogLevel.Alert or SyslogLevel.Critical or SyslogLevel.Error => LogLevel.Error,
            SyslogLevel.Warning => LogLevel.Warning,
            _ => LogLevel.Debug,
        };
        if (level == LogLevel.Debug)
        {
            _logger.LogDebug("{Client} {Facility}: {Message}", log.Name, log.Facility, log.Message);
            return;
        }

        lock (_lock)
        {
            SayLimited(level, Trim(log.Message));
        }
    }

    /// <summary>Removes what differs between repetitions of one message: how long after what, and how many.</summary>
    private static string Trim(string message)
    {
        var after = message.IndexOf(" (after ", StringComparison.Ordinal);
        return after > 0 ? message[..after] : message;
    }

    private void Refused(string message)
    {
        if (_state.Status != ConnectionStatus.Refused)
        {
            _state = _state with { Status = ConnectionStatus.Refused, Since = _time.GetUtcNow() };
        }

        SayLimited(LogLevel.Error, $"Kafka at {_brokers} refuses access: {message}");
        StartProbe();
    }

    private void SayLimited(LogLevel level, string message)
    {
        var now = _time.GetUtcNow();
        var (at, left) = _said.GetValueOrDefault(message, (DateTimeOffset.MinValue, 0));
        if (now - at < _repeatAfter)
        {
            _said[message] = (at, left + 1);
            return;
        }

        if (_said.Count > 200)
        {
            _said.Clear();
        }

        _said[message] = (now, 0);
        _logger.Log(level, "{Message}{Repeated}", message, left > 0 ? $" ({left} times more since)" : "");
    }

    private void StartProbe()
    {
        if (_probe is null or { IsCompleted: true } && !_stop.IsCancellationRequested && _client != 0)
        {
            _probe = Task.Run(Probe);
        }
    }

    /// <summary>Asks until a broker answers. A connection that only was idle for long is back at once and not worth a line.</summary>
    private async Task Probe()
    {
        while (!_stop.IsCancellationRequested)
        {
            var error = Ask();
            lock (_lock)
            {
                if (error == 0)
                {
                    Answered();
                    return;
                }

                if (_state.Status == ConnectionStatus.Up)
                {
                    _state = _state with { Status = ConnectionStatus.Down, Since = _time.GetUtcNow() };
                    _logger.LogWarning("Kafka at {Brokers} cannot be reached: {Cause}. Trying again until it can.", _brokers, _cause ?? "no broker answers");
                }
            }

            try
            {
                await Task.Delay(_probePause, _time, _stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Answered()
    {
        if (_state.Status != ConnectionStatus.Up)
        {
            _logger.LogInformation("Kafka at {Brokers} can be reached again, after {Seconds:F0} s.", _brokers, (_time.GetUtcNow() - _state.Since).TotalSeconds);
            _state = _state with { Status = ConnectionStatus.Up, Since = _time.GetUtcNow() };
            _said.Clear();
        }

        _cause = null;
        _probe = null;
    }

    private unsafe int Ask()
    {
        nint metadata;
        var error = Librdkafka.rd_kafka_metadata(_client, 0, 0, &metadata, (int)_probePatience.TotalMilliseconds);
        if (error == 0)
        {
            Librdkafka.rd_kafka_metadata_destroy(metadata);
        }

        return error;
    }
}
