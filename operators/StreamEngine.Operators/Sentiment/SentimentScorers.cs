using StreamEngine.Text.Mentions;
using StreamEngine.Text.Sentiment;

namespace StreamEngine.Operators;

/// <summary>The scorers of one model for one thread. Both use the same cache of words.</summary>
internal sealed class SentimentScorers(SentimentModel model)
{
    private static readonly Lazy<MentionModel> _mentionModel = new(MentionModel.LoadDefault, LazyThreadSafetyMode.PublicationOnly);

    private MentionScorer? _mentions;

    /// <summary>Scores whole posts.</summary>
    public SentimentScorer Posts { get; } = new(model);

    /// <summary>Scores the mentions in posts.</summary>
    public MentionScorer Mentions => _mentions ??= new(Posts, _mentionModel.Value);
}
