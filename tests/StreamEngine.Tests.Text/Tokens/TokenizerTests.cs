using System.Text;
using StreamEngine.Text;

namespace StreamEngine.Tests.Text.Tokens;

public class TokenizerTests
{
    private static readonly string[] _pieces =
    [
        "word", "WORD", "soooo", "l'été", "don’t", "semi-final", "#hash", "#żółć", "@user_1", "https://t.co/a…", "www.x.nl", "12.50", "10:30", "1️⃣", "👍🏽", "👨‍👩‍👧", "🇳🇱", "🇮🇹🇵🇱", "❤️",
        ":-)", ":(", "<3", "&lt;3", "&amp;", "caf&eacute;", "&#128512;", "!!!", "?!", "…", "...", " ", "\n", "\u00A0", "\u200D", "\uFE0F", "日本語", "Ελλάδα", "é", "e\u0301", "-", "'", "&", "#", "@", "\0", "８",
        "🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F",
    ];

    private static List<(TokenKind Kind, string Text, TokenFlags Flags)> Tokens(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var tokens = new List<(TokenKind, string, TokenFlags)>();
        var tokenizer = new Tokenizer(bytes);
        while (tokenizer.MoveNext(out var token))
            tokens.Add((token.Kind, Encoding.UTF8.GetString(bytes, token.Start, token.Length), token.Flags));
        return tokens;
    }

    [Theory]
    [InlineData("l'été semi-final don’t caf&eacute;", TokenKind.Word, "l'été", "semi-final", "don’t", "caf&eacute;")]
    [InlineData("#Zomer2025 #żółć,#a_b", TokenKind.Hashtag, "#Zomer2025", "#żółć", "#a_b")]
    [InlineData("@user_1 @ING: (@x)", TokenKind.Handle, "@user_1", "@ING", "@x")]
    [InlineData("zie https://t.co/Ab?c=1&d WWW.bol.com http://a.nl/…", TokenKind.Link, "https://t.co/Ab?c=1&d", "WWW.bol.com", "http://a.nl/")]
    [InlineData("12.50 om 10:30, 5.", TokenKind.Number, "12.50", "10:30", "5")]
    [InlineData("👍🏽ok👨‍👩‍👧🇳🇱🇮🇹❤️ 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ©&#128512;", TokenKind.Emoji, "👍🏽", "👨‍👩‍👧", "🇳🇱", "🇮🇹", "❤️", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "©", "&#128512;")]
    [InlineData("leuk:-)) :'( <3 &lt;3 ;P (: ^_^ 8)", TokenKind.Emoticon, ":-))", ":'(", "<3", "&lt;3", ";P", "(:", "^_^", "8)")]
    [InlineData("wat?! nee!!! ... & &amp; $", TokenKind.Punctuation, "?!", "!!!", "...", "&", "&amp;", "$")]
    public void Each_kind_is_cut_out_as_a_reader_sees_it(string text, TokenKind kind, params string[] expected) =>
        Assert.Equal(expected, Tokens(text).Where(token => token.Kind == kind).Select(token => token.Text));

    [Theory]
    [InlineData("WOW wow Wow ÉTÉ 3D", TokenFlags.Capitals, "WOW")]
    [InlineData("sooo so cooool coool!!! !! longwordsoverthirtytwocharactersssss", TokenFlags.Elongated, "sooo", "cooool", "coool", "!!!", "longwordsoverthirtytwocharactersssss")]
    [InlineData("naïve plain &eacute;t", TokenFlags.NeedsFolding, "naïve", "&eacute;t")]
    public void Signals_of_tone_are_kept(string text, TokenFlags flag, params string[] expected) =>
        Assert.Equal(expected, Tokens(text).Where(token => token.Flags.HasFlag(flag)).Select(token => token.Text));

    [Fact]
    public void A_word_is_the_same_wherever_it_stands_in_the_text()
    {
        foreach (var length in Enumerable.Range(1, 70))
        {
            var word = new string('a', length - 1) + "b";
            foreach (var before in Enumerable.Range(0, 40))
            {
                var text = new string(' ', before) + word + (before % 3 == 0 ? " tail of some length that fills the window" : "");
                Assert.Equal(word, Tokens(text)[0].Text);
            }
        }
    }

    [Fact]
    public void Tokens_lie_in_order_inside_any_bytes_and_never_split_a_code_point()
    {
        const int seed = 41;
        var random = new Random(seed);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = RandomText(random);
            var tokenizer = new Tokenizer(bytes);
            var end = 0;
            while (tokenizer.MoveNext(out var token))
            {
                var where = $"seed {seed}, round {round}, {Convert.ToHexString(bytes)}, {token}";
                Assert.True(token.Start >= end && token.Length > 0 && token.End <= bytes.Length, where);
                Assert.True(IsBoundary(bytes, token.Start) && IsBoundary(bytes, token.End), where);
                end = token.End;
            }
        }
    }

    [Fact]
    public void Nothing_but_white_space_marks_and_controls_is_left_between_tokens()
    {
        const int seed = 42;
        var random = new Random(seed);
        for (var round = 0; round < 5_000; round++)
        {
            var bytes = RandomText(random);
            var covered = new bool[bytes.Length];
            var tokenizer = new Tokenizer(bytes);
            while (tokenizer.MoveNext(out var token))
                covered.AsSpan(token.Start, token.Length).Fill(true);
            for (var i = 0; i < bytes.Length; i++)
                Assert.True(covered[i] || !char.IsAsciiLetterOrDigit((char)bytes[i]) && !char.IsPunctuation((char)(bytes[i] & 0x7F)) || bytes[i] >= 0x80 || IsEntityOfSpace(bytes, i), $"seed {seed}, round {round}, offset {i} of {Convert.ToHexString(bytes)}");
        }
    }

    private static bool IsEntityOfSpace(byte[] bytes, int at)
    {
        var start = Array.LastIndexOf(bytes, (byte)'&', at);
        return start >= 0 && at - start < 10;
    }

    private static byte[] RandomText(Random random)
    {
        using var text = new MemoryStream();
        for (var pieces = random.Next(1, 14); pieces > 0; pieces--)
        {
            if (random.Next(6) == 0)
            {
                var noise = new byte[random.Next(1, 9)];
                random.NextBytes(noise);
                text.Write(noise);
            }
            else
                text.Write(Encoding.UTF8.GetBytes(_pieces[random.Next(_pieces.Length)]));
            if (random.Next(2) == 0)
                text.WriteByte((byte)' ');
        }
        return text.ToArray();
    }

    // A boundary is a place that decoding from the start arrives at.
    private static bool IsBoundary(byte[] bytes, int offset)
    {
        var at = 0;
        while (at < offset)
        {
            Rune.DecodeFromUtf8(bytes.AsSpan(at), out _, out var length);
            at += length;
        }
        return at == offset;
    }
}
