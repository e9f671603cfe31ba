using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace StreamEngine.Connectors.Embedded;

/// <summary>The answer to one request: headers, compression, and errors before and after the first byte.</summary>
internal sealed class QueryResponse(HttpContext http, ChdbEngine engine)
{
    private const int TagLength = 16;
    private const string ExceptionMarker = "__exception__";
    private readonly HttpResponse _response = http.Response;
    private Stream? _body;
    private string? _tag;

    /// <summary>Sets the headers that every answer carries, with the query's id as soon as it is known.</summary>
    public void Identify(string? queryId)
    {
        if (queryId is not null)
            _response.Headers["X-ClickHouse-Query-Id"] = queryId;
        _response.Headers["X-ClickHouse-Timezone"] = engine.TimeZone;
        _response.Headers["X-ClickHouse-Server-Display-Name"] = "streamengine";
    }

    /// <summary>Begins a result and returns the stream to write it to.</summary>
    /// <param name="format">The result's format, or null when there is no result.</param>
    /// <param name="statistics">What is known about the query by now.</param>
    /// <param name="compress">The client takes a compressed result.</param>
    /// <param name="length">The number of bytes, when known.</param>
    public Stream Begin(string? format, QueryStatistics statistics, bool compress, long? length)
    {
        Summarise(statistics);
        _response.ContentType = OutputFormat.ContentType(format ?? "");
        if (format is not null)
            _response.Headers["X-ClickHouse-Format"] = format;
        string? coding = compress && length != 0 ? ContentCoding.Choose(http.Request.Headers.AcceptEncoding.ToString()) : null;
        if (coding is null)
        {
            _response.ContentLength = length;
            return _body = _response.Body;
        }
        _response.Headers.ContentEncoding = coding;
        return _body = ContentCoding.Encode(_response.Body, coding);
    }

    /// <summary>Announces how an error in the middle of the result will be marked.</summary>
    public void AnnounceExceptionTag()
    {
        _tag = RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", TagLength);
        _response.Headers["X-ClickHouse-Exception-Tag"] = _tag;
    }

    /// <summary>Ends the result.</summary>
    public void End()
    {
        if (_body is not null && _body != _response.Body)
            _body.Dispose();
    }

    /// <summary>
    /// Answers with an error. Before the first byte: with its HTTP status. After it: with the marked message at the
    /// end of the result, and then by breaking off, so that no client takes the result for whole.
    /// </summary>
    /// <exception cref="ResultBrokenOffException">The result had begun.</exception>
    public void Fail(ClickHouseException error)
    {
        string message = error.Message.TrimEnd();
        if (!message.Contains("(version ", StringComparison.Ordinal))
            message += $" (version {engine.Version})";
        message += "\n";
        if (_response.HasStarted)
            throw BreakOff(message, error);
        _response.Headers.Remove("X-ClickHouse-Format");
        _response.Headers.Remove("X-ClickHouse-Exception-Tag");
        _response.Headers.Remove("Content-Encoding");
        _response.Headers["X-ClickHouse-Exception-Code"] = error.Code.ToString(CultureInfo.InvariantCulture);
        Summarise(default);
        _response.StatusCode = ClickHouseErrorCode.HttpStatus(error.Code);
        if (_response.StatusCode == StatusCodes.Status401Unauthorized)
            _response.Headers.WWWAuthenticate = "Basic realm=\"ClickHouse server HTTP API\"";
        _response.ContentType = "text/plain; charset=UTF-8";
        byte[] body = Encoding.UTF8.GetBytes(message);
        _response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            _response.Body.Write(body);
    }

    // As servers from 25.11 on mark it, and as their clients look for it.
    private ResultBrokenOffException BreakOff(string message, ClickHouseException error)
    {
        int length = Encoding.UTF8.GetByteCount(message);
        string mark = string.Create(CultureInfo.InvariantCulture, $"\r\n{ExceptionMarker}\r\n{_tag}\r\n{message}{length} {_tag}\r\n{ExceptionMarker}\r\n");
        _body!.Write(Encoding.UTF8.GetBytes(mark));
        End();
        _response.Body.Flush();
        return new ResultBrokenOffException(error);
    }

    private void Summarise(QueryStatistics statistics) => _response.Headers["X-ClickHouse-Summary"] = statistics.ToJson();
}
