using System.Net;
using System.Text;

namespace StreamEngine.Tests.Connectors.ClickHouse;

/// <summary>Stands before a real server and answers some requests with errors of its own, as an ailing server would.</summary>
internal sealed class FaultyFront : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly HttpClient _client = new();
    private readonly Uri _server;
    private readonly Func<string, (int Status, string Error)?> _fault;
    private readonly Task _serving;

    /// <summary>Starts it.</summary>
    /// <param name="server">The real server.</param>
    /// <param name="fault">Given a request's <c>query</c> parameter: the answer in place of the server's, or null to pass the request on.</param>
    public FaultyFront(Uri server, Func<string, (int Status, string Error)?> fault)
    {
        (_server, _fault) = (server, fault);
        Url = new Uri($"http://127.0.0.1:{FreePort.Next()}/");
        _listener.Prefixes.Add(Url.ToString());
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Url { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
        _client.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            await AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var body = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(body);
        if (_fault(context.Request.QueryString["query"] ?? "") is { } fault)
        {
            context.Response.StatusCode = fault.Status;
            context.Response.Close(Encoding.UTF8.GetBytes(fault.Error), willBlock: true);
            return;
        }

        using var content = new ByteArrayContent(body.ToArray());
        if (context.Request.Headers["Content-Encoding"] is { } encoding)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        using var response = await _client.PostAsync(new Uri(_server, context.Request.RawUrl), content);
        context.Response.StatusCode = (int)response.StatusCode;
        context.Response.Close(await response.Content.ReadAsByteArrayAsync(), willBlock: true);
    }
}
