using StreamEngine.Connectors.ClickHouse;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Tests.Connectors.ClickHouse;

/// <summary>The server is down, dies, or does not let the writer in.</summary>
public sealed class OutageTests
{
    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task A_server_that_is_killed_again_and_again_during_inserts_loses_nothing_and_doubles_nothing(ServerKind kind)
    {
        const int kills = 4, flushesBetweenKills = 15, rowsPerFlush = 400, keys = 3000;
        await using var server = await ClickHouseServer.StartAsync(kind);
        var settings = server.Settings("outages") with { BatchRows = 150 };
        await using var writer = await Writers.OpenAsync(settings, Records.Windows);
        var newest = new int[keys];
        var flushes = 0;
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        var killing = Task.Run(async () =>
        {
            for (var kill = 1; kill <= kills; kill++)
            {
                await Eventually.Holds(() => Volatile.Read(ref flushes) >= kill * flushesBetweenKills, "inserts go on", TimeSpan.FromMinutes(1));
                await server.KillAsync();
                await server.StartAsync();
            }
        });

        for (var version = 1; !killing.IsCompleted || version % 10 != 0; version++)
        {
            for (var i = 0; i < rowsPerFlush; i++)
            {
                var key = ((version * rowsPerFlush) + i) % keys;
                newest[key] = version;
                writer.Append(0, Records.Window($"brand {key % 7}", Records.Start + (key * 60_000L), version, version));
            }

            await writer.FlushAsync(stop.Token);
            Interlocked.Increment(ref flushes);
        }

        await killing;
        Assert.True(flushes > kills * flushesBetweenKills);
        var rows = await server.RowsAsync("SELECT toUnixTimestamp(window_start), posts FROM outages.brand_sentiment ORDER BY window_start");
        Assert.Equal(newest.Select((version, key) => $"{(Records.Start / 1000) + (key * 60L)}|{version}"), rows);
    }

    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task A_server_that_is_down_at_the_start_is_waited_for_with_one_clear_line(ServerKind kind)
    {
        await using var server = ClickHouseServer.Create(kind);
        var log = new RecordingLogger();
        await using var writer = new ClickHouseWriter(server.Settings("waiting"), TimeProvider.System, log);

        var opening = writer.OpenAsync([Records.Windows], default);
        await Eventually.Holds(() => log.Warnings.Count > 0, "a line says that the server is down");
        Assert.False(writer.State.IsUp);
        await server.StartAsync();
        await opening;

        Assert.True(writer.State.IsUp);
        var line = Assert.Single(log.Warnings, message => message.Contains("nobody answers there"));
        Assert.Contains($"{server.Url}", line);
        Assert.Single(log.All, message => message.Contains("is back after"));
        writer.Append(0, Records.Window("Kwik", Records.Start, 2, 1));
        await writer.FlushAsync(default);
        Assert.Equal(["2"], await server.RowsAsync("SELECT posts FROM waiting.brand_sentiment"));
    }

    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task Waiting_for_a_server_ends_when_it_is_told_to(ServerKind kind)
    {
        await using var server = ClickHouseServer.Create(kind);
        await using var writer = new ClickHouseWriter(server.Settings("never"), TimeProvider.System, new RecordingLogger());
        using var stop = new CancellationTokenSource();

        var opening = writer.OpenAsync([Records.Windows], stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
    }

    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task A_wrong_password_ends_the_start_with_the_reason_and_is_in_no_message(ServerKind kind)
    {
        await using var server = await ClickHouseServer.StartAsync(kind, hasPassword: true);
        var settings = server.Settings("secrets");
        var log = new RecordingLogger();
        await using (await Writers.OpenAsync(settings, log, Records.Windows))
        {
            Assert.Contains(log.All, line => line.Contains("made the table secrets.sentiment_windows"));
        }

        const string wrong = "tell nobody";
        var e = await Assert.ThrowsAsync<SinkException>(() => Writers.OpenAsync(settings with { Connection = settings.Connection with { Password = wrong } }, log, Records.Windows));
        Assert.Contains("wrong user or password", e.Message);
        Assert.Contains("as user 'default'", e.Message);
        var unknown = await Assert.ThrowsAsync<SinkException>(() => Writers.OpenAsync(settings with { Connection = settings.Connection with { User = "nobody" } }, log, Records.Windows));
        Assert.Contains("wrong user or password", unknown.Message);
        Assert.DoesNotContain([.. log.All, $"{e}", $"{unknown}", $"{settings}"], text => text.Contains(wrong) || text.Contains(ClickHouseServer.Password));
    }
}
