using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace StreamEngine.Connectors.ClickHouse.Http;

/// <summary>Why a request failed, as far as it matters for what to do next.</summary>
public enum ClickHouseFailure
{
    /// <summary>Nobody listens there, or the host is not known.</summary>
    Unreachable,

    /// <summary>No answer in time.</summary>
    Timeout,

    /// <summary>The connection broke during the request.</summary>
    Broken,

    /// <summary>The server's certificate is not trusted, or the two sides share no protocol.</summary>
    Tls,

    /// <summary>Wrong user or password.</summary>
    Authentication,

    /// <summary>The user may not do this.</summary>
    Forbidden,

    /// <summary>The database does not exist.</summary>
    NoDatabase,

    /// <summary>The table does not exist.</summary>
    NoTable,

    /// <summary>More parts than the server can merge, for now.</summary>
    TooManyParts,

    /// <summary>A limit of memory, for now.</summary>
    Memory,

    /// <summary>Busy, shutting down or starting, read-only for now, out of disk, or without its coordination service.</summary>
    Overloaded,

    /// <summary>The server does not take the request as it is: a retry cannot help.</summary>
    Rejected,

    /// <summary>What answers is not ClickHouse.</summary>
    NotClickHouse,

    /// <summary>Any other error of the server; it may pass.</summary>
    Server,
}

/// <summary>A request to ClickHouse failed.</summary>
public sealed class ClickHouseException : Exception
{
    /// <summary>An error that the server reports.</summary>
    public ClickHouseException(ClickHouseFailure failure, int code, string message, Exception? inner = null)
        : base(message, inner)
    {
        Failure = failure;
        Code = code;
    }

    /// <summary>Why it failed.</summary>
    public ClickHouseFailure Failure { get; }

    /// <summary>ClickHouse's error code, for example 60 for an unknown table; 0 where the server gave none.</summary>
    public int Code { get; }

    /// <summary>
    /// Whether trying again may help. What can only be a mistake at first (a password, a certificate, an address) may be an outage once it
    /// has worked: then all but <see cref="ClickHouseFailure.Rejected"/> is worth a retry.
    /// </summary>
    /// <param name="hasWorked">Whether the same connection has worked before.</param>
    public bool IsTransient(bool hasWorked) => Failure switch
    {
        ClickHouseFailure.Rejected => false,
        ClickHouseFailure.Tls or ClickHouseFailure.Authentication or ClickHouseFailure.Forbidden or ClickHouseFailure.NoDatabase
            or ClickHouseFailure.NotClickHouse => hasWorked,
        _ => true,
    };

    /// <summary>Reads an answer that is not a success.</summary>
    /// <param name="status">Its HTTP status.</param>
    /// <param name="codeHeader">Its header <c>X-ClickHouse-Exception-Code</c>, or <see langword="null"/>.</param>
    /// <param name="body">Its text.</param>
    internal static ClickHouseException FromAnswer(HttpStatusCode status, string? codeHeader, string body)
    {
        var message = ServerError.TryParse(body, out var code, out var text) ? text : "";
        if (int.TryParse(codeHeader, out var headerCode))
        {
            code = headerCode;
        }

        if (code != 0)
        {
            return new ClickHouseException(ServerError.Classify(code), code, $"error {code}: {(message.Length > 0 ? message : $"HTTP {(int)status}")}");
        }

        var failure = status switch
        {
            HttpStatusCode.Unauthorized => ClickHouseFailure.Authentication,
            HttpStatusCode.Forbidden => ClickHouseFailure.Forbidden,
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => ClickHouseFailure.Overloaded,
            _ => ClickHouseFailure.NotClickHouse,
        };
        return new ClickHouseException(failure, 0, $"the answer is HTTP {(int)status} {status} without an error of ClickHouse");
    }

    /// <summary>Says why a request got no answer.</summary>
    internal static ClickHouseException FromTransport(Exception cause)
    {
        for (var e = cause; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case AuthenticationException:
                    return new ClickHouseException(ClickHouseFailure.Tls, 0, $"TLS: {e.Message}", cause);
                case SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted }:
                    return new ClickHouseException(ClickHouseFailure.Broken, 0, "the connection broke", cause);
                case SocketException socket:
                    return new ClickHouseException(ClickHouseFailure.Unreachable, 0, socket.Message, cause);
                case HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }:
                    return new ClickHouseException(ClickHouseFailure.Unreachable, 0, e.Message, cause);
                default:
                    break;
            }
        }

        return new ClickHouseException(ClickHouseFailure.Broken, 0, $"the connection broke: {cause.Message}", cause);
    }
}
