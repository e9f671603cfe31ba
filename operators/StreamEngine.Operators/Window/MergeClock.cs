using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>
/// Event time over all source partitions of a window: how far everything is complete, and what may be forgotten. Neither goes back.
/// </summary>
internal sealed class MergeClock
{
    private readonly List<SourceTime> _sources = [];
    private long _reached = long.MinValue;
    private long _purgeable = long.MinValue;
    private long _purgeableSince;

    /// <summary>How many source partitions there are.</summary>
    public int SourceCount { get; private set; }

    /// <summary>How far windows are purged: those with an end at or before this are refused.</summary>
    public long PurgedThrough { get; private set; } = long.MinValue;

    /// <summary>Whether anything changed since <see cref="MarkStored()"/>, other than single sources.</summary>
    public bool Changed { get; private set; }

    /// <summary>Where one source partition stands.</summary>
    public SourceTime this[int partition] => partition < _sources.Count ? _sources[partition] : SourceTime.Unheard;

    /// <summary>Partitions heard of: 0 to this - 1.</summary>
    public int Heard => _sources.Count;

    /// <summary>Takes in what a batch says of its source partition. A watermark of <see cref="long.MaxValue"/> is the end of a bounded source.</summary>
    public void Hear(int partition, int partitionCount, long watermark, bool idle)
    {
        var before = this[partition];
        var ended = watermark == long.MaxValue;
        var now = before with { Watermark = ended ? before.Watermark : Math.Max(before.Watermark, watermark), Idle = idle, Ended = ended, Heard = true };
        if (now != before)
        {
            Set(partition, now with { Stored = false });
        }

        if (Math.Max(partitionCount, partition + 1) > SourceCount)
        {
            SourceCount = Math.Max(partitionCount, partition + 1);
            Changed = true;
        }
    }

    /// <summary>
    /// The watermark of the whole: the least of the partitions that are neither idle nor at their end; one never heard of holds back. When
    /// there is none such, the greatest, or <see cref="long.MaxValue"/> when all are at their end.
    /// </summary>
    public long Watermark()
    {
        if (SourceCount == 0)
        {
            return _reached;
        }

        long least = long.MaxValue, greatest = long.MinValue;
        var (active, ended) = (0, 0);
        for (var i = 0; i < SourceCount; i++)
        {
            var source = this[i];
            greatest = Math.Max(greatest, source.Watermark);
            if (source.Ended)
            {
                ended++;
            }
            else if (!source.Idle)
            {
                active++;
                least = Math.Min(least, source.Watermark);
            }
        }

        if (ended == SourceCount)
        {
            return long.MaxValue;
        }

        var reached = active > 0 ? least : greatest;
        if (reached > _reached)
        {
            _reached = reached;
            Changed = true;
        }

        return _reached;
    }

    /// <summary>
    /// Moves <see cref="PurgedThrough"/> up to what every partition has left behind by <paramref name="lateness"/>. A partition that is idle
    /// is waited for no longer than until the greatest watermark is <paramref name="retain"/> ahead. One that is only behind, or has not
    /// been heard of, is waited for however long it takes: it is still being read, and what it sends must be counted.
    /// </summary>
    /// <param name="lateness">How long after its end a window may change.</param>
    /// <param name="retain">How long windows are kept for idle partitions.</param>
    /// <param name="now">The clock, in ms.</param>
    /// <param name="newsDelay">
    /// How long it may take, in ms, until this hears that the source was given a partition. What could be purged is purged no earlier than
    /// that: a partition made before has then been heard of, and holds back.
    /// </param>
    public void Purge(long lateness, long retain, long now, long newsDelay)
    {
        var greatest = long.MinValue;
        for (var i = 0; i < SourceCount; i++)
        {
            greatest = Math.Max(greatest, this[i].Watermark);
        }

        if (greatest == long.MinValue)
        {
            return;
        }

        var through = long.MaxValue;
        for (var i = 0; i < SourceCount; i++)
        {
            var source = this[i];
            var left = source.Watermark == long.MinValue ? long.MinValue : source.Watermark - lateness;
            through = Math.Min(through, source.Idle || source.Ended ? Math.Max(left, greatest - retain) : left);
        }

        if (newsDelay > 0)
        {
            _purgeableSince = Math.Min(_purgeableSince, now);
            if (now - _purgeableSince < newsDelay)
            {
                return;
            }

            (through, _purgeable, _purgeableSince) = (Math.Min(through, _purgeable), through, now);
        }

        if (through > PurgedThrough)
        {
            PurgedThrough = through;
            Changed = true;
        }
    }

    public void MarkStored() => Changed = false;

    public void MarkStored(int partition) => _sources[partition] = _sources[partition] with { Stored = true };

    public void Write(StateWriter writer)
    {
        writer.WriteSigned(_reached);
        writer.WriteSigned(PurgedThrough);
        writer.WriteCount(SourceCount);
    }

    public void Read(ref StateReader reader)
    {
        _reached = reader.ReadSigned();
        PurgedThrough = reader.ReadSigned();
        SourceCount = Math.Max(SourceCount, (int)reader.ReadCount(1 << 20));
    }

    public void WriteSource(int partition, StateWriter writer)
    {
        var source = _sources[partition];
        writer.WriteSigned(source.Watermark);
        writer.WriteByte((byte)(source.Idle ? 1 : 0));
        writer.WriteByte((byte)(source.Ended ? 1 : 0));
    }

    public void ReadSource(int partition, ref StateReader reader)
    {
        var watermark = reader.ReadSigned();
        var idle = reader.ReadFlag();
        Set(partition, new SourceTime(watermark, idle, reader.ReadFlag(), true, true));
    }

    private void Set(int partition, SourceTime time)
    {
        while (_sources.Count <= partition)
        {
            _sources.Add(SourceTime.Unheard);
        }

        _sources[partition] = time;
    }
}

/// <summary>Where one source partition stands in event time.</summary>
/// <param name="Watermark">Its watermark in ms; <see cref="long.MinValue"/> before its first event.</param>
/// <param name="Idle">It is silent and holds nobody back.</param>
/// <param name="Ended">It is bounded and read to its end.</param>
/// <param name="Heard">It has said anything at all.</param>
/// <param name="Stored">This is in the state as it is.</param>
internal readonly record struct SourceTime(long Watermark, bool Idle, bool Ended, bool Heard, bool Stored)
{
    /// <summary>A partition that has not spoken yet.</summary>
    public static SourceTime Unheard { get; } = new(long.MinValue, false, false, false, true);
}
