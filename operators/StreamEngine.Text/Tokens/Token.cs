namespace StreamEngine.Text;

/// <summary>What a token is.</summary>
public enum TokenKind : byte
{
    /// <summary>Letters, marks and digits, with apostrophes and hyphens between letters ("l'été", "semi-final").</summary>
    Word,

    /// <summary>"#" and the word behind it.</summary>
    Hashtag,

    /// <summary>"@" and the account name behind it.</summary>
    Handle,

    /// <summary>A web address that starts with http://, https:// or www., or what is left of one that was cut ("http").</summary>
    Link,

    /// <summary>Digits, with points, commas and colons between digits ("12.50", "10:30").</summary>
    Number,

    /// <summary>One emoji as the reader sees it: with variation selector, skin tone and joined parts; a flag is one token.</summary>
    Emoji,

    /// <summary>A face or heart of ASCII signs (":-)", "&lt;3").</summary>
    Emoticon,

    /// <summary>A run of one punctuation sign or symbol ("!!!", "…"), or a run of "!" and "?".</summary>
    Punctuation,
}

/// <summary>Signals of tone that folding takes away.</summary>
[Flags]
public enum TokenFlags : byte
{
    /// <summary>Nothing to tell.</summary>
    None = 0,

    /// <summary>A word of two or more letters, all of them capitals.</summary>
    Capitals = 1,

    /// <summary>A letter or sign stands three times or more in a row.</summary>
    Elongated = 2,

    /// <summary>The token holds bytes that are not ASCII, or an HTML entity: read it through <see cref="TextFolding"/>.</summary>
    NeedsFolding = 4,
}

/// <summary>A token: its kind and where it stands in the text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Offset of its first byte.</param>
/// <param name="Length">Its length in bytes, at least 1.</param>
/// <param name="Flags">Signals of tone.</param>
public readonly record struct Token(TokenKind Kind, int Start, int Length, TokenFlags Flags)
{
    /// <summary>Offset of the byte after the token.</summary>
    public int End => Start + Length;
}
