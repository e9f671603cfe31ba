using System.Buffers.Binary;
using System.Text;

namespace StreamEngine.Text.MLNet;

/// <summary>
/// One <c>Model.key</c>: a 256-byte header, the component's own block, its string table and a tail.
/// All offsets are checked against the length here, once; <see cref="BlockReader"/> reads the block.
/// </summary>
internal sealed class ModelBlob
{
    private const ulong Magic = 0x4C45444F4D004C4D;
    private const ulong TailMagic = 0x4D4C004D4F44454C;
    private const uint HeaderVersion = 0x00010002;
    private const int HeaderBytes = 256;
    private const int TailBytes = 8;
    private readonly byte[] _content;
    private readonly int _blockBytes;
    private readonly char[] _text;
    private readonly int[] _ends;

    /// <summary>Checks the frame of a blob.</summary>
    /// <param name="file">Name of the model file.</param>
    /// <param name="path">Path of the blob in the zip.</param>
    /// <param name="content">The whole blob.</param>
    public ModelBlob(string file, string path, byte[] content)
    {
        _content = content;
        Component = new ModelComponent(file, path, "");
        if (content.Length < HeaderBytes + TailBytes)
            throw Error($"{content.Length} bytes are too few for a model component");
        if (UInt64(0x00) != Magic)
            throw Error("does not begin with ML.NET's mark \"ML MODEL\"");
        if (UInt32(0x0C) > HeaderVersion)
            throw Error($"written in a newer container format (0x{UInt32(0x0C):x8}, known up to 0x{HeaderVersion:x8})");
        if (UInt64(0x10) != HeaderBytes)
            throw Error($"the block begins at {UInt64(0x10)}, expected {HeaderBytes}");
        Signature = Ascii(0x40, 8);
        VersionWritten = UInt32(0x48);
        VersionNeeded = UInt32(0x4C);
        Component = Component with { Loader = Ascii(0x50, 24) };
        var tail = Area(0x80, TailBytes, "tail");
        if (UInt64(tail) != TailMagic || UInt64(0x88) != (ulong)(tail + TailBytes) || tail + TailBytes != content.Length)
            throw Error("does not end where its header says; the file is truncated or damaged");
        _blockBytes = Length(0x18, HeaderBytes, "block");
        (_text, _ends) = UInt64(0x20) == 0 ? ([], []) : Strings();
    }

    /// <summary>The component that the blob is; it outlives the blob's bytes.</summary>
    public ModelComponent Component { get; }

    /// <summary>Name by which ML.NET chooses the loader, such as <c>TransformerChain</c>.</summary>
    public string Loader => Component.Loader;

    /// <summary>Eight-letter signature of the block's format.</summary>
    public string Signature { get; }

    public uint VersionWritten { get; }

    public uint VersionNeeded { get; }

    /// <summary>Number of strings in the table.</summary>
    public int StringCount => _ends.Length;

    /// <summary>The component's own bytes.</summary>
    public ReadOnlySpan<byte> Block => _content.AsSpan(HeaderBytes, _blockBytes);

    /// <summary>A string of the table; <paramref name="index"/> is within it.</summary>
    public ReadOnlySpan<char> String(int index)
    {
        var start = index == 0 ? 0 : _ends[index - 1];
        return _text.AsSpan(start, _ends[index] - start);
    }

    /// <summary>An error that names this component.</summary>
    public MLNetModelException Error(string problem) => Component.Error(problem);

    /// <summary>Begins to read the block, of a format whose versions <paramref name="oldest"/> to <paramref name="newest"/> are known.</summary>
    public BlockReader Open(string signature, uint oldest, uint newest)
    {
        if (Signature != signature)
            throw Error($"its block is of format \"{Signature}\", expected \"{signature}\"");
        if (VersionNeeded > newest)
            throw Error($"its format 0x{VersionNeeded:x8} is newer than what is known (0x{newest:x8}); save the model with an older Microsoft.ML");
        if (VersionWritten < oldest)
            throw Error($"its format 0x{VersionWritten:x8} is older than what is read (0x{oldest:x8}); load and save the model with a current Microsoft.ML");
        return new BlockReader(this);
    }

    private (char[] Text, int[] Ends) Strings()
    {
        var tableBytes = Length(0x28, Offset(0x20, "string table"), "string table");
        var table = Offset(0x20, "string table");
        var textStart = Offset(0x30, "string text");
        var textBytes = Length(0x38, textStart, "string text");
        if (tableBytes % 8 != 0 || textBytes % 2 != 0)
            throw Error("its string table has an odd length");
        var text = new char[textBytes / 2];
        for (var i = 0; i < text.Length; i++)
            text[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(_content.AsSpan(textStart + 2 * i));
        var ends = new int[tableBytes / 8];
        var last = 0;
        for (var i = 0; i < ends.Length; i++)
        {
            var end = UInt64(table + 8 * i);
            if (end % 2 != 0 || end > (ulong)textBytes || (int)end / 2 < last)
                throw Error($"string {i} of its table ends at {end}, outside of the text or before string {i - 1}");
            ends[i] = last = (int)end / 2;
        }
        return (text, ends);
    }

    private uint UInt32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_content.AsSpan(offset));

    private ulong UInt64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_content.AsSpan(offset));

    private int Offset(int field, string what) => Area(field, 0, what);

    private int Area(int field, int length, string what)
    {
        var offset = UInt64(field);
        if (offset < HeaderBytes || offset > (ulong)(_content.Length - length))
            throw Error($"its {what} at offset {offset} lies outside of its {_content.Length} bytes; the file is truncated or damaged");
        return (int)offset;
    }

    private int Length(int field, int start, string what)
    {
        var length = UInt64(field);
        if (length > (ulong)(_content.Length - start))
            throw Error($"its {what} of {length} bytes lies outside of its {_content.Length} bytes; the file is truncated or damaged");
        return (int)length;
    }

    private string Ascii(int offset, int length)
    {
        var bytes = _content.AsSpan(offset, length).TrimEnd((byte)0);
        var text = new StringBuilder(bytes.Length);
        foreach (var b in bytes)
            text.Append(b is 0 or 32 ? ' ' : b is > 32 and < 127 ? (char)b : '?');
        return text.ToString();
    }
}
