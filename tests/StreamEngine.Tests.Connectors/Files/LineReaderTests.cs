using System.IO.Compression;
using System.Text;
using StreamEngine.Connectors.Files;

namespace StreamEngine.Tests.Connectors.Files;

public sealed class LineReaderTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("a", new[] { "1:a" })]
    [InlineData("a\n", new[] { "1:a" })]
    [InlineData("a\r\nb\r\n", new[] { "1:a", "2:b" })]
    [InlineData("a\n\n\r\nb\rc", new[] { "1:a", "2:", "3:", "4:b\rc" })]
    public void Lines_end_with_either_kind_of_break_or_the_end_and_are_counted_from_1(string text, string[] expected)
    {
        var bytes = Encoding.UTF8.GetBytes(text);

        Assert.Equal(expected, Read(new MemoryStream(bytes)));
        Assert.Equal(expected, Read(new MemoryStream(Gzip(bytes))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_is_its_lines_byte_for_byte_without_the_empty_ones(bool packed)
    {
        using var folder = new TempFolder();
        using (Stream file = packed ? new System.IO.Compression.GZipStream(File.Create(folder["lines"]), System.IO.Compression.CompressionLevel.Fastest) : File.Create(folder["lines"]))
        {
            file.Write("a\n\nb\r\n"u8);
            file.Write([0xC3, 0xFF]);
        }

        Assert.Equal(["61", "62", "C3FF"], LineReader.ReadFile(folder["lines"]).Select(line => Convert.ToHexString(line.Span)));
    }

    [Fact]
    public void Lines_of_any_length_come_whole_whatever_pieces_the_stream_gives()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var lines = Enumerable.Range(1, random.Next(1, 30)).Select(i => $"{i}:{new string((char)('a' + (i % 26)), random.Next(5) == 0 ? random.Next(300_000) : random.Next(100))}").ToList();
            var bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines.Select(l => l[(l.IndexOf(':', StringComparison.Ordinal) + 1)..])) + "\n");

            Assert.Equal(lines, Read(new Pieces(bytes, random)));
            Assert.Equal(lines, Read(new Pieces([.. Gzip(bytes[..(bytes.Length / 2)]), .. Gzip(bytes[(bytes.Length / 2)..])], random)));
        }
    }

    [Fact]
    public void A_gzip_stream_that_is_cut_off_or_damaged_is_an_error_wherever_that_is()
    {
        var random = new Random(3);
        var text = Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 3000).Select(i => $"{i} {random.Next()}")));
        var packed = Gzip(text);
        for (var i = 0; i < 60; i++)
        {
            var cut = packed[..random.Next(3, packed.Length)];
            Assert.Throws<InvalidDataException>(() => Read(new MemoryStream(cut)));
            var damaged = packed.ToArray();
            damaged[random.Next(20, packed.Length - 8)] ^= 0x55;
            Assert.Throws<InvalidDataException>(() => Read(new MemoryStream(damaged)));
        }
    }

    private static List<string> Read(Stream stream)
    {
        using var reader = new LineReader(stream);
        var lines = new List<string>();
        while (reader.TryRead(out var line))
        {
            lines.Add($"{reader.LineNumber}:{Encoding.UTF8.GetString(line)}");
        }

        Assert.False(reader.TryRead(out _));
        return lines;
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    /// <summary>A stream that gives a few bytes at a time, as pipes do.</summary>
    private sealed class Pieces(byte[] bytes, Random random) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, random.Next(1, 50_000)));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, random.Next(1, 50_000))]);
    }
}
