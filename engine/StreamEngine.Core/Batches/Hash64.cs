using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace StreamEngine.Core.Batches;

/// <summary>
/// The one hash of byte strings that the engine stores and partitions by. Its values are part of the formats (state, partitions of
/// exchange topics), equal on every machine, and must never change.
/// </summary>
public static class Hash64
{
    private const ulong Seed = 0x9E37_79B9_7F4A_7C15;
    private const ulong Multiplier = 0xD6E8_FEB8_6659_FD93;

    /// <summary>A 64-bit hash of <paramref name="bytes"/>, well mixed in all bits.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var hash = Seed ^ ((ulong)bytes.Length * Multiplier);
        while (bytes.Length >= 8)
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        return Mix(Mix(hash ^ Tail(bytes)));
    }

    /// <summary>Folds the high half of a 128-bit product into the low one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong value)
    {
        var high = Math.BigMul(value, Multiplier, out var low);
        return high ^ low ^ value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Tail(ReadOnlySpan<byte> bytes)
    {
        ref var first = ref MemoryMarshal.GetReference(bytes);
        switch (bytes.Length)
        {
            case 0:
                return 0;
            case < 4:
                return first | ((ulong)Unsafe.Add(ref first, bytes.Length >> 1) << 8) | ((ulong)Unsafe.Add(ref first, bytes.Length - 1) << 16);
            default:
                ulong low = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
                ulong high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]);
                return low | (high << 32);
        }
    }
}
