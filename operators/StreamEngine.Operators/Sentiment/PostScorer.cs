using System.Security.Cryptography;
using StreamEngine.Core.Operators;
using StreamEngine.Text.Mentions;
using StreamEngine.Text.MLNet;
using StreamEngine.Text.Sentiment;

namespace StreamEngine.Operators;

/// <summary>Scores posts with whatever model a graph names. One per task; allocates nothing once warm.</summary>
internal abstract class PostScorer
{
    private static readonly SharedByFile<SentimentModel> _models = new(SentimentModel.Load);
    private static readonly SharedByFile<MLNetModel> _mlNetModels = new(path => MLNetModel.Load(path));
    private static readonly SharedByFile<string> _mlNetVersions = new(path => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))[..12]);
    private static readonly Lazy<SentimentModel> _default = new(SentimentModel.LoadDefault, LazyThreadSafetyMode.PublicationOnly);

    /// <summary>Makes a scorer of the model that options name.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no sentiment model.</exception>
    /// <exception cref="MLNetModelException">It is no ML.NET model that can be run.</exception>
    /// <exception cref="FormatException">The classes given are not classes, or are missing where they are needed.</exception>
    /// <exception cref="ArgumentException">The classes given do not fit the model's labels.</exception>
    public static PostScorer Create(OptionSet options)
    {
        var path = options.Get(SentimentDefinition.Model);
        var classes = options.Get(SentimentDefinition.Classes);
        if (path is not null && IsMLNet(path))
        {
            var model = _mlNetModels.Get(path);
            var map = classes.IsEmpty
                ? MLNetClassMap.Infer(model.Labels) ?? throw new FormatException($"the model's labels {string.Join(", ", model.Labels)} do not tell their classes; give them, like {{ {model.Labels[0]}: negative, … }}")
                : new MLNetClassMap(classes);
            return new OfMLNet(model.CreateScorer(map));
        }

        return classes.IsEmpty
            ? new OfProduct(PerThread.Of(path is null ? _default.Value : _models.Get(path), model => new SentimentScorers(model)))
            : throw new FormatException("only an ML.NET model (a .zip in option 'model') takes classes");
    }

    /// <summary>The version of the model that options name: the first twelve digits of its file's SHA-256.</summary>
    public static string Version(OptionSet options) => options.Get(SentimentDefinition.Model) is not { } path ? _default.Value.Version
        : IsMLNet(path) ? _mlNetVersions.Get(path) : _models.Get(path).Version;

    private static bool IsMLNet(string path) => Path.GetExtension(path).Equals(".zip", StringComparison.OrdinalIgnoreCase);

    /// <summary>Scores texts; one that is absent counts as empty.</summary>
    public abstract void Score(ReadOnlySpan<byte> data, ReadOnlySpan<int> offsets, ReadOnlySpan<int> lengths, Span<float> negative, Span<float> neutral, Span<float> positive);

    /// <summary>Scores the mentions in posts, on the calling thread; null where the model cannot tell mentions apart.</summary>
    public virtual MentionScorer? Mentions => null;

    private sealed class OfProduct(ThreadLocal<SentimentScorers> scorers) : PostScorer
    {
        public override MentionScorer Mentions => scorers.Value!.Mentions;

        public override void Score(ReadOnlySpan<byte> data, ReadOnlySpan<int> offsets, ReadOnlySpan<int> lengths, Span<float> negative, Span<float> neutral, Span<float> positive) =>
            scorers.Value!.Posts.Score(data, offsets, lengths, negative, neutral, positive);
    }

    private sealed class OfMLNet(MLNetScorer scorer) : PostScorer
    {
        public override void Score(ReadOnlySpan<byte> data, ReadOnlySpan<int> offsets, ReadOnlySpan<int> lengths, Span<float> negative, Span<float> neutral, Span<float> positive) =>
            scorer.Score(data, offsets, lengths, negative, neutral, positive);
    }
}
