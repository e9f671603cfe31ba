using StreamEngine.Core.Sinks;

namespace StreamEngine.Tests.Connectors.ClickHouse;

/// <summary>What the writer does about errors that a server gives to inserts.</summary>
[Collection(ClickHouseCollection.Name)]
public sealed class RefusalTests(ClickHouseServers servers)
{
    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task Errors_that_pass_are_retried_until_the_rows_are_in_and_told_once_each(ServerKind kind)
    {
        var errors = new Queue<(int, string)>(
        [
            (500, "Code: 252. DB::Exception: Too many parts (300). Merges are processing significantly slower than inserts. (TOO_MANY_PARTS)"),
            (500, "Code: 252. DB::Exception: Too many parts (300). Merges are processing significantly slower than inserts. (TOO_MANY_PARTS)"),
            (500, "Code: 241, e.displayText() = DB::Exception: Memory limit (total) exceeded, e.what() = DB::Exception"),
            (503, "upstream is away"),
            (500, "Code: 252. DB::Exception: Too many parts (301). (TOO_MANY_PARTS)"),
        ]);
        var log = await WriteAsync(kind, query => IsInsert(query) && errors.TryDequeue(out var error) ? error : null);

        Assert.Empty(errors);
        Assert.Collection(
            log.Warnings,
            line => Assert.Contains("too many parts", line),
            line => Assert.Contains("a limit of memory", line),
            line => Assert.Contains("busy", line));
        Assert.Single(log.All, line => line.Contains("is back after") && line.Contains("5 failed attempts"));
    }

    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task Where_Native_is_refused_rows_go_as_RowBinary_from_then_on(ServerKind kind)
    {
        var refused = 0;
        var log = await WriteAsync(kind, query =>
            query.EndsWith("FORMAT Native", StringComparison.Ordinal) ? (404, $"Code: 73. DB::Exception: Unknown format Native, try {refused++}. (UNKNOWN_FORMAT)") : null);

        Assert.Equal(1, refused);
        Assert.Contains("going on with RowBinary", Assert.Single(log.Warnings));
    }

    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task An_error_that_no_retry_can_mend_ends_the_flush_with_the_reason(ServerKind kind)
    {
        var e = await Assert.ThrowsAsync<SinkException>(() =>
            WriteAsync(kind, query => IsInsert(query) ? (400, "Code: 53. DB::Exception: Type mismatch in column posts. (TYPE_MISMATCH)") : null));

        Assert.Contains("error 53: Type mismatch in column posts", e.Message);
    }

    /// <summary>Writes two windows in two flushes through a faulty front and checks that they are there.</summary>
    private async Task<RecordingLogger> WriteAsync(ServerKind kind, Func<string, (int Status, string Error)?> fault)
    {
        var server = await servers.GetAsync(kind);
        await using var front = new FaultyFront(server.Url, fault);
        var settings = server.Settings(ClickHouseServers.NewDatabase());
        var log = new RecordingLogger();
        await using var writer = await Writers.OpenAsync(settings with { Connection = settings.Connection with { Url = front.Url } }, log, Records.Windows);
        foreach (var posts in new[] { 2, 3 })
        {
            writer.Append(0, Records.Window($"Kwik {posts}", Records.Start, posts, 1));
            await writer.FlushAsync(default);
        }

        Assert.Equal(["Kwik 2|2", "Kwik 3|3"], await server.RowsAsync($"SELECT brand, posts FROM {settings.Database}.brand_sentiment ORDER BY brand"));
        return log;
    }

    private static bool IsInsert(string query) => query.StartsWith("INSERT", StringComparison.Ordinal);
}
