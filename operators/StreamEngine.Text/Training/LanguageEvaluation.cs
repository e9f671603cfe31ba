using StreamEngine.Text.Languages;

namespace StreamEngine.Text.Training;

/// <summary>How well languages were told.</summary>
public sealed class LanguageEvaluation
{
    private readonly int[,] _confusion = new int[LanguageCode.All.Count, LanguageCode.All.Count];

    /// <summary>The number of texts.</summary>
    public int Count { get; private set; }

    /// <summary>The share of texts told right.</summary>
    public double Accuracy => Count == 0 ? 0 : (double)Enum.GetValues<Language>().Sum(language => _confusion[(int)language, (int)language]) / Count;

    /// <summary>The languages that occur.</summary>
    public IEnumerable<Language> Languages => Enum.GetValues<Language>().Where(language => Texts(language) > 0);

    /// <summary>The number of texts in a language.</summary>
    public int Texts(Language language) => Enum.GetValues<Language>().Sum(told => _confusion[(int)language, (int)told]);

    /// <summary>The share of a language's texts told right.</summary>
    public double AccuracyOf(Language language) => Texts(language) == 0 ? 0 : (double)_confusion[(int)language, (int)language] / Texts(language);

    /// <summary>The number of texts in one language that were told to be in another.</summary>
    public int Confusion(Language actual, Language told) => _confusion[(int)actual, (int)told];

    /// <summary>Counts a text.</summary>
    public void Add(Language actual, Language told)
    {
        Count++;
        _confusion[(int)actual, (int)told]++;
    }

    /// <summary>Identifies texts and compares.</summary>
    public static LanguageEvaluation Of(LanguageIdentifier identifier, IEnumerable<LanguageText> texts)
    {
        var evaluation = new LanguageEvaluation();
        foreach (var text in texts)
            evaluation.Add(text.Language, identifier.Identify(text.Text, out _));
        return evaluation;
    }
}
