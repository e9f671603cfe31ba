using Microsoft.AspNetCore.Http;

namespace StreamEngine.Connectors.Embedded;

/// <summary>Runs the query of one request, on one thread from its first byte to its last.</summary>
internal sealed class QueryRunner(ChdbEngine engine, SessionRegistry sessions, Credentials credentials)
{
    private static readonly TimeSpan _cancelRepeat = TimeSpan.FromMilliseconds(250);

    /// <summary>Answers a request; errors of the query become the answer.</summary>
    public void Run(HttpContext http)
    {
        var response = new QueryResponse(http, engine);
        response.Identify(null);
        try
        {
            QueryRequest request = QueryRequest.Read(http.Request);
            response.Identify(request.QueryId);
            credentials.Check(http.Request, request);
            Stream body = QueryRequest.HasForm(http.Request) ? Stream.Null : ContentCoding.Decode(http.Request.Body, http.Request.Headers.ContentEncoding.ToString());
            QueryText text = QueryText.Open(request.Query, body);
            using QueryConnection connection = QueryConnection.Open(engine, sessions, request, http.RequestAborted);
            using Cancellation cancellation = CancelOnDisconnect(connection.Mark, http.RequestAborted);
            if (InsertStatement.Find(text.Head) is { } insert)
                Insert(connection, request, text, insert, response);
            else
                Select(connection, request, text.ReadToEnd(), response, http.RequestAborted);
        }
        catch (ClickHouseException e)
        {
            // Nobody is there to be told about a query that was cancelled because they left.
            if (!http.RequestAborted.IsCancellationRequested)
                response.Fail(e);
        }
        catch (InvalidDataException e)
        {
            response.Fail(new ClickHouseException(ClickHouseErrorCode.InflateFailed, "ZLIB_INFLATE_FAILED", $"The body cannot be decompressed: {e.Message}"));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException && http.RequestAborted.IsCancellationRequested)
        {
            http.Abort();
        }
    }

    private static void Insert(QueryConnection connection, QueryRequest request, QueryText text, InsertStatement insert, QueryResponse response)
    {
        if (request.IsGet)
            throw QueryConnection.ReadOnlyViolation();
        QueryStatistics statistics;
        using (ChdbInsertStream stream = connection.Engine.Insert(text.Head[..insert.HeadLength], insert.Format, request.Parameters))
        {
            text.CopyData(insert.DataOffset, stream);
            statistics = stream.Commit();
        }
        response.Begin(null, statistics.AsInsert(), compress: false, length: 0);
        response.End();
    }

    private static void Select(QueryConnection connection, QueryRequest request, ReadOnlySpan<byte> sql, QueryResponse response, CancellationToken aborted)
    {
        QueryShape shape = QueryShape.Of(sql);
        connection.CheckReadOnly(sql, shape.IsSessionControl);
        string format = shape.Format ?? request.DefaultFormat;
        bool streams = shape.IsSelect && !shape.HasMoreThanRows && !request.WaitEndOfQuery && OutputFormat.CanStream(format)
            && QueryShape.SettingsBeyondRows.All(name => request.Setting(name) is null);
        if (streams)
            Send(connection, request, sql, format, response, aborted);
        else
            SendWhole(connection, request, sql, format, response);
    }

    private static void Send(QueryConnection connection, QueryRequest request, ReadOnlySpan<byte> sql, string format, QueryResponse response, CancellationToken aborted)
    {
        using ChdbQueryStream stream = connection.Engine.Stream(sql, format, request.Parameters);
        ChdbResult? block = stream.Next();
        response.AnnounceExceptionTag();
        Stream output = response.Begin(format, default, request.EnableHttpCompression, block is null ? 0 : null);
        while (block is not null)
        {
            using (block)
            {
                aborted.ThrowIfCancellationRequested();
                block.CopyTo(output);
                output.Flush();
            }
            block = stream.Next();
        }
        response.End();
    }

    private static void SendWhole(QueryConnection connection, QueryRequest request, ReadOnlySpan<byte> sql, string format, QueryResponse response)
    {
        using ChdbResult result = connection.Engine.Query(sql, format, request.Parameters);
        result.CopyTo(response.Begin(format, result.Statistics, request.EnableHttpCompression, (long)result.Length));
        response.End();
    }

    // A query may begin just after it was told to stop, so it is told until it has ended.
    private Cancellation CancelOnDisconnect(string? mark, CancellationToken aborted)
    {
        var ended = new CancellationTokenSource();
        CancellationTokenRegistration registration = mark is null ? default : aborted.Register(() => _ = CancelRepeatedlyAsync(mark, ended.Token));
        return new Cancellation(registration, ended);
    }

    private async Task CancelRepeatedlyAsync(string mark, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(_cancelRepeat);
        try
        {
            do
                engine.Cancel(mark);
            while (await timer.WaitForNextTickAsync(ended).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The query has ended.
            return;
        }
    }

    private readonly record struct Cancellation(CancellationTokenRegistration Registration, CancellationTokenSource Ended) : IDisposable
    {
        public void Dispose()
        {
            Registration.Dispose();
            Ended.Cancel();
            Ended.Dispose();
        }
    }
}
