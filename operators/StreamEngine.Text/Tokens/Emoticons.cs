namespace StreamEngine.Text;

/// <summary>What an emoticon shows.</summary>
internal enum EmoticonMood : byte
{
    Smile,
    Laugh,
    Wink,
    Tongue,
    Kiss,
    Sad,
    Cry,
    Doubt,
    Surprise,
    Love,
    BrokenHeart,
    Bored,
}

/// <summary>Recognises faces of ASCII signs: eyes, a nose or none, and a mouth that may be repeated; reversed faces; hearts.</summary>
internal static class Emoticons
{
    /// <summary>Reads the emoticon at the start of <paramref name="text"/>.</summary>
    /// <returns>Its length in bytes, or 0 where none stands there.</returns>
    public static int Match(ReadOnlySpan<byte> text, out EmoticonMood mood)
    {
        mood = EmoticonMood.Smile;
        if (text.Length < 2)
            return 0;
        switch (text[0])
        {
            case (byte)':' or (byte)';' or (byte)'=' or (byte)'8':
                return Face(text, 0, out mood);
            case (byte)'>':
                return text[1] is (byte)':' or (byte)';' ? Angry(text, out mood) : 0;
            case (byte)'(' or (byte)')':
                return Reversed(text, out mood);
            case (byte)'<':
                return Heart(text, out mood);
            case (byte)'^':
                mood = EmoticonMood.Smile;
                return text[1] == '^' ? 2 : Pair(text, (byte)'^');
            case (byte)'-':
                mood = EmoticonMood.Bored;
                return Pair(text, (byte)'-');
            default:
                return 0;
        }
    }

    private static int Face(ReadOnlySpan<byte> text, int eyes, out EmoticonMood mood)
    {
        mood = EmoticonMood.Smile;
        var at = eyes + 1;
        var tears = at < text.Length && text[at] == '\'' && text[eyes] is (byte)':' or (byte)';';
        if (tears)
            at++;
        if (at < text.Length && text[at] is (byte)'-' or (byte)'o' or (byte)'^' or (byte)'c' && at + 1 < text.Length && IsMouth(text[at + 1]))
            at++;
        if (at >= text.Length || !IsMouth(text[at]))
            return 0;
        var mouth = text[at];
        // A figure as eyes makes numbers and lists far more often than faces.
        if (text[eyes] == '8' && mouth is not ((byte)')' or (byte)'D'))
            return 0;
        if (text[eyes] == '=' && mouth is (byte)'/' or (byte)'>' or (byte)'<' or (byte)'3')
            return 0;
        mood = Mood(mouth, text[eyes] == ';', tears);
        while (at < text.Length && text[at] == mouth)
            at++;
        return (IsLetter(mouth) || mouth == '3') && at < text.Length && IsLetterOrDigit(text[at]) ? 0 : at;
    }

    private static int Angry(ReadOnlySpan<byte> text, out EmoticonMood mood)
    {
        var length = Face(text, 1, out mood);
        if (length > 0)
            mood = EmoticonMood.Sad;
        return length;
    }

    private static int Reversed(ReadOnlySpan<byte> text, out EmoticonMood mood)
    {
        mood = text[0] == '(' ? EmoticonMood.Smile : EmoticonMood.Sad;
        var at = text[1] == '-' ? 2 : 1;
        if (at >= text.Length || text[at] is not ((byte)':' or (byte)';' or (byte)'='))
            return 0;
        // "(:" before a word is a face; "):" after a parenthesis with a list behind it is not.
        return text[0] == ')' && at + 1 < text.Length ? 0 : at + 1;
    }

    private static int Heart(ReadOnlySpan<byte> text, out EmoticonMood mood)
    {
        mood = EmoticonMood.Love;
        if (text[1] == '/' && text.Length > 2 && text[2] == '3')
        {
            mood = EmoticonMood.BrokenHeart;
            return 3;
        }
        if (text[1] != '3')
            return 0;
        var at = 2;
        while (at < text.Length && text[at] == '3')
            at++;
        return at < text.Length && IsLetterOrDigit(text[at]) ? 0 : at;
    }

    private static int Pair(ReadOnlySpan<byte> text, byte eye)
    {
        var at = 1;
        while (at < text.Length && text[at] is (byte)'_' or (byte)'.')
            at++;
        return at > 1 && at < text.Length && text[at] == eye ? at + 1 : 0;
    }

    private static bool IsMouth(byte b) => b is (byte)')' or (byte)'(' or (byte)']' or (byte)'[' or (byte)'D' or (byte)'d' or (byte)'p' or (byte)'P'
        or (byte)'/' or (byte)'\\' or (byte)'|' or (byte)'*' or (byte)'o' or (byte)'O' or (byte)'3' or (byte)'>' or (byte)'<' or (byte)'s' or (byte)'S'
        or (byte)'$' or (byte)'}' or (byte)'{' or (byte)'@' or (byte)'x' or (byte)'X';

    private static EmoticonMood Mood(byte mouth, bool wink, bool tears) => mouth switch
    {
        (byte)')' or (byte)']' or (byte)'}' or (byte)'3' or (byte)'>' => wink ? EmoticonMood.Wink : EmoticonMood.Smile,
        (byte)'D' or (byte)'d' => EmoticonMood.Laugh,
        (byte)'p' or (byte)'P' => EmoticonMood.Tongue,
        (byte)'*' or (byte)'x' or (byte)'X' => EmoticonMood.Kiss,
        (byte)'o' or (byte)'O' => EmoticonMood.Surprise,
        (byte)'/' or (byte)'\\' or (byte)'|' or (byte)'s' or (byte)'S' or (byte)'$' => EmoticonMood.Doubt,
        _ => tears ? EmoticonMood.Cry : EmoticonMood.Sad,
    };

    private static bool IsLetter(byte b) => (uint)((b | 0x20) - 'a') < 26;

    private static bool IsLetterOrDigit(byte b) => IsLetter(b) || (uint)(b - '0') < 10;
}
