using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace StreamEngine.Tests.Text.MLNet;

/// <summary>Writes model files in ML.NET's layout, so that tests can have small ones of any kind, and damaged ones.</summary>
internal sealed class ModelZip
{
    public SortedDictionary<string, byte[]> Entries { get; } = new(StringComparer.Ordinal);

    /// <summary>All entries of a zip.</summary>
    public static ModelZip Read(string path)
    {
        var model = new ModelZip();
        using var zip = ZipFile.OpenRead(path);
        foreach (var entry in zip.Entries)
        {
            using var memory = new MemoryStream();
            using var source = entry.Open();
            source.CopyTo(memory);
            model.Entries[entry.FullName] = memory.ToArray();
        }
        return model;
    }

    public ModelZip Add(string directory, string loader, string signature, uint version, Action<Block>? write = null)
    {
        var block = new Block();
        write?.Invoke(block);
        Entries[$"{directory}/Model.key"] = block.ToBlob(loader, signature, version);
        return this;
    }

    /// <summary>A chain of so many transformers that all apply when scoring.</summary>
    public ModelZip AddChain(string directory, int count) => Add(directory, "TransformerChain", "XF CHAIN", 0x00010001, block =>
    {
        block.Int32(count);
        for (var i = 0; i < count; i++)
            block.Int32(7);
    });

    public MemoryStream ToStream(CompressionLevel level = CompressionLevel.NoCompression)
    {
        var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in Entries)
            {
                using var target = zip.CreateEntry(name, level).Open();
                target.Write(bytes);
            }
        }
        memory.Position = 0;
        return memory;
    }

    /// <summary>A component's block while it is written, with the strings that it names.</summary>
    internal sealed class Block
    {
        private readonly List<byte> _bytes = [];
        private readonly List<string> _strings = [];

        public Block Byte(int value) => Raw([(byte)value]);

        public Block Bool(bool value) => Byte(value ? 1 : 0);

        public Block Int32(int value) => Raw(BitConverter.GetBytes(value));

        public Block Single(float value) => Raw(BitConverter.GetBytes(value));

        public Block Double(double value) => Raw(BitConverter.GetBytes(value));

        public Block Text(string? value)
        {
            if (value is null)
                return Int32(-1);
            _strings.Add(value);
            return Int32(_strings.Count - 1);
        }

        public Block Columns(string output, string input) => Int32(1).Text(output).Text(input);

        public Block Singles(IReadOnlyCollection<float> values)
        {
            Int32(values.Count);
            foreach (var value in values)
                Single(value);
            return this;
        }

        public Block Int32s(IReadOnlyCollection<int> values)
        {
            Int32(values.Count);
            foreach (var value in values)
                Int32(value);
            return this;
        }

        public Block Raw(ReadOnlySpan<byte> bytes)
        {
            _bytes.AddRange(bytes);
            return this;
        }

        public byte[] ToBlob(string loader, string signature, uint version)
        {
            var block = _bytes.ToArray();
            var text = _strings.SelectMany(s => s.SelectMany(c => BitConverter.GetBytes((ushort)c))).ToArray();
            var table = 256 + block.Length;
            var textAt = table + 8 * _strings.Count;
            var tail = textAt + text.Length;
            var blob = new byte[tail + 8];
            void Int64(int at, long value) => BinaryPrimitives.WriteInt64LittleEndian(blob.AsSpan(at), value);
            Int64(0x00, 0x4C45444F4D004C4D);
            Int64(0x08, 0x0001000200010002);
            Int64(0x10, 256);
            Int64(0x18, block.Length);
            if (_strings.Count > 0)
            {
                Int64(0x20, table);
                Int64(0x28, 8 * _strings.Count);
                Int64(0x30, textAt);
                Int64(0x38, text.Length);
            }
            Encoding.ASCII.GetBytes(signature.Replace(' ', '\0')).CopyTo(blob, 0x40);
            BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(0x48), version);
            BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(0x4C), version);
            Encoding.ASCII.GetBytes(loader).CopyTo(blob, 0x50);
            Int64(0x80, tail);
            Int64(0x88, tail + 8);
            block.CopyTo(blob, 256);
            var end = 0L;
            for (var i = 0; i < _strings.Count; i++)
                Int64(table + 8 * i, end += 2 * _strings[i].Length);
            text.CopyTo(blob, textAt);
            Int64(tail, 0x4D4C004D4F44454C);
            return blob;
        }
    }
}
