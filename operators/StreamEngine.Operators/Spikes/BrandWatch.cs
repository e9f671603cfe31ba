using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>What is watched of a brand: one kind of posts, what is usual for it, and its incident.</summary>
internal sealed class BrandWatch(AlertKind kind, CountLaw law)
{
    public AlertKind Kind { get; } = kind;

    public CountModel Model { get; private set; } = new(law);

    /// <summary>The sums up to an open bucket, for those after it: as long as nothing up to it changes.</summary>
    public (long Index, FadingSums Sums)? Ahead { get; set; }

    public Incident? Incident { get; set; }

    /// <summary>No incident opens in buckets before this; ms since 1970.</summary>
    public long QuietUntil { get; set; } = long.MinValue;

    /// <summary>Start of the first of the closed buckets that were high without a break; ms since 1970, <see cref="long.MaxValue"/> where the last was not.</summary>
    public long HighSince { get; set; } = long.MaxValue;

    /// <summary>Spikes that stayed without an alert since the last one.</summary>
    public long Suppressed { get; set; }

    /// <summary>The usual share of posts of this kind, 0 to 1.</summary>
    public double UsualShare => Model.Level / (Model.Level + Model.OthersLevel);

    /// <summary>Forgets what is usual.</summary>
    public void StartAgain()
    {
        Model = new CountModel(law);
        Model.Days.Unstored = true;
        HighSince = long.MaxValue;
    }

    public void Write(StateWriter writer)
    {
        Model.Write(writer);
        writer.WriteSigned(QuietUntil);
        writer.WriteSigned(HighSince);
        writer.WriteCount(Suppressed);
        writer.WriteByte((byte)(Incident is null ? 0 : 1));
        Incident?.Write(writer);
    }

    public void Read(ref StateReader reader)
    {
        Model.Read(ref reader);
        QuietUntil = reader.ReadSigned();
        HighSince = reader.ReadSigned();
        Suppressed = reader.ReadCount();
        Incident = reader.ReadFlag() ? Incident.Read(ref reader) : null;
    }
}
