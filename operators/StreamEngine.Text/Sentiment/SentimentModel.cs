using System.Numerics;

namespace StreamEngine.Text.Sentiment;

/// <summary>
/// A trained sentiment model, immutable and shared by any number of <see cref="SentimentScorer"/>s.
/// </summary>
/// <remarks>
/// The features of a post are summed, each with its inverse document frequency, and the sum is divided by the length
/// that the vector of the post's features has; it adds to the classes directly and through hidden units.
/// </remarks>
public sealed class SentimentModel
{
    private readonly ulong[] _clauses;
    private readonly FeatureTable _features;

    internal SentimentModel(SentimentWeights weights, SentimentModelCard card, string hash)
    {
        Weights = weights;
        Card = card;
        Hash = hash;
        _features = new FeatureTable(weights);
        _clauses = BuildClauses(weights);
    }

    /// <summary>The model's name.</summary>
    public string Name => Card.Name;

    /// <summary>SHA-256 of the model file, in hexadecimal: what alerts and windows name as the model's version.</summary>
    public string Hash { get; }

    /// <summary>The first twelve digits of <see cref="Hash"/>.</summary>
    public string Version => Hash[..12];

    /// <summary>How the model came to be.</summary>
    public SentimentModelCard Card { get; }

    internal SentimentWeights Weights { get; }

    /// <summary>Clause features by open addressing: key in the low half, then three signed numbers and the frequency, a byte each; 0 is empty.</summary>
    internal ulong[] Clauses => _clauses;

    /// <summary>The entry of a clause feature in <see cref="Clauses"/>; 0 where the model does not know it.</summary>
    internal ulong FindClause(uint key)
    {
        var mask = (uint)_clauses.Length - 1;
        var slot = key & mask;
        ulong clause;
        while ((clause = _clauses[slot]) != 0 && (uint)clause != key)
            slot = (slot + 1) & mask;
        return clause;
    }

    /// <summary>Loads a model file.</summary>
    /// <exception cref="InvalidDataException">The file is no sentiment model, or it is damaged; the message says which.</exception>
    public static SentimentModel Load(string path) => ModelFile.Load(path, Load);

    /// <summary>Loads a model from a stream, which is read to its end.</summary>
    /// <exception cref="InvalidDataException">The stream holds no sentiment model, or it is damaged; the message says which.</exception>
    public static SentimentModel Load(Stream stream) => SentimentModelFile.Read(stream);

    /// <summary>Loads the model that ships with the program: <c>models/sentiment.bin</c> beside the assembly.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public static SentimentModel LoadDefault() => Load(ShippedModels.Find("sentiment.bin"));

    /// <summary>Writes the model as a file that <see cref="Load(Stream)"/> reads.</summary>
    public void Save(Stream stream) => SentimentModelFile.Write(Weights, Card, stream);

    /// <summary>What each unit feature adds.</summary>
    internal FeatureTable Features => _features;

    private static ulong[] BuildClauses(SentimentWeights weights)
    {
        var capacity = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, weights.ClauseKeys.Length * 2));
        var table = new ulong[capacity];
        for (var i = 0; i < weights.ClauseKeys.Length; i++)
        {
            var slot = (int)(weights.ClauseKeys[i] & (uint)(capacity - 1));
            while (table[slot] != 0)
                slot = (slot + 1) & (capacity - 1);
            var rows = weights.ClauseRows.AsSpan(i * 3, 3);
            table[slot] = weights.ClauseKeys[i] | ((ulong)(byte)rows[0] << 32) | ((ulong)(byte)rows[1] << 40) | ((ulong)(byte)rows[2] << 48)
                | ((ulong)weights.ClauseFrequencies[i] << 56);
        }
        return table;
    }
}
