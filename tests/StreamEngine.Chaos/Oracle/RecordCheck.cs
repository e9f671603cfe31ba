using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using StreamEngine.Chaos.Posts;
using StreamEngine.Chaos.Running;

namespace StreamEngine.Chaos.Oracle;

/// <summary>Compares what was set aside, and the ledger, with what should be there.</summary>
internal static class RecordCheck
{
    /// <summary>Reads the source topic: counts it with the oracle, and sees to it that it holds each post once, as it was written.</summary>
    public static void Source(string bootstrap, Names names, IPosts posts, long written, PostOracle oracle, Verdict verdict)
    {
        using var record = new PostRecord();
        var seen = new bool[written];
        foreach (var read in TopicReader.All(bootstrap, names.Source))
        {
            var number = SourceTopic.NumberOf(read.Message.Key!);
            var post = posts[number];
            if (seen[number] || !read.Message.Value.AsSpan().SequenceEqual(record.Write(post)))
            {
                verdict.Differs($"the input itself: post {number} at {read.TopicPartitionOffset} {(seen[number] ? "was written twice" : "is not as it was written")}");
            }

            seen[number] = true;
            oracle.Take(read.Partition.Value, read.Offset.Value, post);
        }

        var lost = seen.LongCount(s => !s);
        if (lost > 0)
        {
            verdict.Differs($"the input itself: {lost} posts that Kafka took are not in {names.Source}");
        }
    }

    /// <summary>Compares the ledger that a run of all partitions printed.</summary>
    public static void Ledger(string json, PostOracle oracle, Verdict verdict)
    {
        using var document = JsonDocument.Parse(json);
        var found = document.RootElement.GetProperty("partitions").EnumerateArray().ToDictionary(p => p.GetProperty("partition").GetInt32());
        foreach (var (partition, expected) in oracle.Ledgers)
        {
            var text = found.TryGetValue(partition, out var row) ? Describe(row) : "none";
            if (text != expected.ToString() || expected.Consumed != expected.Counted + expected.Unmatched + expected.Late + expected.Dead)
            {
                verdict.LedgerBalanced = false;
                verdict.Differs($"ledger of partition {partition}: {text}; should be {expected}");
            }
        }
    }

    /// <summary>Compares a topic of records that were set aside, and the view of it.</summary>
    public static async Task SetAside(string bootstrap, string topic, string view, IReadOnlyDictionary<(int Partition, long Offset), long> expected, IPosts posts, Database database, Names names, Verdict verdict)
    {
        using var record = new PostRecord();
        var seen = new HashSet<(int, long)>();
        foreach (var read in TopicReader.All(bootstrap, topic))
        {
            var at = ((int)Header(read, "partition"), Header(read, "offset"));
            if (!expected.TryGetValue(at, out var number))
            {
                verdict.Differs($"{topic}: the record {at} should not be there");
            }
            else if (!seen.Add(at))
            {
                verdict.Differs($"{topic}: the record {at} stands there twice");
            }
            else if (!read.Message.Value.AsSpan().SequenceEqual(record.Write(posts[number])))
            {
                verdict.Differs($"{topic}: the record {at} is not as it came");
            }
        }

        foreach (var at in expected.Keys.Where(at => !seen.Contains(at)))
        {
            verdict.Differs($"{topic}: the record {at} is missing");
        }

        var rows = new Dictionary<(int, long), int>();
        await foreach (var row in database.Query($"SELECT source_partition, source_offset FROM {view} WHERE graph = '{names.Graph}'"))
        {
            var at = (int.Parse(row[0], CultureInfo.InvariantCulture), long.Parse(row[1], CultureInfo.InvariantCulture));
            rows[at] = rows.GetValueOrDefault(at) + 1;
        }

        foreach (var at in expected.Keys.Union(rows.Keys).Where(at => rows.GetValueOrDefault(at) != (expected.ContainsKey(at) ? 1 : 0)))
        {
            verdict.Differs($"{view}: the record {at} stands there {rows.GetValueOrDefault(at)} times");
        }
    }

    private static string Describe(JsonElement row)
    {
        var ledger = row.GetProperty("ledger");
        long Of(string name) => ledger.GetProperty(name).GetInt64();
        return $"consumed {Of("consumed")} = counted {Of("counted")} + unmatched {Of("unmatched")} + late {Of("late")} + dead {Of("dead")}, next offset {row.GetProperty("next_offset").GetInt64()}";
    }

    private static long Header(ConsumeResult<byte[]?, byte[]?> read, string name) =>
        long.Parse(Encoding.ASCII.GetString(read.Message.Headers.GetLastBytes(name)), CultureInfo.InvariantCulture);
}
