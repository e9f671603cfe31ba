namespace StreamEngine.Core.Batches;

/// <summary>
/// The records that a batch was made from: their place in the source, their event times and their fates. One entry per record consumed,
/// whether its row still stands in the batch or not.
/// </summary>
public sealed class RecordOrigin
{
    private long[] _offsets = new long[RecordBatch.DefaultCapacity];
    private long[] _eventTimes = new long[RecordBatch.DefaultCapacity];
    private RecordFate[] _fates = new RecordFate[RecordBatch.DefaultCapacity];

    /// <summary>The source's name: a topic or a file.</summary>
    public string Source { get; set; } = "";

    /// <summary>The source partition.</summary>
    public int Partition { get; set; }

    /// <summary>How many records there are.</summary>
    public int Count { get; private set; }

    /// <summary>Each record's offset in its source partition; for files the line number from 1.</summary>
    public ReadOnlySpan<long> Offsets => _offsets.AsSpan(0, Count);

    /// <summary>Each record's event time in ms since 1970, or <see cref="long.MinValue"/> where none was decoded.</summary>
    public Span<long> EventTimes => _eventTimes.AsSpan(0, Count);

    /// <summary>Each record's fate so far.</summary>
    public ReadOnlySpan<RecordFate> Fates => _fates.AsSpan(0, Count);

    /// <summary>Adds a record and returns its index.</summary>
    public int Add(long offset)
    {
        if (Count == _offsets.Length)
        {
            Array.Resize(ref _offsets, Count * 2);
            Array.Resize(ref _eventTimes, Count * 2);
            Array.Resize(ref _fates, Count * 2);
        }

        _offsets[Count] = offset;
        _eventTimes[Count] = long.MinValue;
        _fates[Count] = RecordFate.None;
        return Count++;
    }

    /// <summary>Raises a record's fate to <paramref name="fate"/> unless it already has a higher one.</summary>
    public void Mark(int record, RecordFate fate)
    {
        if (fate > _fates[record])
        {
            _fates[record] = fate;
        }
    }

    /// <summary>Forgets all records.</summary>
    public void Clear() => Count = 0;

    /// <summary>The median of some of the event times; <see cref="long.MinValue"/> where there are none.</summary>
    public long MiddleTime()
    {
        var times = EventTimes;
        const int most = 15;
        Span<long> some = stackalloc long[most];
        var count = 0;
        for (var i = 0; i < most && i < times.Length; i++)
        {
            var time = times[(int)((long)i * times.Length / Math.Min(most, times.Length))];
            if (time != long.MinValue)
            {
                some[count++] = time;
            }
        }

        some[..count].Sort();
        return count == 0 ? long.MinValue : some[count / 2];
    }
}
