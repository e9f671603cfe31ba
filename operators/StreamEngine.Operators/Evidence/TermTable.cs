using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>
/// The usual terms of a brand's negative posts: how many posts had each, the past counting less. At most <see cref="Capacity"/> terms: one
/// that is new takes the place and the count of the rarest (A. Metwally and others, "Efficient computation of frequent and top-k elements in
/// data streams", 2005), so a count is never too low and too high at most by the rarest's.
/// </summary>
internal sealed class TermTable
{
    /// <summary>How many terms are kept; 16 bytes each.</summary>
    public const int Capacity = 96;

    private const int FirstCapacity = 8;

    private ulong[] _terms = [];
    private double[] _counts = [];
    private int _used;

    /// <summary>Posts learnt, the past counting less.</summary>
    public double Posts { get; private set; }

    /// <summary>Terms of all posts learnt, each once a post, the past counting less.</summary>
    public double Terms { get; private set; }

    /// <summary>Posts learnt that had a term, the past counting less.</summary>
    public double this[ulong term] => _terms.AsSpan(0, _used).IndexOf(term) is var place and >= 0 ? _counts[place] : 0;

    /// <summary>Lets the past fade to a part, 0 to 1.</summary>
    public void Fade(double left)
    {
        (Posts, Terms) = (Posts * left, Terms * left);
        foreach (ref var count in _counts.AsSpan(0, _used))
        {
            count *= left;
        }
    }

    /// <summary>Learns a post.</summary>
    public void Learn(ReadOnlySpan<Term> terms)
    {
        Posts++;
        foreach (var term in terms)
        {
            Terms++;
            var place = _terms.AsSpan(0, _used).IndexOf(term.Hash);
            if (place < 0)
            {
                place = PlaceFor(term.Hash);
            }

            _counts[place]++;
        }
    }

    public void Write(StateWriter writer)
    {
        writer.WriteDouble(Posts);
        writer.WriteDouble(Terms);
        writer.WriteCount(_used);
        for (var i = 0; i < _used; i++)
        {
            writer.WriteUInt64(_terms[i]);
            writer.WriteDouble(_counts[i]);
        }
    }

    public void Read(ref StateReader reader)
    {
        (Posts, Terms) = (reader.ReadDouble(), reader.ReadDouble());
        _used = (int)reader.ReadCount(Capacity);
        (_terms, _counts) = (new ulong[_used], new double[_used]);
        for (var i = 0; i < _used; i++)
        {
            (_terms[i], _counts[i]) = (reader.ReadUInt64(), reader.ReadDouble());
        }
    }

    private int PlaceFor(ulong term)
    {
        if (_used < Capacity)
        {
            if (_used == _terms.Length)
            {
                var capacity = Math.Min(Capacity, Math.Max(FirstCapacity, _used * 2));
                Array.Resize(ref _terms, capacity);
                Array.Resize(ref _counts, capacity);
            }

            _terms[_used] = term;
            return _used++;
        }

        var rarest = 0;
        for (var i = 1; i < _used; i++)
        {
            if (_counts[i] < _counts[rarest])
            {
                rarest = i;
            }
        }

        _terms[rarest] = term;
        return rarest;
    }
}
