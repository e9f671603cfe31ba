using System.IO.Compression;
using Microsoft.Extensions.Logging;

namespace StreamEngine.Connectors.Files;

/// <summary>A file of lines that is begun, or gone on with after whatever ended the process that wrote it.</summary>
internal static class LineFile
{
    /// <summary>Whether a file of this name holds its lines in gzip.</summary>
    public static bool IsPacked(string path) => path.EndsWith(".gz", StringComparison.Ordinal);

    /// <summary>Opens a file for writing, empty or, where it is gone on with, at its end.</summary>
    public static Stream Open(string path, bool goesOn, ILogger logger)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (goesOn && File.Exists(path))
        {
            Mend(path, logger);
        }

        Stream file = new FileStream(path, goesOn ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read);
        return IsPacked(path) ? new GZipStream(file, CompressionLevel.Fastest) : file;
    }

    /// <summary>
    /// Takes away what a process that was killed had begun to write: half a line, and of a packed file the part without an end, behind
    /// which nothing could be read. Those lines were not acknowledged and are written again.
    /// </summary>
    private static void Mend(string path, ILogger logger)
    {
        if (IsPacked(path))
        {
            MendPacked(path, logger);
            return;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        var end = EndOfLines(file);
        if (end < file.Length)
        {
            logger.LogWarning("{Path} ends with {Bytes} bytes of a line that was not written to its end; they are taken away, and the line is written again", path, file.Length - end);
            file.SetLength(end);
        }
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

    private static void MendPacked(string path, ILogger logger)
    {
        if (CopyLines(path, Stream.Null))
        {
            return;
        }

        var mended = path + ".mending";
        using (var into = new GZipStream(File.Create(mended), CompressionLevel.Fastest))
        {
            CopyLines(path, into);
        }

        logger.LogWarning("{Path} was not written to its end; what can be read of it, up to the last whole line, is kept, and the rest is written again", path);
        File.Move(mended, path, overwrite: true);
    }

    /// <summary>Copies whole lines as far as they can be read.</summary>
    /// <returns>Whether that was all.</returns>
    private static bool CopyLines(string path, Stream into)
    {
        using var from = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        var block = new byte[64 * 1024];
        var held = new MemoryStream();
        while (true)
        {
            int read;
            try
            {
                read = from.Read(block);
            }
            catch (InvalidDataException)
            {
                return false;
            }

            var bytes = block.AsSpan(0, read);
            if (read == 0)
            {
                return held.Length == 0;
            }

            if (bytes.LastIndexOf((byte)'\n') is >= 0 and var at)
            {
                held.WriteTo(into);
                held.SetLength(0);
                into.Write(bytes[..(at + 1)]);
                bytes = bytes[(at + 1)..];
            }

            held.Write(bytes);
        }
    }
}
