using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace StreamEngine.Connectors.Embedded;

/// <summary>
/// The parameters of a request to ClickHouse's HTTP interface, out of its URL, its headers and, when the body is a
/// form, its fields. What no other part of the interface knows is a setting, as on a server.
/// </summary>
internal sealed class QueryRequest
{
    private const string ParameterPrefix = "param_";
    private static readonly TimeSpan _defaultSessionTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _maxSessionTimeout = TimeSpan.FromSeconds(3600);
    private readonly List<KeyValuePair<string, string>> _settings = [];
    private readonly List<KeyValuePair<string, string>> _parameters = [];
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    private QueryRequest(bool isGet) => IsGet = isGet;

    /// <summary>GET implies that nothing is changed.</summary>
    public bool IsGet { get; }

    public string Query => Known("query") ?? "";

    public string QueryId { get; private set; } = "";

    public string? Database { get; private set; }

    /// <summary>The format of a result whose query names none.</summary>
    public string DefaultFormat { get; private set; } = OutputFormat.Default;

    public string? SessionId => Known("session_id") is { Length: > 0 } id ? id : null;

    public TimeSpan SessionTimeout { get; private set; } = _defaultSessionTimeout;

    /// <summary>The session must exist already.</summary>
    public bool SessionCheck => IsOn(Known("session_check"));

    /// <summary>The session ends with this query.</summary>
    public bool CloseSession => IsOn(Known("close_session"));

    /// <summary>Nothing is sent before the query has come to its end.</summary>
    public bool WaitEndOfQuery => IsOn(Known("wait_end_of_query"));

    public bool EnableHttpCompression => IsOn(Setting("enable_http_compression"));

    public string? User => Known("user");

    public string? Password => Known("password");

    /// <summary>Settings for this query alone, in the order given.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings => _settings;

    /// <summary>Values of <c>{name:Type}</c> in the query.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters => _parameters;

    /// <summary>The last value of a setting, or null.</summary>
    public string? Setting(string name) => _settings.FindLast(s => s.Key == name).Value;

    /// <summary>
    /// Whether the body holds parameters. A URL-encoded "form" is what curl calls every body, so that is a query.
    /// </summary>
    public static bool HasForm(HttpRequest http) =>
        http.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) ?? false;

    /// <summary>Reads a request. A form in its body is read too; any other body is not touched.</summary>
    /// <exception cref="ClickHouseException">A parameter is wrong or not offered here.</exception>
    public static QueryRequest Read(HttpRequest http)
    {
        var request = new QueryRequest(HttpMethods.IsGet(http.Method) || HttpMethods.IsHead(http.Method));
        foreach (QueryStringEnumerable.EncodedNameValuePair pair in new QueryStringEnumerable(http.QueryString.Value))
            request.Add(pair.DecodeName().ToString(), pair.DecodeValue().ToString());
        if (HasForm(http))
            request.AddForm(http);
        request.Finish(http.Headers);
        return request;
    }

    private void AddForm(HttpRequest http)
    {
        IFormCollection form = new FormFeature(http, new FormOptions { ValueLengthLimit = int.MaxValue }).ReadForm();
        if (form.Files.Count > 0)
            throw ClickHouseException.NotImplemented("external tables (files in a form) are not supported by the embedded ClickHouse");
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in form)
            Add(name, values.ToString());
    }

    private void Add(string name, string value)
    {
        switch (name)
        {
            case "":
                return;
            case "query" or "database" or "default_format" or "query_id" or "user" or "password" or "quota_key"
                or "session_id" or "session_timeout" or "session_check" or "close_session" or "wait_end_of_query"
                or "buffer_size" or "stacktrace" or "client_protocol_version" or "compress" or "decompress" or "role":
                _known[name] = value;
                return;
            default:
                if (name.StartsWith(ParameterPrefix, StringComparison.Ordinal))
                    _parameters.Add(new(name[ParameterPrefix.Length..], value));
                else if (name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
                    _settings.Add(new(name, value));
                else
                    throw new ClickHouseException(ClickHouseErrorCode.UnknownSetting, "UNKNOWN_SETTING", $"Setting '{name}' is neither a builtin setting nor started with the prefix 'SQL_' registered for user-defined settings");
                return;
        }
    }

    private void Finish(IHeaderDictionary headers)
    {
        if (IsOn(Known("compress")) || IsOn(Known("decompress")))
            throw ClickHouseException.NotImplemented("ClickHouse's own block compression (compress=1, decompress=1) is not supported by the embedded ClickHouse; use gzip by Content-Encoding and Accept-Encoding");
        if (!string.IsNullOrEmpty(Known("role")))
            throw ClickHouseException.NotImplemented("roles are not supported by the embedded ClickHouse");
        Database = Header(headers, "X-ClickHouse-Database") ?? Known("database");
        if (Database is "")
            Database = null;
        DefaultFormat = Header(headers, "X-ClickHouse-Format") ?? (Known("default_format") is { Length: > 0 } format ? format : OutputFormat.Default);
        QueryId = Known("query_id") is { Length: > 0 } id ? id : Header(headers, "X-ClickHouse-Query-Id") ?? Guid.NewGuid().ToString();
        if (Known("session_timeout") is { } timeout)
            SessionTimeout = ParseTimeout(timeout);
    }

    private static TimeSpan ParseTimeout(string text)
    {
        if (!uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint seconds))
            throw new ClickHouseException(ClickHouseErrorCode.InvalidSessionTimeout, "INVALID_SESSION_TIMEOUT", $"Invalid session timeout: '{text}'");
        var timeout = TimeSpan.FromSeconds(seconds);
        return timeout <= _maxSessionTimeout
            ? timeout
            : throw new ClickHouseException(ClickHouseErrorCode.InvalidSessionTimeout, "INVALID_SESSION_TIMEOUT", $"Session timeout '{text}' is larger than max_session_timeout: {(int)_maxSessionTimeout.TotalSeconds}");
    }

    private string? Known(string name) => _known.GetValueOrDefault(name);

    private static string? Header(IHeaderDictionary headers, string name) => headers[name].ToString() is { Length: > 0 } value ? value : null;

    private static bool IsOn(string? value) => value is "1" or "true";
}
