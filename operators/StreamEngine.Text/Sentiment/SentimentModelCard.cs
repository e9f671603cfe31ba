namespace StreamEngine.Text.Sentiment;

/// <summary>How a sentiment model came to be; kept inside its file.</summary>
public sealed record SentimentModelCard
{
    /// <summary>The model's name.</summary>
    public required string Name { get; init; }

    /// <summary>The day it was trained, ISO 8601; the one part of a file that the seed does not decide.</summary>
    public required string Trained { get; init; }

    /// <summary>The seed of training.</summary>
    public required int Seed { get; init; }

    /// <summary>The number of texts it was trained on.</summary>
    public required int Texts { get; init; }

    /// <summary>The data sets it was trained on, with the number of texts of each.</summary>
    public required IReadOnlyDictionary<string, int> Sets { get; init; }
}
