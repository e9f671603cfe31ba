using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace StreamEngine.Connectors.Embedded;

/// <summary>
/// ClickHouse in this process (libchdb) behind ClickHouse's HTTP interface. Meant for a process of its own, which
/// <see cref="EmbeddedClickHouseProcess"/> starts: the engine is opened once per process and takes much memory.
/// </summary>
/// <remarks>
/// It does: GET and POST, <c>query</c>, <c>database</c>, <c>param_*</c>, settings, sessions, <c>default_format</c>,
/// gzip, deflate and br both ways, streaming of SELECT (formats that are rows alone) and of INSERT, the
/// <c>X-ClickHouse-*</c> headers, codes and statuses of errors, <c>/ping</c>, <c>/replicas_status</c>, one user with a
/// password. A client that disconnects cancels its query. An INSERT that is answered with 200 is in the table, also
/// after the process is killed.
/// It does not: the native protocol, TLS, further users and roles, external tables, <c>compress=1</c>,
/// <c>INSERT … SELECT … FROM input()</c>, progress headers; <c>query_id</c> is echoed, but not the engine's own.
/// </remarks>
public static class EmbeddedClickHouse
{
    private const int MaxUriBytes = 1024 * 1024;
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _drain = TimeSpan.FromSeconds(15);

    /// <summary>Serves until cancelled; then lets running queries end, cancels those that take longer than 3 s, and closes the data.</summary>
    /// <param name="options">Where the data are, where to listen, who may connect.</param>
    /// <param name="ready">Called with the URL when requests are served.</param>
    /// <param name="cancellationToken">Ends the service.</param>
    /// <exception cref="EmbeddedServiceException">libchdb is missing, the data folder is in use, or the port is taken.</exception>
    public static async Task RunAsync(EmbeddedClickHouseOptions options, Action<Uri>? ready = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        using ChdbEngine engine = ChdbEngine.Open(options.DataPath);
        using var sessions = new SessionRegistry(engine, TimeProvider.System);
        using var queries = new SemaphoreSlim(options.MaxConcurrentQueries);
        var runner = new QueryRunner(engine, sessions, new Credentials(options.User, options.Password));
        WebApplication app = Build(options, http => AnswerAsync(http, runner, queries));
        await using (app.ConfigureAwait(false))
        {
            await StartAsync(app, options).ConfigureAwait(false);
            ready?.Invoke(new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()));
            await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
            await StopAsync(app, engine).ConfigureAwait(false);
            await WaitForQueriesAsync(queries, options.MaxConcurrentQueries).ConfigureAwait(false);
        }
    }

    private static WebApplication Build(EmbeddedClickHouseOptions options, RequestDelegate answer)
    {
        if (!IPAddress.TryParse(options.Host, out IPAddress? address))
            throw new EmbeddedServiceException($"'{options.Host}' is not an IP address to listen on; 127.0.0.1 serves this machine, 0.0.0.0 all.");
        if (options.Port is < 0 or > ushort.MaxValue)
            throw new EmbeddedServiceException($"{options.Port} is not a port: 0 (a free one) to {ushort.MaxValue}.");
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        // Signals and the end of the process are the caller's.
        builder.Services.AddSingleton<IHostLifetime, CallerOwnsLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(address, options.Port);
            kestrel.AddServerHeader = false;
            // A query runs on one thread from beginning to end and reads and writes as it goes.
            kestrel.AllowSynchronousIO = true;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxRequestLineSize = MaxUriBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxUriBytes;
            kestrel.Limits.MaxRequestBufferSize = 2 * MaxUriBytes;
        });
        WebApplication app = builder.Build();
        app.Run(answer);
        return app;
    }

    private static async Task StartAsync(WebApplication app, EmbeddedClickHouseOptions options)
    {
        try
        {
            await app.StartAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new EmbeddedServiceException($"Port {options.Port} on {options.Host} cannot be used: {e.Message} Choose another with --port, or 0 for a free one.", e);
        }
    }

    private static async Task StopAsync(WebApplication app, ChdbEngine engine)
    {
        using var grace = new CancellationTokenSource(_grace);
        // When the grace is over Kestrel aborts the connections, and each aborted request cancels its query.
        await app.StopAsync(grace.Token).ConfigureAwait(false);
        engine.CancelAll();
    }

    // The engine must not be closed under a running query: that crashes the process.
    private static async Task WaitForQueriesAsync(SemaphoreSlim queries, int count)
    {
        using var limit = new CancellationTokenSource(_drain);
        try
        {
            for (int i = 0; i < count; i++)
                await queries.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            ProcessExit.Now(0);
        }
    }

    private static Task AnswerAsync(HttpContext http, QueryRunner runner, SemaphoreSlim queries)
    {
        HttpRequest request = http.Request;
        switch (request.Path.Value)
        {
            case "/ping" or "/replicas_status":
            case "/" or "" when HttpMethods.IsGet(request.Method) && !request.QueryString.HasValue:
                http.Response.ContentType = "text/html; charset=UTF-8";
                return http.Response.WriteAsync("Ok.\n");
            case "/" or "" or "/query" when HttpMethods.IsGet(request.Method) || HttpMethods.IsPost(request.Method) || HttpMethods.IsHead(request.Method):
                return Task.Factory.StartNew(() => RunOne(http, runner, queries), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            default:
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                http.Response.ContentType = "text/plain; charset=UTF-8";
                return http.Response.WriteAsync($"There is no handle {request.Path}{request.QueryString}\n\nUse / or /ping for health checks.\nOr /replicas_status for more sophisticated health checks.\n\nSend queries from your program with POST method or GET /?query=...\n");
        }
    }

    private static void RunOne(HttpContext http, QueryRunner runner, SemaphoreSlim queries)
    {
        queries.Wait();
        try
        {
            runner.Run(http);
        }
        finally
        {
            queries.Release();
        }
    }

    private sealed class CallerOwnsLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
