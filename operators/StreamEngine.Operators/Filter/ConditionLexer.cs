namespace StreamEngine.Operators;

/// <summary>What a part of a condition's text is.</summary>
internal enum ConditionTokenKind
{
    End,

    /// <summary>A name, a number, a time or a keyword.</summary>
    Word,

    /// <summary>A text in quotes.</summary>
    Quoted,

    /// <summary>An operator or a bracket.</summary>
    Sign,
}

/// <summary>A part of a condition's text; a quoted text without its quotes.</summary>
internal readonly record struct ConditionToken(ConditionTokenKind Kind, string Text, int Position)
{
    public bool Is(string text) => Kind is ConditionTokenKind.Word or ConditionTokenKind.Sign && Text == text;

    public override string ToString() => Kind == ConditionTokenKind.End ? "the end" : $"'{Text}'";
}

/// <summary>A condition's text is wrong at a place.</summary>
internal sealed class ConditionException(int position, string message) : Exception(message)
{
    /// <summary>The character, from 0.</summary>
    public int Position { get; } = position;
}

/// <summary>Cuts a condition's text into its parts.</summary>
internal static class ConditionLexer
{
    private static readonly string[] _signs = ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ","];

    /// <summary>Cuts a text; the last part is <see cref="ConditionTokenKind.End"/>.</summary>
    /// <exception cref="ConditionException">A quote is not closed or a sign is not known.</exception>
    public static List<ConditionToken> Cut(string text)
    {
        var tokens = new List<ConditionToken>();
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            var token = Next(text, at);
            tokens.Add(token);
            at += token.Text.Length + (token.Kind == ConditionTokenKind.Quoted ? 2 : 0);
        }

        tokens.Add(new ConditionToken(ConditionTokenKind.End, "", text.Length));
        return tokens;
    }

    private static ConditionToken Next(string text, int at)
    {
        if (text[at] is '\'' or '"')
        {
            var end = text.IndexOf(text[at], at + 1);
            return end >= 0
                ? new ConditionToken(ConditionTokenKind.Quoted, text[(at + 1)..end], at)
                : throw new ConditionException(at, "this quote is not closed");
        }

        foreach (var sign in _signs)
        {
            if (string.CompareOrdinal(text, at, sign, 0, sign.Length) == 0)
            {
                return new ConditionToken(ConditionTokenKind.Sign, sign, at);
            }
        }

        var length = 0;
        while (at + length < text.Length && IsWordPart(text[at + length]))
        {
            length++;
        }

        return length > 0
            ? new ConditionToken(ConditionTokenKind.Word, text.Substring(at, length), at)
            : throw new ConditionException(at, text[at] == '=' ? "'=' is written '=='" : $"'{text[at]}' has no meaning here; put texts with signs in quotes");
    }

    private static bool IsWordPart(char c) => char.IsLetterOrDigit(c) || c is '_' or '.' or '-' or '+' or ':' or '@' or '#';
}
