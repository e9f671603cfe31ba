using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>A slot's sample of its negative posts: how many, and where in <see cref="SampleStore"/>.</summary>
internal struct SlotSamples
{
    /// <summary>The highest priority among them, once there are as many as are kept: what has a higher one need not be offered.</summary>
    public ulong Limit;

    public int Block;
    public int Count;

    /// <summary>Another number after each change; 0 while none has been offered.</summary>
    public int Revision;

    /// <summary>The <see cref="Revision"/> that was last sent on; 0 = none.</summary>
    public int Sent;

    /// <summary>The <see cref="Revision"/> that was last stored by itself; 0 = none.</summary>
    public int Stored;
}

/// <summary>
/// The memory of sample posts, and the choice of them: of all posts offered to a slot the <see cref="PerSlot"/> with the lowest
/// <see cref="SampleOffer.Priority"/> (bottom-k sampling). That order is as good as drawn by lot, so they are a uniform sample of the slot's
/// negative posts, and all of them while there are no more than that. Of one priority the earlier post is kept, then the lower text: the
/// choice depends on the set of posts alone, not on their order nor on how parts were merged.
/// </summary>
internal sealed class SampleStore
{
    /// <summary>How many posts a slot keeps. Encoded they take at most 12 · 384 bytes = 4.6 kB.</summary>
    public const int PerSlot = 12;

    private readonly BlockPool<Entry> _entries = new(PerSlot, 6);
    private readonly BlockPool<SamplePost> _posts = new(1, 6);
    private readonly TextSignature _signature = new();

    /// <summary>Whether a post of a priority could still be chosen.</summary>
    public static bool Wants(in SlotSamples samples, ulong priority) => samples.Count < PerSlot || priority <= samples.Limit;

    /// <summary>Offers a post; it is copied if it is chosen.</summary>
    public void Offer(ref SlotSamples samples, scoped in SampleOffer offer)
    {
        var post = offer;
        post.Cut();
        var priority = post.Priority;
        if (!Wants(samples, priority))
        {
            return;
        }

        if (samples.Count == 0)
        {
            samples.Block = _entries.Rent();
        }

        var entries = _entries[samples.Block];
        var place = 0;
        while (place < samples.Count && entries[place].Priority < priority)
        {
            place++;
        }

        if (place < samples.Count && entries[place].Priority == priority)
        {
            if (IsBefore(post, View(_posts[entries[place].Post])))
            {
                Keep(entries[place].Post, post);
                samples.Revision++;
            }

            return;
        }

        var handle = samples.Count == PerSlot ? entries[PerSlot - 1].Post : _posts.Rent();
        samples.Count = Math.Min(PerSlot, samples.Count + 1);
        entries[place..(samples.Count - 1)].CopyTo(entries[(place + 1)..]);
        entries[place] = new Entry { Priority = priority, Post = handle };
        samples.Limit = entries[samples.Count - 1].Priority;
        samples.Revision++;
        Keep(handle, post);
    }

    /// <summary>Offers all samples of another slot.</summary>
    public void Merge(ref SlotSamples into, in SlotSamples from)
    {
        for (var i = 0; i < from.Count; i++)
        {
            ref var entry = ref _entries[from.Block][i];
            if (!Wants(into, entry.Priority))
            {
                return;
            }

            Offer(ref into, View(_posts[entry.Post]));
        }
    }

    /// <summary>Empties a slot's samples.</summary>
    public void Free(ref SlotSamples samples)
    {
        if (samples.Count == 0)
        {
            return;
        }

        foreach (ref var entry in _entries[samples.Block][..samples.Count])
        {
            _posts.Return(entry.Post);
        }

        _entries.Return(samples.Block);
        samples = new SlotSamples { Revision = samples.Revision + 1, Sent = samples.Sent, Stored = samples.Stored };
    }

    public void Write(in SlotSamples samples, StateWriter writer)
    {
        writer.WriteByte((byte)samples.Count);
        for (var i = 0; i < samples.Count; i++)
        {
            ref var post = ref _posts[_entries[samples.Block][i].Post][0];
            if (post.Signature == 0)
            {
                // Only what is sent needs one: most posts that a busy slot took in have been replaced by then.
                post.Signature = _signature.Of(((ReadOnlySpan<byte>)post.Text)[..post.TextLength]);
            }

            View(_posts[_entries[samples.Block][i].Post]).Write(writer);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote, in place of what was there.</summary>
    public void Read(ref SlotSamples samples, ref StateReader reader)
    {
        Free(ref samples);
        for (var left = reader.ReadCount(PerSlot); left > 0; left--)
        {
            Offer(ref samples, SampleOffer.Read(ref reader));
        }
    }

    private void Keep(int handle, scoped in SampleOffer offer)
    {
        ref var post = ref _posts[handle][0];
        (post.Score, post.Time, post.Author, post.Signature) = (offer.Score, offer.Time, offer.Author, offer.Signature);
        (post.MentionStart, post.MentionLength) = ((short)offer.MentionStart, (short)offer.MentionLength);
        (post.IdLength, post.TextLength) = ((short)offer.Id.Length, (short)offer.Text.Length);
        offer.Id.CopyTo(post.Id);
        offer.Text.CopyTo(post.Text);
    }

    private static SampleOffer View(Span<SamplePost> block)
    {
        ref var post = ref block[0];
        return new SampleOffer
        {
            Score = post.Score,
            Time = post.Time,
            Author = post.Author,
            Signature = post.Signature,
            MentionStart = post.MentionStart,
            MentionLength = post.MentionLength,
            Id = ((ReadOnlySpan<byte>)post.Id)[..post.IdLength],
            Text = ((ReadOnlySpan<byte>)post.Text)[..post.TextLength],
        };
    }

    private static bool IsBefore(scoped in SampleOffer post, scoped in SampleOffer other)
    {
        if (post.Time != other.Time)
        {
            return post.Time < other.Time;
        }

        var byText = post.Text.SequenceCompareTo(other.Text);
        return byText != 0 ? byText < 0 : (post.Score, post.Author).CompareTo((other.Score, other.Author)) < 0;
    }

    private struct Entry
    {
        public ulong Priority;
        public int Post;
    }
}
