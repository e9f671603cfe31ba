using System.Globalization;

namespace StreamEngine.Tests.Integration;

/// <summary>Records that cannot be counted: each ends where its sender can find it, and the others are not harmed.</summary>
[Collection(KafkaCollection.Name)]
public sealed class RefusedRecordTests(RealKafka kafka, SharedClickHouse clickHouse)
{
    private const int KeptBytes = 900_000;

    [KafkaFact]
    public async Task Bad_records_become_dead_letters_with_their_place_reason_and_bytes_and_late_posts_go_to_the_late_topic()
    {
        using var folder = new TempFolder();
        var topic = await kafka.CreateTopic("refused");
        var graph = RealKafka.UniqueName("refused");
        // As on a broker of a user's: a record of more than about 1 MB would stop the graph.
        await Topic.Create(kafka.Bootstrap, $"{graph}.dead-letters", 1, new() { ["max.message.bytes"] = "1048588" });
        var now = DateTimeOffset.UtcNow.AddHours(-2);
        byte[] Good(string id, DateTimeOffset time) => PostStream.Post(id, time, "Alder is fine");
        (byte[]? Value, string Operator, string Error)[] records =
        [
            (Good("1", now), "", ""),
            ("{\"id\":\"2\",\"time\":\"2026-01-01T00:00:00Z\",\"text\":\"Alder is"u8.ToArray(), "decode", "ends inside a string"),
            ([.. "{\"id\":\"3\",\"time\":1700000000,\"text\":\"Alder "u8, 0xC3, 0x28, .. "\"}"u8], "decode", "invalid UTF-8 at byte 42"),
            (PostStream.Post("4", now, "Alder " + new string('x', 5_000_000)), "decode", "the record is 5000"),
            ("{\"id\":\"5\",\"text\":\"Alder\"}"u8.ToArray(), "decode", "'time'"),
            (Good("6", new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero)), "window", "too far in the future"),
            ([], "decode", "the record is empty"),
            (null, "decode", "the record is empty"),
            (Good("9", now.AddMinutes(-30)), "late", ""),
            (PostStream.Post("10", now, "about nobody"), "", ""),
            (PostStream.Post("11", now.AddSeconds(1), "Alder and Birch are fine"), "", ""),
        ];
        Topic.Write(kafka.Bootstrap, topic, records.Select(r => r.Value));
        var url = await clickHouse.Url();

        var outcome = await Product.Run(PostStream.Run(folder, graph, kafka.Bootstrap, topic, url, "--until-idle", "2s"));

        Assert.Equal((11, 2, 1, 1, 7), outcome.Ledger);
        var refused = records.Select((r, offset) => (r.Value, r.Operator, r.Error, offset)).Where(r => r.Error.Length > 0).ToList();
        var letters = Topic.ReadAll(kafka.Bootstrap, $"{graph}.dead-letters").OrderBy(l => int.Parse(l.Headers["offset"], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(refused.Count, letters.Count);
        foreach (var ((value, headers), expected) in letters.Zip(refused))
        {
            Assert.Equal((graph, expected.Operator, topic, "0", expected.offset.ToString(CultureInfo.InvariantCulture)), (headers["graph"], headers["operator"], headers["source"], headers["partition"], headers["offset"]));
            Assert.Contains(expected.Error, headers["error"], StringComparison.Ordinal);
            var original = expected.Value ?? [];
            Assert.Equal(original.Take(KeptBytes), value ?? []);
            Assert.Equal(original.Length > KeptBytes ? $"{original.Length}" : null, headers.GetValueOrDefault("original_bytes"));
        }

        var (latePost, lateHeaders) = Assert.Single(Topic.ReadAll(kafka.Bootstrap, $"{graph}.late"));
        Assert.Equal(records[8].Value, latePost);
        Assert.Equal(("window", "8"), (lateHeaders["operator"], lateHeaders["offset"]));

        var inTable = await SharedClickHouse.Query(url, $"SELECT source, source_partition, source_offset, operator, length(payload), hex(substring(payload, 1, 60)), error FROM refused_posts WHERE graph = '{graph}' ORDER BY source_offset");
        Assert.Equal(
            refused.Select(r => $"{topic}\t0\t{r.offset}\t{r.Operator}\t{Math.Min(KeptBytes, r.Value?.Length ?? 0)}\t{Convert.ToHexString([.. (r.Value ?? []).Take(60)])}"),
            inTable.Select(row => row[..row.LastIndexOf('\t')]));
        Assert.Equal($"{topic}\t8", Assert.Single(await SharedClickHouse.Query(url, $"SELECT source, source_offset FROM late_posts WHERE graph = '{graph}'")));
        Assert.Equal("Alder 2\nBirch 1", string.Join('\n', (await SharedClickHouse.Counts(url, graph)).Split('\n').GroupBy(l => l.Split(' ')[0]).Select(g => $"{g.Key} {g.Sum(l => int.Parse(l.Split(' ')[2], CultureInfo.InvariantCulture))}")));
        Assert.DoesNotContain("Unhandled", outcome.Error, StringComparison.Ordinal);
    }
}
