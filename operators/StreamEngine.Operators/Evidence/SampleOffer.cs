using StreamEngine.Core.Batches;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>A negative post as it is offered to a slot's sample, and as it is read from one. Texts belong to the giver.</summary>
internal ref struct SampleOffer
{
    public long Score;
    public long Time;
    public ulong Author;
    public ulong Signature;
    public int MentionStart;
    public int MentionLength;
    public ReadOnlySpan<byte> Id;
    public ReadOnlySpan<byte> Text;

    /// <summary>
    /// The place in the order by which posts are chosen: a hash of the id, so that it has nothing to do with what the post says, and is the
    /// same wherever it is met. A post without an id goes by text, author and time.
    /// </summary>
    public readonly ulong Priority => Id.IsEmpty ? Hash64.Mix(Hash64.Of(Text) ^ Hash64.Mix(Author ^ (ulong)Time)) : Hash64.Of(Id);

    /// <summary>Cuts id and text to what is kept.</summary>
    public void Cut()
    {
        Id = Utf8Cut.To(Id, SamplePost.MaxId);
        Text = Utf8Cut.To(Text, SamplePost.MaxText);
        if (MentionLength < 0 || MentionStart < 0 || MentionStart + MentionLength > Text.Length)
        {
            (MentionStart, MentionLength) = (0, 0);
        }
    }

    /// <summary>Writes all but the priority, which follows from the rest.</summary>
    public readonly void Write(StateWriter writer)
    {
        writer.WriteSigned(Score);
        writer.WriteSigned(Time);
        writer.WriteUInt64(Author);
        writer.WriteUInt64(Signature);
        writer.WriteCount(MentionStart);
        writer.WriteCount(MentionLength);
        writer.WriteText(Id);
        writer.WriteText(Text);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static SampleOffer Read(scoped ref StateReader reader)
    {
        var post = new SampleOffer
        {
            Score = reader.ReadSigned(),
            Time = reader.ReadSigned(),
            Author = reader.ReadUInt64(),
            Signature = reader.ReadUInt64(),
            MentionStart = (int)reader.ReadCount(SamplePost.MaxText),
            MentionLength = (int)reader.ReadCount(SamplePost.MaxText),
            Id = reader.ReadText(SamplePost.MaxId),
            Text = reader.ReadText(SamplePost.MaxText),
        };
        return post.MentionStart + post.MentionLength <= post.Text.Length
            ? post
            : throw new FormatException($"a sample post of {post.Text.Length} bytes names its brand at {post.MentionStart} to {post.MentionStart + post.MentionLength}");
    }
}
