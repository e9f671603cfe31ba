using Microsoft.Extensions.Logging;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Connectors.Webhook;

/// <summary>
/// Tells of a receiver that cannot be reached: once for each distinct cause, every few minutes while it lasts, and once when it is over.
/// Not once per attempt.
/// </summary>
internal sealed class WebhookLog(WebhookSettings settings, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan _again = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, DateTimeOffset> _told = [];
    private DateTimeOffset? _since;
    private long _attempts;
    private long _retries;
    private long _refused;
    private volatile bool _isDown;

    /// <summary>How the receiver does. Read by any thread.</summary>
    public SinkState State => new(!_isDown, Interlocked.Read(ref _retries), Interlocked.Read(ref _refused));

    /// <summary>Takes note of an attempt that failed and will be repeated.</summary>
    public void Failed(WebhookException failure, WebhookAlert alert)
    {
        _isDown = true;
        Interlocked.Increment(ref _retries);
        var now = time.GetUtcNow();
        (_since, _attempts) = _since is null ? (now, 1) : (_since, _attempts + 1);
        if (!_told.TryGetValue(failure.Cause, out var told) || now - told >= _again)
        {
            _told[failure.Cause] = now;
            logger.LogWarning("Webhook at {Url} does not take alert {Alert}: {Message}; retrying ({Attempts} attempts failed), nothing is lost", settings.ShownUrl, alert.IdempotencyKey, failure.Message, _attempts);
        }
    }

    /// <summary>Takes note of an answer, whatever it says.</summary>
    public void Answered()
    {
        _isDown = false;
        if (_since is { } since)
        {
            logger.LogInformation("Webhook at {Url} answers again after {Seconds:0.0} s and {Attempts} failed attempts", settings.ShownUrl, (time.GetUtcNow() - since).TotalSeconds, _attempts);
            _since = null;
            _told.Clear();
        }
    }

    /// <summary>Takes note of an alert that is given up.</summary>
    public void Refused(WebhookException failure, WebhookAlert alert) =>
        logger.LogError("Webhook at {Url} refuses alert {Alert} for good and it is not sent again ({Count} so far; it is still in its topic): {Message}", settings.ShownUrl, alert.IdempotencyKey, Interlocked.Increment(ref _refused), failure.Message);
}
