namespace StreamEngine.Operators;

/// <summary>Cuts UTF-8 texts without splitting a code point.</summary>
internal static class Utf8Cut
{
    /// <summary>The longest prefix of at most <paramref name="max"/> bytes that ends between two code points.</summary>
    public static ReadOnlySpan<byte> To(ReadOnlySpan<byte> text, int max)
    {
        if (text.Length <= max)
        {
            return text;
        }

        var end = max;
        while (end > 0 && (text[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return text[..end];
    }
}
