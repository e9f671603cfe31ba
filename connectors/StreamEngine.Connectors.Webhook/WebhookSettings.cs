using System.Collections.Immutable;

namespace StreamEngine.Connectors.Webhook;

/// <summary>How a webhook is called. Its address, headers and secret may all be confidential: none of them is ever logged.</summary>
public sealed class WebhookSettings
{
    /// <summary>Where alerts are posted to, http or https.</summary>
    public required Uri Url { get; init; }

    /// <summary>Headers of every request.</summary>
    /// <value>Default: none.</value>
    public ImmutableDictionary<string, string> Headers { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The key of the signature; empty = requests are not signed.</summary>
    /// <value>Default: empty.</value>
    public string Secret { get; init; } = "";

    /// <summary>Alerts of lower severity are passed over; 1 to 10.</summary>
    /// <value>Default: 1, all.</value>
    public int MinSeverity { get; init; } = 1;

    /// <summary>Longest time of one request.</summary>
    /// <value>Default: 10 s.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait between two attempts.</summary>
    /// <value>Default: 1 min.</value>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What messages may say of the address: scheme, host and port. Paths of webhooks often hold a token.</summary>
    internal string ShownUrl => $"{Url.GetLeftPart(UriPartial.Authority)}/…";

    /// <summary>A text from outside without what is confidential.</summary>
    internal string Mask(string text)
    {
        foreach (var confidential in Headers.Values.Append(Secret).Append(Url.PathAndQuery.Trim('/')).Where(value => value.Length >= 4))
        {
            text = text.Replace(confidential, "***", StringComparison.Ordinal);
        }

        return text;
    }
}
