using StreamEngine.Core.State;


namespace StreamEngine.Operators;

/// <summary>A crisis of one brand, from its first alert to its last.</summary>
internal sealed class Incident
{
    /// <summary>Deterministic: a hash of graph, operator, brand and opening bucket.</summary>
    public required string Id { get; init; }

    /// <summary>Start of the bucket that opened it, ms since 1970.</summary>
    public required long OpenedAt { get; init; }

    /// <summary>It opened as a slow burn: it goes on while the long horizon is high.</summary>
    public bool IsSlow { get; init; }

    /// <summary>Event time of the first post in it.</summary>
    public long FirstSeen { get; set; } = long.MaxValue;

    /// <summary>Event time of the last post in it.</summary>
    public long LastSeen { get; set; } = long.MinValue;

    /// <summary>End of the last bucket that was elevated.</summary>
    public long ElevatedUntil { get; set; }

    /// <summary>Severity of the last alert.</summary>
    public int Severity { get; set; }

    /// <summary>Number of the last alert, from 1.</summary>
    public int Sequence { get; set; }

    /// <summary>Bucket of the last alert: there is at most one per bucket.</summary>
    public long AlertedBucket { get; set; }

    /// <summary>The last elevated finding.</summary>
    public Finding Last { get; set; }

    /// <summary>Posts of its kind by channel, of buckets that are closed.</summary>
    public SortedDictionary<string, long> Channels { get; } = new(StringComparer.Ordinal);

    /// <summary>Posts of its kind by language, of buckets that are closed.</summary>
    public SortedDictionary<string, long> Languages { get; } = new(StringComparer.Ordinal);

    /// <summary>The reason that was last told.</summary>
    public AlertEvidence Evidence { get; set; } = AlertEvidence.None;

    /// <summary>Source partition → the newest offset among the records of the buckets looked at.</summary>
    public SortedDictionary<int, long> Sources { get; } = [];

    /// <summary>Takes in the content of a closed bucket.</summary>
    public void Absorb(OpenBucket bucket, AlertKind kind)
    {
        foreach (var ((channel, language), part) in bucket.Parts)
        {
            Count(Channels, channel, part.Counts.Observed(kind));
            Count(Languages, language, part.Counts.Observed(kind));
        }
    }

    /// <summary>Notes how far a bucket goes in the source.</summary>
    public void Follow(OpenBucket bucket)
    {
        foreach (var part in bucket.Parts.Values)
        {
            var reader = new EvidenceReader(part.Evidence);
            while (reader.NextSource(out var partition, out var end))
            {
                Sources[partition] = Math.Max(end - 1, Sources.GetValueOrDefault(partition, -1));
            }
        }
    }

    /// <summary>Adds to the count of a name, where there is one.</summary>
    public static void Count(SortedDictionary<string, long> counts, string? name, long posts)
    {
        if (name is not null && posts > 0)
        {
            counts[name] = counts.GetValueOrDefault(name) + posts;
        }
    }

    public void Write(StateWriter writer)
    {
        writer.WriteString(Id);
        writer.WriteSigned(OpenedAt);
        writer.WriteByte((byte)(IsSlow ? 1 : 0));
        writer.WriteSigned(FirstSeen);
        writer.WriteSigned(LastSeen);
        writer.WriteSigned(ElevatedUntil);
        writer.WriteCount(Severity);
        writer.WriteCount(Sequence);
        writer.WriteSigned(AlertedBucket);
        Last.Write(writer);
        WriteCounts(Channels, writer);
        WriteCounts(Languages, writer);
        Evidence.Write(writer);
        writer.WriteCount(Sources.Count);
        foreach (var (partition, offset) in Sources)
        {
            writer.WriteCount(partition);
            writer.WriteCount(offset);
        }
    }

    public static Incident Read(ref StateReader reader)
    {
        var incident = new Incident { Id = reader.ReadString(), OpenedAt = reader.ReadSigned(), IsSlow = reader.ReadFlag() };
        incident.FirstSeen = reader.ReadSigned();
        incident.LastSeen = reader.ReadSigned();
        incident.ElevatedUntil = reader.ReadSigned();
        incident.Severity = (int)reader.ReadCount(10);
        incident.Sequence = (int)reader.ReadCount(int.MaxValue);
        incident.AlertedBucket = reader.ReadSigned();
        incident.Last = Finding.Read(ref reader);
        ReadCounts(incident.Channels, ref reader);
        ReadCounts(incident.Languages, ref reader);
        incident.Evidence = AlertEvidence.Read(ref reader);
        for (var left = reader.ReadCount(1 << 20); left > 0; left--)
        {
            incident.Sources[(int)reader.ReadCount(1 << 20)] = reader.ReadCount();
        }

        return incident;
    }

    private static void WriteCounts(SortedDictionary<string, long> counts, StateWriter writer)
    {
        writer.WriteCount(counts.Count);
        foreach (var (name, count) in counts)
        {
            writer.WriteString(name);
            writer.WriteCount(count);
        }
    }

    private static void ReadCounts(SortedDictionary<string, long> counts, ref StateReader reader)
    {
        for (var left = reader.ReadCount(1 << 20); left > 0; left--)
        {
            var name = reader.ReadString();
            counts[name] = reader.ReadCount();
        }
    }
}
