namespace StreamEngine.Tests.Operators.Dedupe;

/// <summary>What <c>dedupe</c> lets through, by a list that is searched from end to end.</summary>
internal sealed class DedupeOracle(long within, int most, long latest)
{
    private readonly List<(string Name, long Start, int Bucket)> _known = [];
    private long _now = long.MinValue / 2;

    public long Duplicates { get; private set; }

    public long WithoutId { get; private set; }

    public bool LetsThrough(Copy copy)
    {
        _now = copy.Time <= latest ? Math.Max(_now, copy.Time) : _now;
        _known.RemoveAll(known => _now >= known.Start + (within / 8) + within);
        if (copy.Rows == 0)
        {
            return false;
        }

        if (copy.Name is null)
        {
            WithoutId++;
            return true;
        }

        if (_known.Exists(known => known.Name == copy.Name))
        {
            Duplicates++;
            return false;
        }

        if (_known.Count == most)
        {
            var oldest = _known[0].Bucket;
            _known.RemoveAll(known => known.Bucket == oldest);
        }

        var start = (long)Math.Floor(_now / (double)(within / 8)) * (within / 8);
        var bucket = _known.Count == 0 ? 0 : _known[^1].Bucket;
        var full = _known.Count(known => known.Bucket == bucket) >= most / 8;
        _known.Add((copy.Name, start, full || _known.Count == 0 || _known[^1].Start != start ? bucket + 1 : bucket));
        return true;
    }
}
