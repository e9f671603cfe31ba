using System.Collections.Immutable;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Connectors.Webhook;

/// <summary><c>webhook</c>: posts alerts to a URL.</summary>
public sealed class WebhookSinkDefinition : SinkDefinition
{
    private static readonly string[] _ownHeaders = ["Idempotency-Key", WebhookSignature.Header, "Content-Type", "Content-Length", "Content-Encoding", "Transfer-Encoding", "Host", "Connection"];

    private static readonly Option<string> _url = Option.Text("url", "where alerts are posted to, http:// or https://; best as ${WEBHOOK_URL} where it holds a token");
    private static readonly Option<ImmutableDictionary<string, string>> _headers = Option.TextMap("headers", "headers of every request, such as Authorization: Bearer ${WEBHOOK_TOKEN}");
    private static readonly Option<string> _secret = Option.Text("secret", $"key of the signature in the header {WebhookSignature.Header}; best as ${{WEBHOOK_SECRET}}; empty: requests are not signed", "");
    private static readonly Option<long> _minSeverity = Option.Integer("min_severity", "alerts of lower severity are not posted", 1, 1, 10);
    private static readonly Option<TimeSpan> _timeout = Option.Duration("timeout", "longest time of one request", TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
    private static readonly Option<TimeSpan> _maxRetryDelay = Option.Duration("max_retry_delay", "longest wait between two attempts while the receiver is away or busy", TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1));

    /// <inheritdoc/>
    public override string Name => "webhook";

    /// <inheritdoc/>
    public override string Summary => "Posts alerts to a URL.";

    /// <inheritdoc/>
    public override string Description => $"""
        One POST per alert, its JSON document (schemas/alert.v1.json) as the body, in the order of the topic. The header Idempotency-Key
        holds incident and number of the alert. With a secret, the header {WebhookSignature.Header} holds the time and an HMAC-SHA256 over
        time and body; docs/webhook.md shows how a receiver checks it.

        Delivery: at least once. An alert is done when the receiver answers 2xx; one that was sent before a crash may be sent again with the
        same Idempotency-Key, and receivers pass over those that they know. No answer, and the statuses 408, 425, 429 and 5xx, are retried
        without end, with growing, jittered pauses of at most max_retry_delay, or as long as Retry-After says; later alerts wait, and
        nothing is lost. Any other status is final: the alert is logged and counted as refused, and the next one is sent.
        Redirects are not followed. Neither address, headers nor secret appear in logs.
        """;

    /// <inheritdoc/>
    public override string Example => """
        sinks:
          - webhook:
              url: ${WEBHOOK_URL}
              secret: ${WEBHOOK_SECRET}
              min_severity: 4
        """;

    /// <inheritdoc/>
    public override ImmutableArray<Option> Options { get; } = [_url, _headers, _secret, _minSeverity, _timeout, _maxRetryDelay];

    /// <inheritdoc/>
    public override ImmutableArray<StreamKind> TakesByDefault => [StreamKind.Alerts];

    /// <inheritdoc/>
    public override void Validate(OptionSet options, ICollection<GraphProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(problems);
        void Refuse(Option option, string message) => problems.Add(new GraphProblem(options.PositionOf(option), $"sink 'webhook': option '{option.Name}' {message}"));

        if (!Uri.TryCreate(options.Get(_url), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            Refuse(_url, "must be an address like https://example.com/alerts");
        }
        else if (url.UserInfo.Length > 0)
        {
            Refuse(_url, "must hold neither user nor password; use the header Authorization");
        }

        foreach (var (name, value) in options.Get(_headers))
        {
            if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            {
                Refuse(_headers, $"holds the name '{name}'; names are made of letters, digits, - and _");
            }
            else if (_ownHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                Refuse(_headers, $"holds '{name}', which the sink sets itself");
            }
            else if (value.Any(c => c is < ' ' or > '~'))
            {
                Refuse(_headers, $"holds a value of '{name}' with a character that is not printable ASCII");
            }
        }
    }

    /// <inheritdoc/>
    public override ISinkWriter Create(SinkContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new WebhookWriter(Settings(context.Options), context.Time, context.Logger);
    }

    /// <summary>What a graph's options say.</summary>
    public static WebhookSettings Settings(OptionSet options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new WebhookSettings
        {
            Url = new Uri(options.Get(_url)),
            Headers = options.Get(_headers),
            Secret = options.Get(_secret),
            MinSeverity = (int)options.Get(_minSeverity),
            Timeout = options.Get(_timeout),
            MaxRetryDelay = options.Get(_maxRetryDelay),
        };
    }
}
