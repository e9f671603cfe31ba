using System.Text;
using StreamEngine.Text.Features;

namespace StreamEngine.Tests.Text.Tokens;

public class UnitReaderTests
{
    private static readonly string[] _pieces =
    [
        "word", "Word", "w", "WW", "a", "AB", "Ab", "aB", "B2", "2B", "x1y2", "12", "3.5", "don't", "l'été", "semi-final", "rock'n'roll", "end-", "quote'", "-", "'", "'tis",
        "soooo", "aaa", "aab", "1111", "a111", "http", "https", "http://a.b/c", "HTTPS://X.Y", "www.x.nl", "hthing", "www", "wwords", "ht", "h", "#tag", "#tág", "@me", "@", "#",
        ".", ",", ";", ":", "...", "..", "?!", "!!", "word.", "word,", "word;", "word:", "word..", "word!", "wo.rd", "a,b", ":)", ":-(", "8)", "xD", "<3", "&lt;3", "&amp;", "&", "AT&T",
        "żółw", "naïve", "perché", "c'è", "ééé", "éaaa", "ŁÓDŹ", "Żabka", "À", "àà'à", "a×b", "5÷", "ß", "ÿ", "ą!", "?ą", "#ąb", "@ąb", "#A", "#Ab", "#ab!", "@ab,", "#a-b", "@a'b", "##a", "#1", "#a1", "word?", "!", "?", "ø'ø", "ĳ", "\u0180", "é", "\u00A0", "a\u00A0b", "\u200B", "👍", "👍🏽", "🇳🇱", "1️⃣", "word👍", "(word)", "\"word\"", "word…", "_a_", "a_b", "@a_b", "supercalifragilistic", "eightlen", "sixteen-letters1",
        "\t", "\n", "\0", "\u007F", "a\u007Fb",
    ];

    [Fact]
    public void It_reads_what_the_plain_reader_reads_whatever_the_pieces()
    {
        var random = new Random(5);
        for (var round = 0; round < 40_000; round++)
        {
            var text = new StringBuilder();
            for (var left = random.Next(40); left > 0; left--)
                text.Append(_pieces[random.Next(_pieces.Length)]).Append(random.Next(5) == 0 ? "" : new string(' ', 1 + (random.Next(20) / 19)));
            Same(Encoding.UTF8.GetBytes(text.ToString()), round % 3 == 0 ? 1 + random.Next(20) : 128);
        }
    }

    [Fact]
    public void It_reads_what_the_plain_reader_reads_whatever_the_bytes()
    {
        var random = new Random(6);
        for (var round = 0; round < 40_000; round++)
        {
            var bytes = new byte[random.Next(300)];
            random.NextBytes(bytes);
            if (round % 2 == 0)
            {
                for (var i = 0; i < bytes.Length; i++)
                    bytes[i] = " abBhtw.,'-#@!\u00C3\u00C4\u00A9\u0097"u8[bytes[i] % 22];
            }
            Same(bytes, 128);
        }
    }

    [Fact]
    public void It_reads_words_at_every_place_of_a_block_and_texts_of_every_length()
    {
        for (var lead = 0; lead < 130; lead++)
        {
            foreach (var word in new[] { "word", "Word.", "HTTP", "yesss", "don't", "12", "OK" })
                Same(Encoding.UTF8.GetBytes(new string('a', lead % 7) + new string(' ', lead) + word), 128);
        }

        for (var length = 0; length < 2_100; length++)
            Same(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("these are, plain words. ", 100))[..length]), 128);
    }

    private static readonly UnitReader _reader = new();

    private static void Same(byte[] text, int room)
    {
        var expected = new Unit[room];
        var actual = new Unit[room];
        var count = new PostReader(text).Read(expected);
        var found = _reader.Read(text, actual);
        for (var i = 0; i < count; i++)
        {
            var (e, a) = (expected[i], actual[i]);
            if ((e.Key, e.Start, e.Length, e.Kind, e.Flags) != (a.Key, a.Start, a.Length, a.Kind, a.Flags))
                Assert.Fail($"unit {i} is ({a.Key:x}, {a.Start}, {a.Length}, {a.Kind}, {a.Flags}), not ({e.Key:x}, {e.Start}, {e.Length}, {e.Kind}, {e.Flags}), in: {Convert.ToHexString(text)}");
        }
        Assert.Equal(count, found);
    }
}
