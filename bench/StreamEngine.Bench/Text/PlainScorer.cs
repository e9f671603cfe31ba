namespace StreamEngine.Bench.Text;

/// <summary>
/// What one writes first: lower-case, split into strings, look words, pairs and n-grams up in a dictionary. It does
/// the same work as the engine's scorer (three classes, no hidden units) with weights of no meaning.
/// </summary>
internal sealed class PlainScorer
{
    private readonly Dictionary<string, float[]> _weights = [];

    public double Score(string text)
    {
        var sums = new double[3];
        string? previous = null;
        foreach (var word in text.ToLowerInvariant().Split([' ', ',', '.', '!', '?', ':', ';', '(', ')', '"'], StringSplitOptions.RemoveEmptyEntries))
        {
            Add(word, sums);
            if (previous is not null)
                Add(previous + " " + word, sums);
            previous = word;
            var bordered = "<" + word + ">";
            for (var size = 3; size <= 5; size++)
            {
                for (var i = 0; i + size <= bordered.Length; i++)
                    Add(bordered.Substring(i, size), sums);
            }
        }
        var top = sums.Max();
        var odds = sums.Select(sum => Math.Exp(sum - top)).ToArray();
        return (odds[2] - odds[0]) / odds.Sum();
    }

    private void Add(string feature, double[] sums)
    {
        if (!_weights.TryGetValue(feature, out var weights))
            _weights.Add(feature, weights = [feature.Length * 0.01f, 0.02f, (feature[0] % 16) * 0.01f]);
        for (var c = 0; c < sums.Length; c++)
            sums[c] += weights[c];
    }
}
