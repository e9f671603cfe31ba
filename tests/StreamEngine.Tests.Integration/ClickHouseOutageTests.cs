using StreamEngine.Connectors.Embedded;

namespace StreamEngine.Tests.Integration;

/// <summary>ClickHouse that is not there, goes away, or turns the engine away.</summary>
[Collection(KafkaCollection.Name)]
public sealed class ClickHouseOutageTests(RealKafka kafka)
{
    [KafkaFact]
    public async Task ClickHouse_that_is_down_at_the_start_and_killed_in_the_middle_ends_up_with_every_count()
    {
        using var folder = new TempFolder();
        var topic = await kafka.CreateTopic("away", 2);
        var graph = RealKafka.UniqueName("away");
        var posts = new PostStream(seed: 21, partitions: 2);
        var options = new EmbeddedClickHouseOptions { DataPath = folder["data"], Port = FreePort.Next() };
        var url = new Uri($"http://127.0.0.1:{options.Port}");
        posts.Publish(kafka.Bootstrap, topic, 3000);
        using var engine = RunningProgram.Start(PostStream.Run(folder, graph, kafka.Bootstrap, topic, url));

        await engine.Says($"ClickHouse at {url}: nobody answers there; is the server running, and is the url right?");
        using (var clickHouse = await EmbeddedClickHouseProcess.StartAsync(EmbeddedClickHouseProcess.FindProgram(), options))
        {
            await SharedClickHouse.Reaches(posts.Expected, url, graph, () => engine.Error);
            clickHouse.Kill();
        }

        posts.Publish(kafka.Bootstrap, topic, 3000);
        await Eventually.Holds(() => engine.Error.Split("; retrying, nothing is lost").Length > 2, () => $"the second outage is told, too\n{engine.Error}", TimeSpan.FromSeconds(60));
        using (await EmbeddedClickHouseProcess.StartAsync(EmbeddedClickHouseProcess.FindProgram(), options))
        {
            posts.Publish(kafka.Bootstrap, topic, 3000);
            await SharedClickHouse.Reaches(posts.Expected, url, graph, () => engine.Error);
            var outcome = await engine.Terminate(TimeSpan.FromSeconds(20));
            Assert.Equal((posts.Count, posts.Count - posts.Unmatched, posts.Unmatched, 0, 0), outcome.Ledger);
            Assert.Contains("is back after", outcome.Error, StringComparison.Ordinal);
        }
    }

    [KafkaFact]
    public async Task ClickHouse_that_turns_the_engine_away_does_not_stop_the_other_stages_and_is_tried_again()
    {
        using var folder = new TempFolder();
        var topic = await kafka.CreateTopic("turned-away", 2);
        var graph = RealKafka.UniqueName("turned-away");
        var posts = new PostStream(seed: 22, partitions: 2);
        var options = new EmbeddedClickHouseOptions { DataPath = folder["data"], Port = FreePort.Next(), Password = "changed" };
        var url = new Uri($"http://127.0.0.1:{options.Port}");
        posts.Publish(kafka.Bootstrap, topic, 3000);
        using var clickHouse = await EmbeddedClickHouseProcess.StartAsync(EmbeddedClickHouseProcess.FindProgram(), options);
        using var engine = RunningProgram.Start(PostStream.Run(folder, graph, kafka.Bootstrap, topic, url));

        await engine.Says("wrong user or password; check the options user and password");
        await Eventually.Holds(() => Topic.Length(kafka.Bootstrap, $"{graph}.windows", 2) > 2, () => $"windows are counted all the same\n{engine.Error}", TimeSpan.FromSeconds(60));
        clickHouse.Kill();
        using (await EmbeddedClickHouseProcess.StartAsync(EmbeddedClickHouseProcess.FindProgram(), options with { Password = "" }))
        {
            await SharedClickHouse.Reaches(posts.Expected, url, graph, () => engine.Error);
            Assert.Equal(0, (await engine.Terminate(TimeSpan.FromSeconds(20))).ExitCode);
        }
    }

    [KafkaFact]
    public async Task A_wrong_password_ends_a_run_until_idle_with_1_and_says_so_without_showing_it()
    {
        using var folder = new TempFolder();
        var topic = await kafka.CreateTopic("password");
        using var clickHouse = await EmbeddedClickHouseProcess.StartAsync(
            EmbeddedClickHouseProcess.FindProgram(), new EmbeddedClickHouseOptions { DataPath = folder["data"], Password = "right-secret" });

        var outcome = await Product.Run(PostStream.Run(
            folder, RealKafka.UniqueName("password"), kafka.Bootstrap, topic, clickHouse.Url, "--until-idle", "1s", "--set", "sinks.clickhouse.password=wrong-secret"));

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("wrong user or password; check the options user and password", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret", outcome.Output + outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
    }
}
