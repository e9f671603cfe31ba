using StreamEngine.Core.Batches;

namespace StreamEngine.Operators;

/// <summary>A slot's sample posts: handles into <see cref="SampleStore"/>, worst score first.</summary>
internal struct SlotSamples
{
    public int First;
    public int Second;
    public int Third;
    public int Count;

    /// <summary>The highest score among them, once there are as many as are kept: what has a higher one need not be offered.</summary>
    public long WorstScore;
}

/// <summary>
/// The memory of sample posts, and the choice of them: of all posts offered to a slot those with the lowest scores, a text only once.
/// Ties go to the earlier post, then to the lower id and text: so the choice depends on the set of posts alone, not on their order nor on how
/// parts were merged.
/// </summary>
internal sealed class SampleStore
{
    /// <summary>How many posts a slot keeps.</summary>
    public const int PerSlot = 3;

    private readonly BlockPool<SamplePost> _posts = new(1, 6);

    /// <summary>A sample by position.</summary>
    public ref SamplePost this[in SlotSamples samples, int index] => ref _posts[HandleAt(samples, index)][0];

    /// <summary>Offers a post; it is copied if it is chosen.</summary>
    public void Offer(ref SlotSamples samples, long score, long time, ulong author, ReadOnlySpan<byte> id, ReadOnlySpan<byte> text)
    {
        if (samples.Count == PerSlot && score > samples.WorstScore)
        {
            return;
        }

        id = Utf8Cut.To(id, SamplePost.MaxId);
        text = Utf8Cut.To(text, SamplePost.MaxText);
        var textHash = Hash64.Of(text);
        var place = samples.Count;
        for (var i = 0; i < samples.Count; i++)
        {
            ref var other = ref this[samples, i];
            if (other.TextHash == textHash)
            {
                if (!IsBefore(score, time, id, text, other))
                {
                    return;
                }

                place = i;
                break;
            }
        }

        if (place == PerSlot)
        {
            place--;
            if (!IsBefore(score, time, id, text, this[samples, place]))
            {
                return;
            }
        }

        if (place == samples.Count)
        {
            SetHandle(ref samples, samples.Count++, _posts.Rent());
        }

        ref var post = ref this[samples, place];
        (post.Score, post.Time, post.Author, post.TextHash) = (score, time, author, textHash);
        (post.IdLength, post.TextLength) = ((short)id.Length, (short)text.Length);
        id.CopyTo(post.Id);
        text.CopyTo(post.Text);
        MoveUp(ref samples, place);
        samples.WorstScore = this[samples, samples.Count - 1].Score;
    }

    /// <summary>Offers all samples of another slot.</summary>
    public void Merge(ref SlotSamples into, in SlotSamples from)
    {
        for (var i = 0; i < from.Count; i++)
        {
            ref var post = ref this[from, i];
            Offer(ref into, post.Score, post.Time, post.Author, IdOf(post), TextOf(post));
        }
    }

    /// <summary>Empties a slot's samples.</summary>
    public void Free(ref SlotSamples samples)
    {
        for (var i = 0; i < samples.Count; i++)
        {
            _posts.Return(HandleAt(samples, i));
        }

        samples = default;
    }

    public void Write(in SlotSamples samples, StateWriter writer)
    {
        writer.WriteByte((byte)samples.Count);
        for (var i = 0; i < samples.Count; i++)
        {
            ref var post = ref this[samples, i];
            writer.WriteSigned(post.Score);
            writer.WriteSigned(post.Time);
            writer.WriteUInt64(post.Author);
            writer.WriteText(IdOf(post));
            writer.WriteText(TextOf(post));
        }
    }

    /// <summary>Offers what <see cref="Write"/> wrote.</summary>
    public void Read(ref SlotSamples samples, ref StateReader reader)
    {
        var count = reader.ReadByte();
        if (count > PerSlot)
        {
            throw new FormatException($"a slot has {count} sample posts; the most is {PerSlot}");
        }

        for (var i = 0; i < count; i++)
        {
            var score = reader.ReadSigned();
            var time = reader.ReadSigned();
            var author = reader.ReadUInt64();
            var id = reader.ReadText(SamplePost.MaxId);
            Offer(ref samples, score, time, author, id, reader.ReadText(SamplePost.MaxText));
        }
    }

    private static ReadOnlySpan<byte> IdOf(in SamplePost post) => ((ReadOnlySpan<byte>)post.Id)[..post.IdLength];

    private static ReadOnlySpan<byte> TextOf(in SamplePost post) => ((ReadOnlySpan<byte>)post.Text)[..post.TextLength];

    private static bool IsBefore(long score, long time, ReadOnlySpan<byte> id, ReadOnlySpan<byte> text, in SamplePost other)
    {
        if (score != other.Score)
        {
            return score < other.Score;
        }

        if (time != other.Time)
        {
            return time < other.Time;
        }

        var byId = id.SequenceCompareTo(IdOf(other));
        return byId != 0 ? byId < 0 : text.SequenceCompareTo(TextOf(other)) < 0;
    }

    private void MoveUp(ref SlotSamples samples, int place)
    {
        for (; place > 0; place--)
        {
            ref var post = ref this[samples, place];
            if (!IsBefore(post.Score, post.Time, IdOf(post), TextOf(post), this[samples, place - 1]))
            {
                return;
            }

            var handle = HandleAt(samples, place);
            SetHandle(ref samples, place, HandleAt(samples, place - 1));
            SetHandle(ref samples, place - 1, handle);
        }
    }

    private static int HandleAt(in SlotSamples samples, int index) => index switch
    {
        0 => samples.First,
        1 => samples.Second,
        _ => samples.Third,
    };

    private static void SetHandle(ref SlotSamples samples, int index, int handle)
    {
        switch (index)
        {
            case 0:
                samples.First = handle;
                break;
            case 1:
                samples.Second = handle;
                break;
            default:
                samples.Third = handle;
                break;
        }
    }
}
