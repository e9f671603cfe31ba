using System.Text;
using StreamEngine.Text;

namespace StreamEngine.Tests.Text.Tokens;

public class TextFoldingTests
{
    private static string Fold(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var folded = new byte[TextFolding.MaxFoldedLength(bytes.Length)];
        return Encoding.UTF8.GetString(folded, 0, TextFolding.Fold(bytes, folded));
    }

    private static string FoldTypography(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var (folded, character) = (new List<byte>(), new byte[4]);
        for (var at = 0; at < bytes.Length;)
        {
            folded.AddRange(character[..TextFolding.FoldTypography(bytes, at, character, out var length)]);
            at += length;
        }
        return Encoding.UTF8.GetString([.. folded]);
    }

    [Theory]
    [InlineData("ÀÉÎÕÜ çñ Łódź ŻÓŁĆ Straße ÆØÅ œuvre", "aeiou cn lodz zolc strasse aeoa oeuvre")]
    [InlineData("e\u0301te\u0301 \u0130stanbul Việt", "ete istanbul viet")]
    [InlineData("“Don’t” – wait… ＡＢＣ", "\"don't\" - wait... abc")]
    [InlineData("caf&eacute; AT&amp;T &#8217;n", "cafe at&t 'n")]
    [InlineData("ΑΘΗΝΑ МОСКВА 日本", "αθηνα москва 日本")]
    [InlineData("soft\u00ADhyphen zero\u200Bwidth", "softhyphen zerowidth")]
    public void Case_diacritics_and_typography_fold_away(string text, string expected) => Assert.Equal(expected, Fold(text));

    [Theory]
    [InlineData("ÀÉ çñ Łódź Straße ÆØÅ İſK", "ÀÉ çñ Łódź Straße ÆØÅ İſK")]
    [InlineData("“Don’t” – wait… ＡＢｃ\u3000«µª»", "\"Don't\" - wait... ABc \"µª\"")]
    [InlineData("Caf&eacute; AT&amp;T &#8217;N &nope;", "Café AT&T 'N &nope;")]
    [InlineData("Soft\u00ADHyphen zero\u200BWidth e\u0301 👍\uFE0F", "SoftHyphen zeroWidth e\u0301 👍")]
    public void Typography_alone_folds_away(string text, string expected)
    {
        Assert.Equal(expected, FoldTypography(text));
        Assert.Equal(Fold(text), Fold(FoldTypography(text)));
    }

    [Fact]
    public void A_character_without_its_typography_folds_to_the_same()
    {
        for (var codePoint = 1; codePoint <= 0x10FFFF; codePoint++)
        {
            if (Rune.IsValid(codePoint) && codePoint != '&')
                Assert.Equal(Fold($"{new Rune(codePoint)}"), Fold(FoldTypography($"{new Rune(codePoint)}")));
        }
    }

    [Fact]
    public void Any_bytes_fold_to_valid_text_within_the_bound_and_offsets_lead_back()
    {
        const int seed = 7;
        var random = new Random(seed);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(0, 90)];
            random.NextBytes(bytes);
            for (var i = 0; i < bytes.Length; i++)
            {
                if (random.Next(4) != 0)
                    bytes[i] = (byte)random.Next(0x20, 0x7F);
            }
            var folded = new byte[TextFolding.MaxFoldedLength(bytes.Length)];
            var offsets = new int[folded.Length];
            var length = TextFolding.Fold(bytes, folded, offsets);
            var where = $"seed {seed}, round {round}, {Convert.ToHexString(bytes)}";
            Assert.True(System.Text.Unicode.Utf8.IsValid(folded.AsSpan(0, length)), where);
            for (var i = 0; i < length; i++)
            {
                Assert.True(offsets[i] < bytes.Length && (i == 0 || offsets[i] >= offsets[i - 1]), where);
                if (folded[i] < 0x80 && bytes[offsets[i]] is < 0x80 and not (byte)'&')
                    Assert.Equal((char)folded[i], char.ToLowerInvariant((char)bytes[offsets[i]]));
                Assert.False(folded[i] is >= (byte)'A' and <= (byte)'Z', where);
                Assert.True(offsets[i] == TextFolding.SourceOffset(bytes, i), where);
            }
            Assert.True(TextFolding.SourceOffset(bytes, length) is var end && (end == bytes.Length || TextFolding.Fold(bytes.AsSpan(end), folded) == 0), where);
        }
    }

    [Fact]
    public void Long_ASCII_text_folds_like_short_text()
    {
        const int seed = 8;
        var random = new Random(seed);
        for (var length = 0; length < 300; length++)
        {
            var text = new string([.. Enumerable.Range(0, length).Select(_ => (char)random.Next(0x20, 0x7F)).Select(c => c == '&' ? 'Z' : c)]);
            Assert.Equal(text.ToLowerInvariant(), Fold(text));
        }
    }

    [Fact]
    public void A_destination_too_short_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => TextFolding.Fold("straße"u8, new byte[6]));
        Assert.Contains("too few", error.Message, StringComparison.Ordinal);
        Assert.Equal(7, TextFolding.Fold("straße"u8, new byte[7]));
    }
}
