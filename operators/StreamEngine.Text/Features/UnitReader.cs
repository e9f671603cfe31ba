using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace StreamEngine.Text.Features;

/// <summary>
/// Reads the first units of a post, the same as <see cref="PostReader"/> and sooner. Tokens never cross white space, so a text is cut there
/// first, 64 bytes at a time (<see cref="ChunkSigns"/>). A chunk that is a plain word of European letters, a hashtag or a handle, perhaps
/// with one sign behind it, needs no more than its hash; any other is left to <see cref="PostReader"/>. One per thread.
/// </summary>
internal sealed class UnitReader
{
    /// <summary>Longer texts are left to <see cref="PostReader"/>.</summary>
    private const int MostBytes = 1024;

    private const int Block = ChunkSigns.Bytes;

    /// <summary>White space before the text, so that a word may be read from before its start.</summary>
    private const int Lead = Block;

    /// <summary>What an end says of its chunk besides where it ends: that it is not plain, has letters beyond ASCII, an apostrophe or hyphen.</summary>
    private const int Strange = 1 << 31, Accented = 1 << 30, Joined = 1 << 29, Place = Joined - 1;

    private readonly byte[] _text = new byte[Lead + MostBytes + (2 * Block)];
    private readonly int[] _starts = new int[MostBytes + (2 * Block)];
    private readonly int[] _ends = new int[MostBytes + (2 * Block)];

    public UnitReader() => _text.AsSpan(0, Lead).Fill((byte)' ');

    /// <summary>What a chunk's last byte says of its end.</summary>
    private enum Last : byte
    {
        /// <summary>It belongs to the word.</summary>
        Word,

        /// <summary>It ends a clause.</summary>
        Break,

        /// <summary>It is a unit of its own.</summary>
        Mark,

        /// <summary>It cannot be told here.</summary>
        Strange,
    }

    /// <summary>Reads up to <c>units.Length</c> units from the beginning of a post.</summary>
    /// <returns>How many; fewer than there is room for where the post has no more.</returns>
    [SkipLocalsInit]
    public int Read(ReadOnlySpan<byte> utf8, Span<Unit> units)
    {
        if (utf8.Length > MostBytes)
            return new PostReader(utf8).Read(units);
        utf8.CopyTo(_text.AsSpan(Lead));
        ref var text = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_text), Lead);
        Vector512.Create((byte)' ').StoreUnsafe(ref text, (nuint)utf8.Length);
        var chunks = Cut(ref text, utf8.Length);
        ref var starts = ref MemoryMarshal.GetArrayDataReference(_starts);
        ref var ends = ref MemoryMarshal.GetArrayDataReference(_ends);
        var count = 0;
        for (var i = 0; i < chunks && count < units.Length; i++)
        {
            var start = Unsafe.Add(ref starts, i);
            var flags = Unsafe.Add(ref ends, i);
            var end = flags & Place;
            var last = (Last)LastBytes[Unsafe.Add(ref text, end - 1)];
            if (flags < 0 || last == Last.Strange || !Plain(ref text, start, last == Last.Word ? end : end - 1, flags, ref units[count]))
            {
                // With the white space behind it, where there is any: some signs ask what follows.
                count += new PostReader(utf8[..Math.Min(end + 1, utf8.Length)], start).Read(units[count..]);
                continue;
            }
            count++;
            if (last != Last.Word && count < units.Length)
                Sign(Unsafe.Add(ref text, end - 1), last, end - 1, ref units[count++]);
        }
        return count;
    }

    /// <summary>Reads a word, hashtag or handle; false where it is another thing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Plain(ref byte text, int start, int end, int flags, ref Unit unit)
    {
        unit.Kind = UnitKind.Word;
        unit.Flags = TokenFlags.None;
        var first = Unsafe.Add(ref text, start);
        if (first is (byte)'#' or (byte)'@')
        {
            if (flags > Place)
                return false;
            if (first == (byte)'@')
            {
                unit.Key = WordHash.OfSymbol(PostReader.HandleSymbol);
                unit.Start = start;
                unit.Length = end - start;
                unit.Kind = UnitKind.Symbol;
                return true;
            }
            start++;
        }
        unit.Start = start;
        unit.Length = end - start;
        if ((flags & Accented) == 0)
        {
            unit.Key = WordHash.OfAsciiWord(ref Unsafe.Add(ref text, start), end - start);
            return true;
        }
        unit.Key = WordHash.OfWordBytes(ref Unsafe.Add(ref text, start), end - start);
        unit.Flags = TokenFlags.NeedsFolding;
        // Letters count as elongated across an apostrophe there.
        return (flags & Joined) == 0;
    }

    private static void Sign(byte sign, Last last, int at, ref Unit unit)
    {
        unit.Key = last == Last.Break ? 0 : WordHash.OfSymbol(sign | (1u << 16));
        unit.Start = at;
        unit.Length = 1;
        unit.Kind = last == Last.Break ? UnitKind.Break : UnitKind.Symbol;
        unit.Flags = TokenFlags.None;
    }

    /// <summary>Finds where chunks start and end, chunks being what lies between white space.</summary>
    private int Cut(ref byte text, int length)
    {
        ref var starts = ref MemoryMarshal.GetArrayDataReference(_starts);
        ref var ends = ref MemoryMarshal.GetArrayDataReference(_ends);
        int started = 0, ended = 0;
        var before = default(ChunkSigns);
        ulong strange = 0, accented = 0, joined = 0;
        for (var at = 0; at <= length; at += Block)
        {
            var signs = new ChunkSigns(ref Unsafe.Add(ref text, at), in before);
            List(ref Unsafe.Add(ref starts, started), signs.Starts, at);
            started += BitOperations.PopCount(signs.Starts);
            var strangeEnds = AtEnds(signs.Ink, signs.Strange(in before), ref strange);
            var accentedEnds = AtEnds(signs.Ink, signs.Accents, ref accented);
            var joinedEnds = AtEnds(signs.Ink, signs.Joints, ref joined);
            List(ref Unsafe.Add(ref ends, ended), signs.Ends, strangeEnds, accentedEnds, joinedEnds, at);
            ended += BitOperations.PopCount(signs.Ends);
            before = signs;
        }
        return ended;
    }

    /// <summary>
    /// A bit at the end of each chunk within which one is set: a chunk is a run of ones, and another one added anywhere in it carries over to
    /// the first zero behind.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AtEnds(ulong ink, ulong bits, ref ulong carry)
    {
        var sum = ink + (bits & ink);
        var total = sum + carry;
        carry = (sum < ink ? 1UL : 0) | (total < sum ? 1UL : 0);
        return total;
    }

    /// <summary>Writes where bits are set, eight at a time: what is written too much is written over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void List(ref int places, ulong bits, int from)
    {
        for (var left = BitOperations.PopCount(bits); left > 0; left -= 8)
        {
            for (var i = 0; i < 8; i++)
            {
                Unsafe.Add(ref places, i) = from + BitOperations.TrailingZeroCount(bits);
                bits &= bits - 1;
            }
            places = ref Unsafe.Add(ref places, 8);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void List(ref int places, ulong bits, ulong strange, ulong accented, ulong joined, int from)
    {
        for (var left = BitOperations.PopCount(bits); left > 0; left -= 8)
        {
            for (var i = 0; i < 8; i++)
            {
                var bit = BitOperations.TrailingZeroCount(bits);
                Unsafe.Add(ref places, i) = (from + bit) | (int)(((uint)(strange >> bit) << 31) | (((uint)(accented >> bit) & 1) << 30) | (((uint)(joined >> bit) & 1) << 29));
                bits &= bits - 1;
            }
            places = ref Unsafe.Add(ref places, 8);
        }
    }

    private static ReadOnlySpan<byte> LastBytes =>
    [
        3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
        3, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 3, 3, 3, 2,
        3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 3, 3, 3,
        3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 3, 3, 3,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
        3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    ];
}
