using System.Net;

namespace StreamEngine.Connectors.Webhook;

/// <summary>A request that the receiver has not taken.</summary>
/// <param name="message">What happened, in the user's terms.</param>
/// <param name="isTransient">Whether the same request may be taken later.</param>
/// <param name="cause">What tells it from other kinds of failure, for the log.</param>
/// <param name="inner">What it comes from.</param>
internal sealed class WebhookException(string message, bool isTransient, string cause, Exception? inner = null) : Exception(message, inner)
{
    public bool IsTransient { get; } = isTransient;

    public string Cause { get; } = cause;

    /// <summary>How long the receiver asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Statuses that another attempt can change: the receiver is busy or broken, not the request wrong.</summary>
    public static bool CanChange(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or (HttpStatusCode)425 or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;
}
