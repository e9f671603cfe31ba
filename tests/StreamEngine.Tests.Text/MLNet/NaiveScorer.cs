namespace StreamEngine.Tests.Text.MLNet;

/// <summary>Scores with a <see cref="SmallModel"/> by strings, dictionaries and plain loops, as the format's rules read.</summary>
internal sealed class NaiveScorer(SmallModel model)
{
    public float[] Raw(string text)
    {
        var folded = Fold(text);
        var words = model.Separators is [' '] ? folded.Split(' ') : folded.Split(model.Separators);
        var wordKeys = words.Select(word => word.Trim(' ')).Where(word => word.Length > 0)
            .Select(word => (uint)(Array.IndexOf(model.Words, word) + 1)).ToArray();
        var charKeys = folded.Length == 0 ? [] : new uint[] { 2 }.Concat(folded.Select(c => (uint)c)).Append(3u).ToArray();

        var features = new List<(int Slot, float Value)>();
        features.AddRange(Block(charKeys, model.CharGrams, model.CharLength, 0, model.WordGrams.Length, 0));
        features.AddRange(Block(wordKeys, model.WordGrams, model.WordLength, model.Skips, 0, model.CharGrams.Length));
        var values = features.Select(f => f.Value).ToArray();
        return model.Weights.Select((row, c) => model.Biases[c] + Sum(values, features.Select(f => row[f.Slot]).ToArray())).ToArray();
    }

    private string Fold(string text) => new(text
        .Where(c => c is < '\u0300' or > '\u036F').Where(c => model.KeepPunctuation || !char.IsPunctuation(c))
        .Select(c => char.ToLowerInvariant(c is 'é' or 'É' ? 'e' : c)).ToArray());

    private List<(int Slot, float Value)> Block(uint[] keys, uint[][] grams, int length, int skips, int firstIdf, int offset)
    {
        var counts = new SortedDictionary<int, int>();
        for (var i = 0; i < keys.Length; i++)
        {
            foreach (var gram in GramsFrom(keys, i, length, skips))
            {
                var slot = Array.FindIndex(grams, g => g.SequenceEqual(gram));
                if (slot >= 0)
                    counts[slot] = counts.GetValueOrDefault(slot) + 1;
            }
        }
        var values = counts.Select(pair => model.Weighting switch
        {
            1 => (float)model.Idf[firstIdf + pair.Key],
            2 => (float)(pair.Value * model.Idf[firstIdf + pair.Key]),
            _ => pair.Value,
        }).ToArray();
        var size = model.Norm switch
        {
            0 => MathF.Sqrt(Sum(values, values)),
            2 => values.Sum(),
            3 => values.DefaultIfEmpty().Max(),
            _ => 0,
        };
        var factor = size > 0 ? 1 / size : 1;
        return counts.Keys.Zip(values, (slot, value) => (slot + offset, value * (factor < 1e-8f ? 1 : factor))).ToList();
    }

    /// <summary>All choices of up to <paramref name="length"/> keys from <paramref name="first"/> on that leave out up to <paramref name="skips"/>.</summary>
    private static IEnumerable<uint[]> GramsFrom(uint[] keys, int first, int length, int skips)
    {
        IEnumerable<List<int>> Grow(List<int> chosen)
        {
            yield return chosen;
            if (chosen.Count == length)
                yield break;
            var skipped = chosen[^1] - first - (chosen.Count - 1);
            for (var next = chosen[^1] + 1; next < keys.Length && next - chosen[^1] - 1 + skipped <= skips; next++)
            {
                foreach (var longer in Grow([.. chosen, next]))
                    yield return longer;
            }
        }
        return Grow([first]).Select(chosen => chosen.Select(i => keys[i]).ToArray());
    }

    /// <summary>Sum of products in the order that x64 with AVX2 and FMA gives.</summary>
    private static float Sum(float[] x, float[] w)
    {
        var sum = 0f;
        if (x.Length < 16)
        {
            for (var i = 0; i < x.Length; i++)
                sum += x[i] * w[i];
            return sum;
        }
        var a = new float[8];
        var at = 0;
        for (; at + 8 <= x.Length; at += 8)
        {
            for (var l = 0; l < 8; l++)
                a[l] = MathF.FusedMultiplyAdd(x[at + l], w[at + l], a[l]);
        }
        if (at + 4 <= x.Length)
        {
            sum = (x[at] * w[at] + x[at + 1] * w[at + 1]) + (x[at + 2] * w[at + 2] + x[at + 3] * w[at + 3]);
            at += 4;
        }
        for (; at < x.Length; at++)
            sum += x[at] * w[at];
        return sum + (((a[0] + a[1]) + (a[2] + a[3])) + ((a[4] + a[5]) + (a[6] + a[7])));
    }
}
