using System.Runtime.InteropServices;

namespace StreamEngine.Text.Training.Translation;

/// <summary>
/// How often words of translations stand for words of the originals: IBM model 1, fitted by expectation maximisation
/// (Brown et al. 1993, "The Mathematics of Statistical Machine Translation").
/// </summary>
internal sealed class WordAlignment
{
    private const int Rounds = 6, MostWords = 64;
    /// <summary>The word of the original that words stand for which translate nothing.</summary>
    private const uint Nothing = 0;

    private readonly Dictionary<(uint From, uint To), int> _pairs = [];
    private readonly List<(uint From, uint To)> _keys = [];
    // Per row, for each word of the translation the pairs with every word of the original and with none.
    private readonly List<(int[] Pairs, int Choices)> _rows = [];
    private double[] _counts = [];

    public WordAlignment(IEnumerable<(TranslatedRow Original, TranslatedRow Translation)> rows)
    {
        foreach (var (original, translation) in rows)
        {
            uint[] from = [.. original.Words.Take(MostWords), Nothing];
            _rows.Add(([.. translation.Words.Take(MostWords).SelectMany(to => from.Select(word => Pair(word, to)))], from.Length));
        }
        Fit();
    }

    /// <summary>Each word of the translations with the word that it stands for most often, and how often, in rows.</summary>
    public Dictionary<uint, (uint Original, double Rows)> Best()
    {
        var best = new Dictionary<uint, (uint Original, double Rows)>();
        for (var pair = 0; pair < _counts.Length; pair++)
        {
            var (from, to) = _keys[pair];
            if (from == Nothing)
                continue;
            ref var found = ref CollectionsMarshal.GetValueRefOrAddDefault(best, to, out _);
            if (_counts[pair] > found.Rows)
                found = (from, _counts[pair]);
        }
        return best;
    }

    private int Pair(uint from, uint to)
    {
        ref var pair = ref CollectionsMarshal.GetValueRefOrAddDefault(_pairs, (from, to), out var known);
        if (!known)
        {
            pair = _keys.Count;
            _keys.Add((from, to));
        }
        return pair;
    }

    private void Fit()
    {
        var shares = new double[_keys.Count];
        Array.Fill(shares, 1);
        _counts = new double[shares.Length];
        for (var round = 0; round < Rounds; round++)
        {
            Array.Clear(_counts);
            foreach (var (pairs, choices) in _rows)
            {
                for (var at = 0; at < pairs.Length; at += choices)
                    Count(pairs.AsSpan(at, choices), shares);
            }
            var totals = new Dictionary<uint, double>();
            for (var pair = 0; pair < shares.Length; pair++)
                CollectionsMarshal.GetValueRefOrAddDefault(totals, _keys[pair].From, out _) += _counts[pair];
            for (var pair = 0; pair < shares.Length; pair++)
                shares[pair] = _counts[pair] / totals[_keys[pair].From];
        }
    }

    /// <summary>Shares one occurrence out among the words that it may stand for.</summary>
    private void Count(ReadOnlySpan<int> choices, double[] shares)
    {
        var total = 0.0;
        foreach (var pair in choices)
            total += shares[pair];
        foreach (var pair in choices)
            _counts[pair] += shares[pair] / total;
    }
}
