namespace StreamEngine.Text.Languages;

/// <summary>The languages that are told apart.</summary>
public enum Language : byte
{
    /// <summary>None of them, or no words to tell by.</summary>
    Unknown,

    /// <summary>nl</summary>
    Dutch,

    /// <summary>it</summary>
    Italian,

    /// <summary>pl</summary>
    Polish,

    /// <summary>en</summary>
    English,

    /// <summary>de</summary>
    German,

    /// <summary>fr</summary>
    French,

    /// <summary>es</summary>
    Spanish,

    /// <summary>pt</summary>
    Portuguese,
}

/// <summary>The two-letter codes (ISO 639-1) of <see cref="Language"/>.</summary>
public static class LanguageCode
{
    private static readonly string[] _codes = ["unknown", "nl", "it", "pl", "en", "de", "fr", "es", "pt"];

    /// <summary>All codes in the order of <see cref="Language"/>; the first is "unknown".</summary>
    public static IReadOnlyList<string> All => _codes;

    /// <summary>The code of a language.</summary>
    public static string Of(Language language) => _codes[(int)language];

    /// <summary>The language of a code; <see cref="Language.Unknown"/> for any other word.</summary>
    public static Language Parse(string? code) => (Language)Math.Max(0, Array.IndexOf(_codes, code));
}
