using System.IO.Compression;
using System.Text;
using StreamEngine.Connectors.Embedded;
using StreamEngine.Tests.Connectors.Embedded;

namespace StreamEngine.Tests.Connectors.Kafka;

/// <summary><c>streamengine produce</c> and <c>alerts tail</c>, as users run them, on the embedded broker.</summary>
public sealed class ProduceAndTailTests : IDisposable
{
    private readonly EmbeddedKafka _kafka = EmbeddedKafka.Start(new EmbeddedKafkaOptions { Topics = [new EmbeddedTopic("posts", 2), new EmbeddedTopic("alerts", 2)] });
    private readonly TempFolder _folder = new();
    private readonly LogLines _log = new();

    public void Dispose()
    {
        _kafka.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Every_line_of_a_gzip_file_arrives_under_its_key_also_broken_ones_and_the_count_is_exact()
    {
        var lines = Enumerable.Range(0, 3000).Select(i => $$"""{"author":{"name":"x","id":{{i % 50}}},"n":{{i}}}""").Append("{broken").Append("");
        var file = _folder["posts.jsonl.gz"];
        await using (var zip = new GZipStream(File.Create(file), CompressionLevel.Fastest))
        {
            await zip.WriteAsync(Encoding.UTF8.GetBytes(string.Join("\r\n", lines)));
        }

        var (code, _, error) = await Run("produce", "--topic", "posts", "--input", file, "--key", "author.id", "--brokers", _kafka.Bootstrap);
        Assert.Equal((0, true), (code, error.Contains("3,001 records delivered to posts", StringComparison.Ordinal)));
        Assert.Contains("1 lines had no 'author.id'", error, StringComparison.Ordinal);

        using var consumer = Sent.Reader(_kafka.Bootstrap, "posts", 2, _log);
        var got = new Collected();
        got.Until(consumer, () => got.Records.Count >= 3001 && got.Ends.Count >= 2, "all lines");
        Assert.Equal(lines.Take(3001).Order(StringComparer.Ordinal), got.Texts.Order(StringComparer.Ordinal));
        Assert.All(got.Records.Where(r => r.Key is not null), r => Assert.Contains($"\"id\":{Encoding.UTF8.GetString(r.Key!)}}}", r.Text, StringComparison.Ordinal));
        Assert.Equal(50, got.Records.Where(r => r.Key is not null).Select(r => (Encoding.UTF8.GetString(r.Key!), r.Partition)).Distinct().Count());
    }

    [Fact]
    public async Task Wrong_use_and_what_cannot_be_done_end_with_a_line_that_says_what_to_do()
    {
        var file = _folder["one.jsonl"];
        await File.WriteAllTextAsync(file, "{}\n");
        var misspelt = await Run("produce", "--topic", "posts", "--input", file, "--brokers", _kafka.Bootstrap, "--set", "secrity.protocol=SSL");
        Assert.Equal(2, misspelt.Code);
        Assert.Contains("did you mean 'security.protocol'?", misspelt.Error, StringComparison.Ordinal);
        var missing = await Run("produce", "--topic", "post", "--input", file, "--brokers", _kafka.Bootstrap);
        Assert.Equal(1, missing.Code);
        Assert.Contains("did you mean 'posts'?", missing.Error, StringComparison.Ordinal);
        Assert.Contains("--partitions", missing.Error, StringComparison.Ordinal);
        var noFile = await Run("produce", "--topic", "posts", "--input", file + "x", "--brokers", _kafka.Bootstrap);
        Assert.Equal(2, noFile.Code);
        Assert.Contains("one.jsonlx", noFile.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alerts_are_shown_by_brand_and_severity_for_people_and_for_programs()
    {
        string[] alerts =
        [
            """{"incident_id":"i1","state":"open","severity":8,"kind":"negative","brand":"Aurora","last_seen":"2026-03-01T10:04:31.000Z","observed":120,"effective":31,"expected":14.5,"negative_share":0.81,"usual_share":0.2,"duplicate_share":0.9,"author_share":0.4,"top_terms":[{"term":"recall","score":3},{"term":"[salmonella]","score":2}],"samples":[{"text":"well","score":-0.1},{"text":"never [again]","score":-0.9}]}""",
            """{"incident_id":"i2","state":"open","severity":3,"brand":"Aurora"}""",
            """{"incident_id":"i3","state":"open","severity":9,"brand":"Borealis"}""",
            """{"incident_id":"i1","state":"resolved","severity":8,"kind":"negative","brand":"Aurora","last_seen":"2026-03-01T11:30:00+01:00","observed":40,"expected":20,"negative_share":0.5,"usual_share":0.2}""",
            "no alert",
        ];
        using (var producer = Sent.Producer(_kafka.Bootstrap, "t", _log))
        {
            producer.Commit(Sent.Texts(1, alerts), ["alerts"], [], null);
        }

        string[] common = ["alerts", "tail", "--brokers", _kafka.Bootstrap, "--from-beginning", "--until-idle", "300ms"];
        var people = await Run([.. common, "--brand", "aurora", "--min-severity", "5"]);
        Assert.Equal(0, people.Code);
        Assert.Contains("Aurora", people.Output, StringComparison.Ordinal);
        Assert.Contains("2026-03-01 10:04Z open       8 Aurora  120 negative posts, 14.5 expected; 81 % of all, usually 20 %; repetitive: counts as 31, 90 % near-copies, 40 % by three authors; says recall, [salmonella]  i1", people.Output, StringComparison.Ordinal);
        Assert.Contains("2026-03-01 10:30Z resolved   8 Aurora  nothing unusual since; at last 40 negative posts, 20 expected", people.Output, StringComparison.Ordinal);
        Assert.Contains("“never [again]”", people.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("i2", people.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("i3", people.Output, StringComparison.Ordinal);
        Assert.Contains("is no alert", people.Error, StringComparison.Ordinal);
        var programs = await Run([.. common, "--json"]);
        Assert.Equal(alerts.Take(4), programs.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        using var process = ProgramUnderTest.Start(arguments);
        return await ProgramUnderTest.End(process);
    }
}
