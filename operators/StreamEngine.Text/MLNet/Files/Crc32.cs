using System.Runtime.InteropServices;

namespace StreamEngine.Text.MLNet;

/// <summary>CRC-32 as zip uses it (polynomial 0xEDB88320, reflected), four bytes at a time.</summary>
internal static class Crc32
{
    private static readonly uint[] _tables = Tables();

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var tables = _tables;
        var crc = uint.MaxValue;
        if (BitConverter.IsLittleEndian)
        {
            foreach (var word in MemoryMarshal.Cast<byte, uint>(bytes))
            {
                crc ^= word;
                crc = tables[768 + (byte)crc] ^ tables[512 + (byte)(crc >> 8)] ^ tables[256 + (byte)(crc >> 16)] ^ tables[crc >> 24];
            }
            bytes = bytes[(bytes.Length & ~3)..];
        }
        foreach (var b in bytes)
            crc = tables[(byte)(crc ^ b)] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[] Tables()
    {
        var tables = new uint[1024];
        for (uint i = 0; i < 256; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            tables[i] = crc;
        }
        for (var i = 256; i < 1024; i++)
            tables[i] = tables[(byte)tables[i - 256]] ^ (tables[i - 256] >> 8);
        return tables;
    }
}
