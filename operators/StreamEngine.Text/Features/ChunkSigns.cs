using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace StreamEngine.Text.Features;

/// <summary>What each of 64 bytes of a text is, a bit for each. Chunks are what lies between white space.</summary>
internal readonly struct ChunkSigns
{
    /// <summary>How many bytes are looked at together.</summary>
    public const int Bytes = 64;

    private readonly ulong _letters, _digits, _stops, _tags, _capitals, _same, _sameLetter, _leads, _tails, _multiply, _h, _t, _w;

    /// <summary>Looks at bytes.</summary>
    /// <param name="first">The first of them; the two before it are readable.</param>
    /// <param name="before">What the 64 before them are.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ChunkSigns(ref byte first, in ChunkSigns before)
    {
        var bytes = Vector512.LoadUnsafe(ref first);
        var lower = bytes | Vector512.Create((byte)0x20);
        Ink = Vector512.GreaterThan(bytes, Vector512.Create((byte)' ')).ExtractMostSignificantBits();
        _letters = Vector512.LessThan(lower - Vector512.Create((byte)'a'), Vector512.Create((byte)26)).ExtractMostSignificantBits();
        _capitals = Vector512.LessThan(bytes - Vector512.Create((byte)'A'), Vector512.Create((byte)26)).ExtractMostSignificantBits();
        _digits = Vector512.LessThan(bytes - Vector512.Create((byte)'0'), Vector512.Create((byte)10)).ExtractMostSignificantBits();
        // ',' and '.', ':' and ';' differ by a bit.
        _stops = (Vector512.Equals(bytes | Vector512.Create((byte)2), Vector512.Create((byte)'.')) | Vector512.Equals(bytes | Vector512.Create((byte)1), Vector512.Create((byte)';'))
            | Vector512.Equals(bytes, Vector512.Create((byte)'!')) | Vector512.Equals(bytes, Vector512.Create((byte)'?'))).ExtractMostSignificantBits();
        Joints = (Vector512.Equals(bytes, Vector512.Create((byte)'\'')) | Vector512.Equals(bytes, Vector512.Create((byte)'-'))).ExtractMostSignificantBits();
        _tags = (Vector512.Equals(bytes, Vector512.Create((byte)'#')) | Vector512.Equals(bytes, Vector512.Create((byte)'@'))).ExtractMostSignificantBits();
        _same = Vector512.Equals(lower, Vector512.LoadUnsafe(ref Unsafe.Subtract(ref first, 1)) | Vector512.Create((byte)0x20)).ExtractMostSignificantBits();
        _sameLetter = Vector512.Equals(bytes, Vector512.LoadUnsafe(ref Unsafe.Subtract(ref first, 2))).ExtractMostSignificantBits();
        // U+00C0 to U+017F, all of them letters but for the signs of multiplication and division.
        _leads = Vector512.LessThan(bytes - Vector512.Create((byte)0xC3), Vector512.Create((byte)3)).ExtractMostSignificantBits();
        _tails = Vector512.LessThan(bytes - Vector512.Create((byte)0x80), Vector512.Create((byte)0x40)).ExtractMostSignificantBits();
        _multiply = Vector512.Equals(lower, Vector512.Create((byte)0xB7)).ExtractMostSignificantBits();
        _h = Vector512.Equals(lower, Vector512.Create((byte)'h')).ExtractMostSignificantBits();
        _t = Vector512.Equals(lower, Vector512.Create((byte)'t')).ExtractMostSignificantBits();
        _w = Vector512.Equals(lower, Vector512.Create((byte)'w')).ExtractMostSignificantBits();
        var afterInk = After(Ink, before.Ink);
        Starts = Ink & ~afterInk;
        Ends = afterInk & ~Ink;
    }

    /// <summary>Anything but white space and the control characters below it.</summary>
    public ulong Ink { get; }

    /// <summary>The first bytes of chunks.</summary>
    public ulong Starts { get; }

    /// <summary>The first bytes behind chunks.</summary>
    public ulong Ends { get; }

    /// <summary>Apostrophes and hyphens.</summary>
    public ulong Joints { get; }

    /// <summary>The first bytes of letters beyond ASCII.</summary>
    public ulong Accents => _leads;

    /// <summary>
    /// A bit or more within each chunk that may be more than a word, hashtag or handle with a sign at its end. What its last byte is must be
    /// looked at besides.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Strange(in ChunkSigns before)
    {
        var letters = _letters | _leads;
        var afterLead = After(_leads, before._leads);
        var other = ~(_letters | _digits | _stops | Joints | _leads | _tails) & ~(_tags & Starts);
        var noWord = Starts & ~(letters | _tags);
        var inside = After(_stops, before._stops) | (After(Joints | (_tags & Starts), before.Joints | (before._tags & before.Starts)) & ~letters);
        var noLetter = (afterLead ^ _tails) | (_multiply & afterLead);
        var link = (_t & After(_h & Starts, before._h & before.Starts)) | (_w & After(_w & Starts, before._w & before.Starts));
        var elongated = (_same & After(_same, before._same)) | (_leads & _sameLetter & ((_sameLetter << 2) | (before._sameLetter >> 62)));
        return other | noWord | inside | noLetter | link | (_capitals & ~Starts) | elongated;
    }

    /// <summary>Which bytes follow one that is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong After(ulong bits, ulong before) => (bits << 1) | (before >> 63);
}
