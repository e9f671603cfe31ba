using StreamEngine.Chaos.Oracle;
using StreamEngine.Chaos.Posts;
using StreamEngine.Chaos.Running;
using Xunit.Abstractions;

namespace StreamEngine.Tests.Integration;

/// <summary>An engine that is killed while a brand has a crisis.</summary>
[Collection(AloneCollection.Name)]
public sealed class IncidentKillTests(ITestOutputHelper output)
{
    private const int Brands = 4;
    private const int PerMinute = 100;
    private const int Angry = 400;

    [KafkaFact(NeedsOwnBroker = true)]
    public async Task An_incident_is_opened_once_and_resolved_once_though_the_engine_is_killed_at_each_of_its_stages()
    {
        var posts = new PostList(new BrandTexts(Brands));
        await using var setting = await Setting.Build(posts, nodes: 1, partitions: 2, log: null, output.WriteLine);
        setting.Engines.StartOne(0);
        for (var minute = 0; minute < 60; minute += 10)
        {
            await Write(setting, posts.Usual(At(minute), 10, Brands, PerMinute));
        }

        await Write(setting, Crisis(posts, 60));
        await Eventually.Holds(() => Told(setting) is [.., { State: "open" }], () => $"the incident opens\n{setting.Engines.Said}", TimeSpan.FromMinutes(4));
        await KillAndStart(setting);
        setting.Source.Write(Crisis(posts, 61));
        await KillAndStart(setting);
        await Write(setting, Crisis(posts, 62));
        setting.Source.Write(posts.Usual(At(63), 30, Brands, PerMinute));
        await KillAndStart(setting);
        await setting.Done();
        await Write(setting, [posts.Add(At(240), -1, false), posts.Add(At(240), -1, false)]);
        await setting.Compare(expectIncidents: true);

        Assert.True(setting.Verdict.IsClean, $"{string.Join('\n', setting.Verdict.Differences)}\n{setting.Verdict.Summary}");
        var told = Told(setting).Where(a => a.Brand == posts.Texts.Brands[0]).ToList();
        Assert.Single(told, a => a.State == "open");
        Assert.Equal("resolved", told[^1].State);
    }

    private static long At(int minute) => PostScript.Start + (minute * PostScript.WindowMs);

    private static IEnumerable<ScriptedPost> Crisis(PostList posts, int minute) =>
        posts.Usual(At(minute), 1, Brands, PerMinute).Concat(Enumerable.Range(0, Angry).Select(i => posts.Add(At(minute) + (i * 100), 0, true)));

    private static async Task Write(Setting setting, IEnumerable<ScriptedPost> posts)
    {
        setting.Source.Write(posts);
        await setting.Done();
    }

    private static async Task KillAndStart(Setting setting)
    {
        await setting.Engines.Kill(0);
        setting.Engines.StartOne(0);
    }

    private static List<SeenAlert> Told(Setting setting) =>
        [.. TopicReader.All(setting.Kafka.Bootstrap, setting.Names.Alerts).Select(read => SeenAlert.Read(read.Message.Value!))];
}
