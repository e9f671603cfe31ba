namespace StreamEngine.Chaos.Oracle;

/// <summary>What a window is counted for.</summary>
internal readonly record struct WindowKey(string Brand, string Channel, string Language, long Start) : IComparable<WindowKey>
{
    public int CompareTo(WindowKey other) =>
        Start != other.Start ? Start.CompareTo(other.Start) : string.CompareOrdinal($"{Brand}\t{Channel}\t{Language}", $"{other.Brand}\t{other.Channel}\t{other.Language}");

    public override string ToString() => $"{Brand}/{(Channel.Length > 0 ? Channel : "-")}/{(Language.Length > 0 ? Language : "-")} {DateTimeOffset.FromUnixTimeMilliseconds(Start):HH:mm:ss}";
}

/// <summary>What a window should hold.</summary>
internal sealed class ExpectedWindow
{
    public long Posts { get; set; }

    public long Negative { get; set; }

    public long Neutral { get; set; }

    public long Positive { get; set; }

    public long Reach { get; set; }

    public long Late { get; set; }

    public double ScoreSum { get; set; }

    public long First { get; set; } = long.MaxValue;

    public long Last { get; set; } = long.MinValue;

    public HashSet<int> Authors { get; } = [];
}
