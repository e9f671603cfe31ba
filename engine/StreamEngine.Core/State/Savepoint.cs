using System.Security.Cryptography;
using System.Text.Json;
using StreamEngine.Core.Planning;

namespace StreamEngine.Core.State;

/// <summary>
/// The whole state of a graph at one moment: positions, ledgers and tables of every partition, and what was on its way between stages.
/// </summary>
/// <remarks>
/// The file: magic "SESAVE" and a version byte; a JSON header with its length before it; for each partition of the state the number of
/// entries and the entries (key and value, each with its length before it); for each partition between stages the number of records and
/// the records; at the end the SHA-256 of all that. Numbers are variable-length integers.
/// </remarks>
public sealed class Savepoint
{
    private const byte Version = 1;
    private const int FlushBytes = 1 << 20;

    private static readonly byte[] _magic = "SESAVE"u8.ToArray();
    private static readonly JsonSerializerOptions _json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The graph's name.</summary>
    public required string Graph { get; init; }

    /// <summary>What of the graph must stay the same.</summary>
    public required GraphShape Shape { get; init; }

    /// <summary>When it was taken.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>The entries of each partition of the state.</summary>
    public required IReadOnlyList<StateImage> Partitions { get; init; }

    /// <summary>For each partition between stages, the records that the next stage had not taken in, in order: key and value.</summary>
    public IReadOnlyList<IReadOnlyList<(byte[] Key, byte[] Value)>> OnTheWay { get; init; } = [];

    /// <summary>The SHA-256 of the file, as hexadecimal digits; empty before it is written or read.</summary>
    public string Digest { get; private set; } = "";

    /// <summary>Writes the file, replacing what is there only when all is written.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"{path} cannot be written: there is no folder {folder}");
        }

        var unfinished = $"{path}.{Environment.ProcessId}.part";
        try
        {
            using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                WriteTo(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="StateException">It is damaged, cut off, of another version, or no savepoint.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Savepoint Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"there is no savepoint {path}");
        }

        var bytes = File.ReadAllBytes(path);
        var body = bytes.Length - SHA256.HashSizeInBytes;
        if (body < _magic.Length + 1 || !bytes.AsSpan(0, _magic.Length).SequenceEqual(_magic))
        {
            throw new StateException($"{path} is no savepoint");
        }

        if (bytes[_magic.Length] != Version)
        {
            throw new StateException($"{path} is a savepoint of version {bytes[_magic.Length]}; this program reads version {Version}");
        }

        if (!SHA256.HashData(bytes.AsSpan(0, body)).AsSpan().SequenceEqual(bytes.AsSpan(body)))
        {
            throw new StateException($"the savepoint {path} is damaged or cut off: its checksum is wrong");
        }

        try
        {
            return Read(bytes.AsSpan(_magic.Length + 1, body - _magic.Length - 1), Convert.ToHexStringLower(bytes.AsSpan(body)));
        }
        catch (FormatException error)
        {
            throw new StateException($"the savepoint {path} is damaged: {error.Message}", error);
        }
    }

    private static Savepoint Read(ReadOnlySpan<byte> body, string digest)
    {
        var reader = new StateReader(body);
        var header = JsonSerializer.Deserialize<Header>(reader.ReadText(), _json) ?? throw new FormatException("it has no header");
        var partitions = new StateImage[reader.ReadEntries(1)];
        for (var p = 0; p < partitions.Length; p++)
        {
            partitions[p] = new StateImage();
            for (var left = reader.ReadEntries(2); left > 0; left--)
            {
                var key = reader.ReadText();
                partitions[p].Put(key, reader.ReadText());
            }
        }

        var onTheWay = new List<(byte[], byte[])>[reader.ReadEntries(1)];
        for (var p = 0; p < onTheWay.Length; p++)
        {
            onTheWay[p] = [];
            for (var left = reader.ReadEntries(2); left > 0; left--)
            {
                var key = reader.ReadText().ToArray();
                onTheWay[p].Add((key, reader.ReadText().ToArray()));
            }
        }

        reader.End();
        return new Savepoint { Graph = header.Graph, Shape = GraphShape.Read(header.Shape), TakenAt = header.TakenAt, Partitions = partitions, OnTheWay = onTheWay, Digest = digest };
    }

    private void WriteTo(Stream file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var writer = new StateWriter(FlushBytes);
        writer.WriteRaw(_magic);
        writer.WriteByte(Version);
        writer.WriteText(JsonSerializer.SerializeToUtf8Bytes(new Header(Graph, TakenAt, Shape.Write()), _json));
        writer.WriteCount(Partitions.Count);
        foreach (var partition in Partitions)
        {
            writer.WriteCount(partition.Count);
            foreach (var (key, value) in partition.Entries)
            {
                Pair(key, value);
            }
        }

        writer.WriteCount(OnTheWay.Count);
        foreach (var records in OnTheWay)
        {
            writer.WriteCount(records.Count);
            foreach (var (key, value) in records)
            {
                Pair(key, value);
            }
        }

        Flush();
        var digest = hash.GetHashAndReset();
        file.Write(digest);
        Digest = Convert.ToHexStringLower(digest);

        void Pair(byte[] key, byte[] value)
        {
            writer.WriteText(key);
            writer.WriteText(value);
            if (writer.Written.Length > FlushBytes)
            {
                Flush();
            }
        }

        void Flush()
        {
            hash.AppendData(writer.Written);
            file.Write(writer.Written);
            writer.Clear();
        }
    }

    private sealed record Header(string Graph, DateTimeOffset TakenAt, byte[] Shape);
}
