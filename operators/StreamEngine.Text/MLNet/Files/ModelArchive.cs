using System.Buffers;
using System.IO.Compression;

namespace StreamEngine.Text.MLNet;

/// <summary>
/// The zip around a model. Parts are unpacked one at a time when asked for, in memory that grows with what
/// really arrives: a size that the zip merely claims never causes an allocation. Checksums are verified.
/// </summary>
internal sealed class ModelArchive : IDisposable
{
    private const string Container = "zip";
    private readonly ZipArchive _zip;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);
    private long _unpacked;

    private ModelArchive(ZipArchive zip, string file, MLNetModelLimits limits)
    {
        _zip = zip;
        File = file;
        Limits = limits;
    }

    /// <summary>Name of the file, for error messages.</summary>
    public string File { get; }

    public MLNetModelLimits Limits { get; }

    /// <summary>Opens a zip; <paramref name="stream"/> stays open and must outlive the archive.</summary>
    public static ModelArchive Open(Stream stream, string file, MLNetModelLimits limits)
    {
        var seekable = stream.CanSeek ? stream : Buffered(stream, file, limits);
        if (seekable.Length - seekable.Position > limits.MaxFileBytes)
            throw TooLong(file, limits);
        ZipArchive? zip = null;
        try
        {
            zip = new ZipArchive(seekable, ZipArchiveMode.Read, leaveOpen: true);
            var archive = new ModelArchive(zip, file, limits);
            archive.Index();
            return archive;
        }
        catch (Exception e) when (IsDamage(e))
        {
            zip?.Dispose();
            throw new MLNetModelException(file, Container, $"not a readable zip file: {e.Message}", e);
        }
        catch (MLNetModelException)
        {
            zip?.Dispose();
            throw;
        }
    }

    /// <summary>Whether the zip has an entry of this path; the separator is '/'.</summary>
    public bool Contains(string path) => _entries.ContainsKey(path);

    /// <summary>The unpacked bytes of an entry.</summary>
    public byte[] Read(string path)
    {
        if (!_entries.TryGetValue(path, out var entry))
            throw new MLNetModelException(File, path, "missing from the zip; the file is incomplete or not a model that ML.NET saved");
        if (entry.Length > Limits.MaxUnpackedBytes - _unpacked)
            throw TooMuch(path);
        try
        {
            using var source = entry.Open();
            var bytes = Unpack(source, path);
            if (bytes.Length != entry.Length)
                throw new MLNetModelException(File, path, $"damaged: it unpacks to {bytes.Length} bytes, the zip says {entry.Length}");
            if (Crc32.Of(bytes) != entry.Crc32)
                throw new MLNetModelException(File, path, "damaged: its checksum (CRC-32) is not the one that the zip gives");
            return bytes;
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw new MLNetModelException(File, path, $"cannot be unpacked: {e.Message}", e);
        }
    }

    public void Dispose() => _zip.Dispose();

    private static bool IsDamage(Exception e) =>
        e is InvalidDataException or IOException or NotSupportedException or ArgumentException or OverflowException;

    private static MLNetModelException TooLong(string file, MLNetModelLimits limits) =>
        new(file, Container, $"larger than {limits.MaxFileBytes:N0} bytes (raise {nameof(MLNetModelLimits)}.{nameof(MLNetModelLimits.MaxFileBytes)} to read it)");

    private static MemoryStream Buffered(Stream stream, string file, MLNetModelLimits limits)
    {
        var memory = new MemoryStream();
        var chunk = new byte[64 * 1024];
        while (stream.Read(chunk) is > 0 and var read)
        {
            if (memory.Length + read > limits.MaxFileBytes)
                throw TooLong(file, limits);
            memory.Write(chunk.AsSpan(0, read));
        }
        memory.Position = 0;
        return memory;
    }

    private void Index()
    {
        if (_zip.Entries.Count > Limits.MaxEntries)
            throw new MLNetModelException(File, Container, $"{_zip.Entries.Count:N0} entries, more than the {Limits.MaxEntries:N0} allowed");
        foreach (var entry in _zip.Entries)
        {
            // ML.NET on Windows writes '\' between directories.
            var path = entry.FullName.Replace('\\', '/');
            if (!_entries.TryAdd(path, entry))
                throw new MLNetModelException(File, path, "stands in the zip twice");
        }
    }

    private byte[] Unpack(Stream source, string path)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            var length = 0;
            while (source.Read(buffer, length, buffer.Length - length) is > 0 and var read)
            {
                length += read;
                if (length > Limits.MaxUnpackedBytes - _unpacked)
                    throw TooMuch(path);
                if (length == buffer.Length)
                    buffer = Doubled(buffer);
            }
            _unpacked += length;
            return buffer.AsSpan(0, length).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Doubled(byte[] buffer)
    {
        var doubled = ArrayPool<byte>.Shared.Rent(checked(buffer.Length * 2));
        buffer.CopyTo(doubled, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return doubled;
    }

    private MLNetModelException TooMuch(string path) =>
        new(File, path, $"unpacks to more than the {Limits.MaxUnpackedBytes:N0} bytes allowed (raise {nameof(MLNetModelLimits)}.{nameof(MLNetModelLimits.MaxUnpackedBytes)} to read it)");
}
