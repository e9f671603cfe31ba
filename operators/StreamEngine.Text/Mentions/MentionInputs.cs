using StreamEngine.Text.Features;

namespace StreamEngine.Text.Mentions;

/// <summary>The inputs of a <see cref="MentionModel"/> for one mention: hashed features of the words around it, and numbers.</summary>
internal ref struct MentionInputs
{
    /// <summary>How many units of a post count.</summary>
    public const int UnitsRead = 256;

    /// <summary>The most features: two per unit and one per clause feature.</summary>
    public const int Most = UnitsRead * (2 + ClauseFeatures.MostPerUnit);

    private const uint OwnedMark = 0xC3C3_0000, PlacedMark = 0xC3C3_0100, ClauseMarked = 0xC3C3_0200;
    private const float LeastLogarithm = -6;

    public readonly Span<uint> Features;
    public readonly Span<float> Dense;

    public MentionInputs(Span<uint> features, Span<float> dense)
    {
        Features = features;
        Dense = dense;
    }

    public int Count { get; private set; }

    public void Clear() => Count = 0;

    /// <summary>Adds a word by whose it is, and, where it is the mention's own, by its place.</summary>
    public void Add(uint word, int weight, int distance, bool before)
    {
        Features[Count++] = WordHash.Pair(OwnedMark + Owner(weight), word);
        if (weight >= 4)
            Features[Count++] = WordHash.Pair(PlacedMark + (before ? 8u : 0u) + Bucket(distance), word);
    }

    /// <summary>Adds a pair or negated word by whose it is; of the others' none.</summary>
    public void AddClause(uint key, int weight)
    {
        if (weight >= 4)
            Features[Count++] = WordHash.Pair(ClauseMarked, key);
    }

    /// <summary>Sets the numbers: what the words around the mention say, and what the whole post says.</summary>
    public readonly void SetDense(SentimentScore own, SentimentScore post)
    {
        Dense[0] = Logarithm(own.Negative);
        Dense[1] = Logarithm(own.Neutral);
        Dense[2] = Logarithm(own.Positive);
        Dense[3] = Logarithm(post.Negative);
        Dense[4] = Logarithm(post.Neutral);
        Dense[5] = Logarithm(post.Positive);
        Dense[6] = 1;
    }

    private static float Logarithm(float probability) => MathF.Max(LeastLogarithm, MathF.Log(probability));

    private static uint Owner(int weight) => weight >= 4 ? 0u : weight >= 2 ? 1u : 2u;

    private static uint Bucket(int distance) => distance switch { <= 1 => 0, <= 2 => 1, <= 4 => 2, <= 8 => 3, <= 16 => 4, _ => 5 };
}
