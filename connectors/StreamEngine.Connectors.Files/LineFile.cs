using System.IO.Compression;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Connectors.Files;

/// <summary>
/// A file of JSON lines that is begun, or gone on with after whatever ended the process that wrote it. What such a process had begun to
/// write is taken away: half a line at the end, and of a packed file the missing end of its last member. Those lines were not
/// acknowledged and are written again. A file in which anything else would be lost is refused and left as it is.
/// </summary>
internal static class LineFile
{
    private const int LongestLine = 64 << 20;

    /// <summary>Whether a file of this name holds its lines in gzip.</summary>
    public static bool IsPacked(string path) => path.EndsWith(".gz", StringComparison.Ordinal);

    /// <summary>Opens a file for writing, empty or, where it is gone on with, at its end.</summary>
    /// <exception cref="SinkException">It is not a file that this sink has written, or it is damaged.</exception>
    public static Stream Open(string path, bool goesOn, ILogger logger)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var lacksEnd = goesOn && File.Exists(path) && (IsPacked(path) ? MendPacked(path, logger) : MendPlain(path, logger));
        Stream file = new FileStream(path, goesOn ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read);
        file = IsPacked(path) ? new GZipStream(file, CompressionLevel.Fastest) : file;
        if (lacksEnd)
        {
            logger.LogWarning("{Path} ends with a whole line that lacks its end; this is written behind it", path);
            file.WriteByte((byte)'\n');
        }

        return file;
    }

    /// <summary>Takes half a line away.</summary>
    /// <returns>Whether a whole line lacks its end.</returns>
    private static bool MendPlain(string path, ILogger logger)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        var end = EndOfLines(file);
        if (file.Length - end > LongestLine)
        {
            throw NoLine(path);
        }

        var rest = new byte[file.Length - end];
        file.Position = end;
        file.ReadExactly(rest);
        var shape = ShapeOfRest(path, rest);
        if (shape == LineShape.Beginning)
        {
            logger.LogWarning("{Path} ends with {Bytes} bytes of a line that was not written to its end; they are taken away, and the line is written again", path, rest.Length);
            file.SetLength(end);
        }

        return shape == LineShape.Whole;
    }

    /// <summary>The length up to the last end of a line.</summary>
    private static long EndOfLines(FileStream file)
    {
        var block = new byte[64 * 1024];
        for (var end = file.Length; end > 0;)
        {
            var start = Math.Max(0, end - block.Length);
            file.Position = start;
            var bytes = block.AsSpan(0, (int)(end - start));
            file.ReadExactly(bytes);
            if (bytes.LastIndexOf((byte)'\n') is >= 0 and var at)
            {
                return start + at + 1;
            }

            end = start;
        }

        return 0;
    }

    /// <summary>Packs what can be read anew, where the last member has no end or the last line is half a line.</summary>
    /// <returns>Whether a whole line lacks its end.</returns>
    private static bool MendPacked(string path, ILogger logger)
    {
        var (cutOff, rest) = CopyLines(path, null);
        var shape = ShapeOfRest(path, rest);
        if (!cutOff && shape != LineShape.Beginning)
        {
            return shape == LineShape.Whole;
        }

        var mended = path + ".mending";
        try
        {
            using (var file = File.Create(mended))
            {
                using (var into = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
                {
                    CopyLines(path, into);
                    into.Write(shape == LineShape.Whole ? rest : []);
                }

                file.Flush(flushToDisk: true);
            }

            File.Move(mended, path, overwrite: true);
        }
        finally
        {
            File.Delete(mended);
        }

        logger.LogWarning("{Path} was not written to its end; all of its whole lines are kept, and the rest is written again", path);
        return shape == LineShape.Whole;
    }

    /// <summary>Reads lines as far as there are any and copies them; those that are copied must be JSON objects.</summary>
    /// <returns>Whether the file is cut off, and what follows its last end of a line.</returns>
    /// <exception cref="SinkException">The file is not cut off but damaged, or not one of JSON lines in gzip.</exception>
    private static (bool CutOff, byte[] Remainder) CopyLines(string path, Stream? into)
    {
        using var file = new EndingStream(File.OpenRead(path));
        using var from = new GZipStream(file, CompressionMode.Decompress);
        var block = new byte[64 * 1024];
        var held = new MemoryStream();
        for (long lines = 0; ;)
        {
            int read;
            try
            {
                read = from.Read(block);
            }
            catch (InvalidDataException) when (file.Ended)
            {
                return (true, held.ToArray());
            }
            catch (InvalidDataException error)
            {
                throw Refusal(path, IsGzip(path) ? $"its gzip data is damaged behind line {lines}, before its end: {error.Message}" : "it is not gzip, though its name ends in .gz", error);
            }

            if (read == 0)
            {
                return file.Ended ? (false, held.ToArray()) : throw Refusal(path, "something that is not gzip follows its gzip data");
            }

            var bytes = block.AsSpan(0, read);
            if (bytes.LastIndexOf((byte)'\n') is >= 0 and var at)
            {
                held.Write(bytes[..at]);
                lines += into is null ? bytes.Count((byte)'\n') : CopyWhole(path, held.GetBuffer().AsSpan(0, (int)held.Length), into, lines);
                held.SetLength(0);
                bytes = bytes[(at + 1)..];
            }

            held.Write(bytes);
            if (held.Length > LongestLine)
            {
                throw NoLine(path);
            }
        }
    }

    private static long CopyWhole(string path, ReadOnlySpan<byte> bytes, Stream into, long before)
    {
        var lines = before;
        foreach (var range in bytes.Split((byte)'\n'))
        {
            lines++;
            if (LineShapes.Of(bytes[range]) != LineShape.Whole)
            {
                throw Refusal(path, $"it is cut off, and its line {lines} is no JSON object");
            }
        }

        into.Write(bytes);
        into.WriteByte((byte)'\n');
        return lines - before;
    }

    private static bool IsGzip(string path)
    {
        using var file = File.OpenRead(path);
        return file.ReadByte() == 0x1F && file.ReadByte() is 0x8B or -1;
    }

    private static LineShape ShapeOfRest(string path, ReadOnlySpan<byte> rest) => LineShapes.Of(rest) is var shape && shape != LineShape.Other
        ? shape
        : throw Refusal(path, $"what follows its last end of a line, {rest.Length} bytes, is no beginning of a line that this sink writes");

    private static SinkException NoLine(string path) => Refusal(path, $"no line ends in the last {LongestLine >> 20} MiB of it");

    private static SinkException Refusal(string path, string reason, Exception? inner = null) =>
        new($"sink 'file' cannot go on with {path}: {reason}. Is it a file of something else, name another one in the option 'path'; else repair it or move it away, and a new one is begun", inner);
}
