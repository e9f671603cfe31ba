using System.Runtime.CompilerServices;

namespace StreamEngine.Operators;

/// <summary>A negative post kept as evidence of its slot.</summary>
internal struct SamplePost
{
    /// <summary>Bytes of a post's id that are kept; a longer one is cut at a code point.</summary>
    public const int MaxId = 64;

    /// <summary>Bytes of a post's text that are kept; a longer one is cut at a code point.</summary>
    public const int MaxText = 280;

    /// <summary>Its score in millionths.</summary>
    public long Score;

    /// <summary>When it was written, ms since 1970.</summary>
    public long Time;

    /// <summary>The author's hash; 0 where unknown.</summary>
    public ulong Author;

    /// <summary>What tells near-copies of its text; 0 until it is asked for. See <see cref="TextSignature"/>.</summary>
    public ulong Signature;

    /// <summary>Where the text names the brand, in bytes; length 0 where that is not known or was cut off.</summary>
    public short MentionStart;
    public short MentionLength;

    public short IdLength;
    public short TextLength;
    public IdBytes Id;
    public TextBytes Text;

    [InlineArray(MaxId)]
    public struct IdBytes
    {
        private byte _first;
    }

    [InlineArray(MaxText)]
    public struct TextBytes
    {
        private byte _first;
    }
}
