using System.Net.Http.Headers;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Connectors.Webhook;

/// <summary>
/// Posts alerts to a URL, one request each, in order. An alert leaves the queue when the receiver has answered 2xx, or has refused it for
/// good. Used by one thread at a time.
/// </summary>
public sealed class WebhookWriter : ISinkWriter
{
    private const int MaxAnswer = 200;
    private static readonly TimeSpan _firstRetryDelay = TimeSpan.FromMilliseconds(500);
    private static readonly ProductInfoHeaderValue _agent = new("StreamEngine", Assembly.GetExecutingAssembly().GetName().Version!.ToString(3));

    private readonly WebhookSettings _settings;
    private readonly TimeProvider _time;
    private readonly WebhookLog _log;
    private readonly HttpClient _http;
    private readonly ResiliencePipeline _retry;
    private readonly Queue<WebhookAlert> _pending = new();

    /// <summary>Creates a writer. Nothing is connected before the first alert.</summary>
    public WebhookWriter(WebhookSettings settings, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(settings);
        (_settings, _time, _log) = (settings, time, new WebhookLog(settings, time, logger));
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = settings.Timeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
        _retry = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<WebhookException>(e => e.IsTransient),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = _firstRetryDelay < settings.MaxRetryDelay ? _firstRetryDelay : settings.MaxRetryDelay,
                MaxDelay = settings.MaxRetryDelay,
                DelayGenerator = attempt => new ValueTask<TimeSpan?>(Asked((WebhookException)attempt.Outcome.Exception!)),
                OnRetry = attempt =>
                {
                    _log.Failed((WebhookException)attempt.Outcome.Exception!, _pending.Peek());
                    return default;
                },
            })
            .Build();
    }

    /// <inheritdoc/>
    public int PendingRows => _pending.Count;

    /// <inheritdoc/>
    public long PendingBytes { get; private set; }

    /// <summary>An alert has nothing to wait for.</summary>
    public bool IsFlushDue => _pending.Count > 0;

    /// <inheritdoc/>
    public SinkState State => _log.State;

    /// <inheritdoc/>
    public Task OpenAsync(IReadOnlyList<SinkInput> inputs, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return inputs.FirstOrDefault(input => input.Kind != StreamKind.Alerts) is { } other
            ? throw new SinkException($"sink 'webhook' takes alerts only, not '{other.Name}'; see its option 'from'")
            : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Append(int input, in SinkRecord record)
    {
        var alert = WebhookAlert.Read(record.Value);
        if (alert.Severity >= _settings.MinSeverity)
        {
            _pending.Enqueue(alert);
            PendingBytes += alert.Document.Length;
        }
    }

    /// <inheritdoc/>
    public async Task FlushAsync(CancellationToken stop)
    {
        while (_pending.TryPeek(out var alert))
        {
            try
            {
                await _retry.ExecuteAsync(async token => await PostAsync(alert, token).ConfigureAwait(false), stop).ConfigureAwait(false);
                _log.Answered();
            }
            catch (WebhookException failure)
            {
                _log.Answered();
                _log.Refused(failure, alert);
            }

            _pending.Dequeue();
            PendingBytes -= alert.Document.Length;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The wait that the receiver asks for, within reason; <see langword="null"/> = the usual.</summary>
    private TimeSpan? Asked(WebhookException failure) => failure.RetryAfter is { } asked && asked > TimeSpan.Zero
        ? TimeSpan.FromTicks(Math.Min(asked.Ticks, _settings.MaxRetryDelay.Ticks))
        : null;

    private async Task PostAsync(WebhookAlert alert, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(_settings.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token);
        try
        {
            using var request = Request(alert);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw await FailureAsync(response, either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new WebhookException($"no answer within {_settings.Timeout.TotalSeconds:0.###} s (option timeout)", true, "timeout", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            var cause = (e as HttpRequestException)?.HttpRequestError ?? HttpRequestError.Unknown;
            throw new WebhookException(cause switch
            {
                HttpRequestError.NameResolutionError => "the host's name cannot be resolved; check the url",
                HttpRequestError.ConnectionError => "nobody answers there; is the receiver running, and is the url right?",
                HttpRequestError.SecureConnectionError => "the TLS connection fails; the certificate must be one that this machine trusts",
                _ => "the connection broke during the request",
            }, true, cause.ToString(), e);
        }
    }

    private HttpRequestMessage Request(WebhookAlert alert)
    {
        var content = new ByteArrayContent(alert.Document);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, _settings.Url) { Content = content };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue(_agent.Product!));
        foreach (var (name, value) in _settings.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        request.Headers.Add("Idempotency-Key", alert.IdempotencyKey);
        if (_settings.Secret.Length > 0)
        {
            request.Headers.Add(WebhookSignature.Header, WebhookSignature.Of(_settings.Secret, _time.GetUtcNow(), alert.Document));
        }

        return request;
    }

    private async Task<WebhookException> FailureAsync(HttpResponseMessage response, CancellationToken stop)
    {
        var status = (int)response.StatusCode;
        var after = response.Headers.RetryAfter;
        var message = status is >= 300 and < 400
            ? $"it answers {status}, a redirect, which is not followed; set the url to where it leads"
            : $"it answers {status} {response.ReasonPhrase}{await AnswerAsync(response, stop).ConfigureAwait(false)}";
        return new WebhookException(message, WebhookException.CanChange(response.StatusCode), $"status {status}")
        {
            RetryAfter = after?.Delta ?? (after?.Date is { } date ? date - _time.GetUtcNow() : null),
        };
    }

    /// <summary>The beginning of what the receiver says, in one line, without what is confidential.</summary>
    private async Task<string> AnswerAsync(HttpResponseMessage response, CancellationToken stop)
    {
        using var stream = await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
        var bytes = new byte[4 * MaxAnswer];
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, stop).ConfigureAwait(false);
        var text = _settings.Mask(new string([.. Encoding.UTF8.GetString(bytes, 0, length).Select(c => char.IsControl(c) ? ' ' : c)])).Trim();
        return text.Length == 0 ? "" : $": {(text.Length > MaxAnswer ? text[..MaxAnswer] + "…" : text)}";
    }
}
