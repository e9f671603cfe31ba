using System.Collections.Frozen;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using StreamEngine.Connectors.ClickHouse.Tables;

namespace StreamEngine.Connectors.ClickHouse.Http;

/// <summary>
/// Speaks ClickHouse's HTTP interface. Safe for use by several threads at once. All methods throw <see cref="ClickHouseException"/> with
/// the cause; none retries.
/// </summary>
public sealed class ClickHouseClient : IDisposable
{
    private const int MaxErrorBytes = 64 << 10;

    /// <summary>Servers close idle connections after 3 s (old ones) to 30 s; one that is about to be closed is not worth using.</summary>
    private static readonly TimeSpan _idleTimeout = TimeSpan.FromSeconds(2);

    private readonly ClickHouseConnection _connection;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    /// <summary>Creates a client. Nothing is connected yet.</summary>
    /// <exception cref="ClickHouseException">The file of certificate authorities cannot be read.</exception>
    public ClickHouseClient(ClickHouseConnection connection, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(connection);
        _connection = connection;
        _time = time;
        _http = new HttpClient(Handler(connection)) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.TryAddWithoutValidation("X-ClickHouse-User", connection.User);
        if (connection.Password.Length > 0)
        {
            _http.DefaultRequestHeaders.TryAddWithoutValidation("X-ClickHouse-Key", connection.Password);
        }
    }

    /// <summary>Runs a query and reads its whole answer.</summary>
    /// <param name="sql">A query without a FORMAT.</param>
    /// <param name="stop">Cancels it.</param>
    public async Task<ClickHouseResult> QueryAsync(string sql, CancellationToken stop)
    {
        using var content = new StringContent(sql + "\nFORMAT JSONCompact", Encoding.UTF8);
        var answer = await SendAsync("wait_end_of_query=1", content, stop).ConfigureAwait(false);
        try
        {
            return ClickHouseResult.Parse(answer);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ClickHouseException(ClickHouseFailure.NotClickHouse, 0, "the answer is not that of ClickHouse", e);
        }
    }

    /// <summary>Runs a statement that has no answer.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken stop)
    {
        using var content = new StringContent(sql, Encoding.UTF8);
        await SendAsync("wait_end_of_query=1", content, stop).ConfigureAwait(false);
    }

    /// <summary>Inserts rows. When it returns, the server has them.</summary>
    /// <param name="statement"><c>INSERT INTO … FORMAT …</c>.</param>
    /// <param name="settings">Settings for this insert, as <c>name=value</c> joined by <c>&amp;</c>; may be empty.</param>
    /// <param name="rows">The rows, in that format.</param>
    /// <param name="compressed">Whether <paramref name="rows"/> are packed by gzip.</param>
    /// <param name="stop">Cancels it; the rows may or may not have been written.</param>
    public async Task InsertAsync(string statement, string settings, ReadOnlyMemory<byte> rows, bool compressed, CancellationToken stop)
    {
        using var content = new ReadOnlyMemoryContent(rows);
        if (compressed)
        {
            content.Headers.ContentEncoding.Add("gzip");
        }

        var parameters = $"query={Uri.EscapeDataString(statement)}{(string.IsNullOrEmpty(settings) ? "" : "&" + settings)}";
        await SendAsync(parameters, content, stop).ConfigureAwait(false);
    }

    /// <summary>Asks what the server can do.</summary>
    public async Task<ServerCapabilities> DescribeAsync(CancellationToken stop)
    {
        var version = await QueryAsync("SELECT version()", stop).ConfigureAwait(false);
        var names = string.Join(", ", ServerCapabilities.SettingsInQuestion.Select(Sql.Text));
        var settings = await QueryAsync($"SELECT name FROM system.settings WHERE name IN ({names})", stop).ConfigureAwait(false);
        return new ServerCapabilities(version.Value, settings.Rows.Select(row => row[0]).ToFrozenSet());
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static SocketsHttpHandler Handler(ClickHouseConnection connection)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = connection.Timeout < TimeSpan.FromSeconds(10) ? connection.Timeout : TimeSpan.FromSeconds(10),
            PooledConnectionIdleTimeout = _idleTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        };
        if (connection.TrustAnyCertificate)
        {
#pragma warning disable CA5359 // The user asked for it, by an option that says what it does.
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (connection.CertificateAuthorities is { } file)
        {
            handler.SslOptions.CertificateChainPolicy = TrustOnly(file);
        }

        return handler;
    }

    private static X509ChainPolicy TrustOnly(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new ClickHouseException(ClickHouseFailure.Tls, 0, $"the certificate authorities in {file} cannot be read: {e.Message}", e);
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new ClickHouseException(ClickHouseFailure.Tls, 0, $"{file} holds no certificate in PEM form");
    }

    private async Task<byte[]> SendAsync(string parameters, HttpContent content, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(_connection.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Address(parameters)) { Content = content };
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
            }

            var code = response.Headers.TryGetValues("X-ClickHouse-Exception-Code", out var values) ? values.FirstOrDefault() : null;
            throw ClickHouseException.FromAnswer(response.StatusCode, code, await ErrorTextAsync(response, either.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new ClickHouseException(ClickHouseFailure.Timeout, 0, $"no answer within {_connection.Timeout.TotalSeconds:0.###} s", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw ClickHouseException.FromTransport(e);
        }
    }

    private Uri Address(string parameters) =>
        new(_connection.Url, $"{_connection.Url.AbsolutePath}?{parameters}");

    private static async Task<string> ErrorTextAsync(HttpResponseMessage response, CancellationToken stop)
    {
        using var stream = await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
        var bytes = new byte[MaxErrorBytes];
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, stop).ConfigureAwait(false);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
