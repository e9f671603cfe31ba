using System.Runtime.InteropServices;
using StreamEngine.Text.Features;

namespace StreamEngine.Text.Training;

/// <summary>
/// What lexicons say of words: a grade of blame or praise per word, the mean of all lexicons that list it, regardless of
/// language. Words of one grade share a feature in training, so that a word that few texts hold has the weight that its
/// like have earned; in the model it is part of the word's own numbers.
/// </summary>
internal sealed class LexiconPriors
{
    /// <summary>Strong blame, blame, praise, strong praise.</summary>
    public const int Grades = 4;

    private const double Strong = 0.45, Weak = 0.08;

    private readonly Dictionary<uint, int> _grades = [];

    private LexiconPriors()
    {
    }

    /// <summary>Collects the entries among texts; those of several words are left out.</summary>
    public static LexiconPriors Of(IEnumerable<LabelledText> texts)
    {
        var valences = new Dictionary<uint, (double Sum, int Count)>();
        var units = new Unit[4];
        var features = new uint[WordFeatures.Most];
        foreach (var text in texts)
        {
            if (text.Valence is not { } valence || new PostReader(text.Text).Read(units) != 1 || units[0].Kind == UnitKind.Break)
                continue;
            WordFeatures.List(in units[0], text.Text.AsSpan(units[0].Start, units[0].Length), features, out _);
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(valences, features[0], out _);
            sum = (sum.Sum + valence, sum.Count + 1);
        }
        var priors = new LexiconPriors();
        foreach (var (word, (sum, count)) in valences)
        {
            var mean = sum / count;
            if (Math.Abs(mean) >= Weak)
                priors._grades.Add(word, mean < -Strong ? 0 : mean < 0 ? 1 : mean < Strong ? 2 : 3);
        }
        return priors;
    }

    /// <summary>The grade of a word by its key; -1 for none.</summary>
    public int Grade(uint word) => _grades.GetValueOrDefault(word, -1);
}
