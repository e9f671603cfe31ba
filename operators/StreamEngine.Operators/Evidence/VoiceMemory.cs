using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>
/// The authors and texts that a brand's last negative posts came with, so that who repeats himself for an hour counts once and not once a
/// bucket. At most <see cref="Capacity"/> of each post's; what is seen again stays longest, what is not fades within an hour.
/// </summary>
internal sealed class VoiceMemory
{
    /// <summary>How many voices are remembered; 24 bytes each.</summary>
    public const int Capacity = 32;

    private const double HalfLife = 10 * 60_000;
    private const double Forgotten = 1.0 / 64;

    private readonly List<Voice> _voices = [];

    /// <summary>Whether an author was heard before, and whether a text was.</summary>
    public (bool Author, bool Text) Knows(ulong author, ulong signature)
    {
        var (knownAuthor, knownText) = (false, false);
        foreach (var voice in _voices)
        {
            knownAuthor |= author != 0 && voice.Author == author;
            knownText |= TextSignature.AreCopies(voice.Signature, signature);
        }

        return (knownAuthor, knownText);
    }

    /// <summary>Remembers the posts of a bucket, and lets <paramref name="passed"/> ms pass for those before.</summary>
    public void Learn(ReadOnlySpan<VoiceCounter.Post> posts, long passed)
    {
        var left = Math.Pow(0.5, passed / HalfLife);
        for (var i = 0; i < _voices.Count; i++)
        {
            _voices[i] = _voices[i] with { Weight = _voices[i].Weight * left };
        }

        _voices.RemoveAll(static voice => voice.Weight < Forgotten);
        foreach (var post in posts)
        {
            Learn(post);
        }

        if (_voices.Count > Capacity)
        {
            // A full order, so that what stays does not depend on where it stood.
            _voices.Sort(static (a, b) => (b.Weight, b.Author, b.Signature).CompareTo((a.Weight, a.Author, a.Signature)));
            _voices.RemoveRange(Capacity, _voices.Count - Capacity);
        }
    }

    public void Write(StateWriter writer)
    {
        writer.WriteCount(_voices.Count);
        foreach (var voice in _voices)
        {
            writer.WriteUInt64(voice.Author);
            writer.WriteUInt64(voice.Signature);
            writer.WriteDouble(voice.Weight);
        }
    }

    public void Read(ref StateReader reader)
    {
        _voices.Clear();
        for (var left = reader.ReadCount(Capacity); left > 0; left--)
        {
            _voices.Add(new Voice(reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadDouble()));
        }
    }

    private void Learn(in VoiceCounter.Post post)
    {
        for (var i = 0; i < _voices.Count; i++)
        {
            var voice = _voices[i];
            if ((post.Author != 0 && voice.Author == post.Author) || TextSignature.AreCopies(voice.Signature, post.Signature))
            {
                _voices[i] = voice with { Weight = voice.Weight + 1 };
                return;
            }
        }

        if (post.Author != 0 || post.Signature != TextSignature.TooShort)
        {
            _voices.Add(new Voice(post.Author, post.Signature, 1));
        }
    }

    private readonly record struct Voice(ulong Author, ulong Signature, double Weight);
}
