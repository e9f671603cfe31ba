namespace StreamEngine.Operators;

/// <summary>
/// The names of the posts that a partition let through lately, by its event time: the greatest so far. Time is cut into buckets of an
/// eighth of <c>within</c>; a bucket is forgotten as a whole.
/// </summary>
/// <remarks>
/// A bucket holds the names that came while its start ≤ time &lt; its end, and is forgotten when time ≥ its end + within. So a name is
/// known for at least <c>within</c> after it came, and for at most an eighth longer. There are never more than <c>most</c> names: the
/// oldest bucket goes before the next name comes, and none takes more than an eighth of them. All this depends on the order of the
/// posts alone.
/// </remarks>
internal sealed class SeenPosts
{
    /// <summary>Buckets in <c>within</c>.</summary>
    public const int Parts = 8;

    private readonly long _within;
    private readonly long _width;
    private readonly int _most;
    private readonly int _mostPerBucket;
    private readonly NameSet _names = new();
    private readonly BlockPool<ulong> _blocks = new(SeenBucket.BlockSize, pageBits: 5);
    private readonly List<SeenBucket> _buckets = [];
    private readonly Stack<SeenBucket> _free = new();
    private SeenBucket? _open;
    private long _due = long.MaxValue;

    /// <param name="within">How long a name is known, in ms of event time.</param>
    /// <param name="most">How many names are known at the most.</param>
    public SeenPosts(TimeSpan within, int most)
    {
        _within = (long)within.TotalMilliseconds;
        _width = Math.Max(1, _within / Parts);
        (_most, _mostPerBucket) = (most, Math.Max(1, most / Parts));
    }

    /// <summary>The partition's event time, ms since 1970.</summary>
    public long Time { get; private set; } = PostTime.Earliest;

    /// <summary>The number of the next bucket.</summary>
    public long NextNumber { get; private set; }

    /// <summary>How many names are known.</summary>
    public int Count => _names.Count;

    /// <summary>How many names were forgotten before their time because there were too many.</summary>
    public long ForgottenEarly { get; private set; }

    /// <summary>Whether that happened since the start.</summary>
    public bool HasForgottenEarly { get; private set; }

    /// <summary>The buckets, oldest first.</summary>
    public IReadOnlyList<SeenBucket> Buckets => _buckets;

    /// <summary>Called with a bucket that is about to be forgotten.</summary>
    public Action<SeenBucket>? Forgetting { get; set; }

    /// <summary>Says that a name will be looked up.</summary>
    public void Expect(ulong name) => _names.Expect(name);

    /// <summary>Moves time on; one that is not later changes nothing.</summary>
    public void MoveTo(long time)
    {
        if (time <= Time)
        {
            return;
        }

        Time = time;
        if (time >= _due)
        {
            Turn();
        }
    }

    /// <summary>Takes a name in; false where it is known already.</summary>
    public bool Add(ulong name)
    {
        var place = _names.Find(name);
        if (_names.IsTaken(place))
        {
            return false;
        }

        if (_names.Count >= _most)
        {
            MakeRoom();
            place = _names.Find(name);
        }

        if (_open is null || _open.Count >= _mostPerBucket)
        {
            Open();
        }

        _names.Add(place, name);
        var bucket = _open!;
        var at = bucket.Count++ % SeenBucket.BlockSize;
        if (at == 0)
        {
            bucket.Blocks.Add(_blocks.Rent());
        }

        _blocks[bucket.Blocks[^1]][at] = name;
        return true;
    }

    /// <summary>The names of a block of a bucket.</summary>
    public ReadOnlySpan<ulong> Names(SeenBucket bucket, int block) => _blocks[bucket.Blocks[block]][..bucket.CountIn(block)];

    /// <summary>Sets time, the number of the next bucket and what was forgotten early to what was stored.</summary>
    public void RestoreTime(long time, long nextNumber, long forgottenEarly) => (Time, NextNumber, ForgottenEarly) = (time, nextNumber, forgottenEarly);

    /// <summary>Takes in the next block of a stored bucket; blocks come in order. A bucket with the number of the last one is that one.</summary>
    /// <exception cref="FormatException">The block does not go with those before it.</exception>
    public void RestoreBlock(long number, int block, long start, long end, ReadOnlySpan<ulong> names)
    {
        if (_buckets.Count == 0 || _buckets[^1].Number != number)
        {
            _buckets.Add(NewBucket(number, start, end));
        }

        var bucket = _buckets[^1];
        if ((bucket.Start, bucket.End) != (start, end) || bucket.Count != block * SeenBucket.BlockSize)
        {
            throw new FormatException($"block {block} of bucket {number} does not go with the {bucket.Blocks.Count} before it");
        }

        foreach (var name in names)
        {
            var place = _names.Find(name);
            if (name == 0 || _names.IsTaken(place))
            {
                throw new FormatException($"block {block} of bucket {number} holds a name twice");
            }

            _names.Add(place, name);
        }

        bucket.Blocks.Add(_blocks.Rent());
        names.CopyTo(_blocks[bucket.Blocks[^1]]);
        bucket.Count += names.Length;
        bucket.Stored = bucket.Count;
    }

    /// <summary>Goes on from what was restored.</summary>
    public void RestoreDone()
    {
        _open = _buckets.Count > 0 && Time < _buckets[^1].End ? _buckets[^1] : null;
        NextNumber = Math.Max(NextNumber, _buckets.Count > 0 ? _buckets[^1].Number + 1 : 0);
        Turn();
    }

    /// <summary>Forgets what is over, and closes the bucket whose time has passed.</summary>
    private void Turn()
    {
        while (_buckets.Count > 0 && Time >= _buckets[0].End + _within)
        {
            ForgetOldest();
        }

        if (_open is not null && Time >= _open.End)
        {
            _open = null;
        }

        SetDue();
    }

    private void SetDue() => _due = _buckets.Count == 0 ? long.MaxValue : Math.Min(_buckets[0].End + _within, _open?.End ?? long.MaxValue);

    private void Open()
    {
        // Buckets that were made with another width end where they end: none starts before that, unless the last one is full.
        var start = Time - Modulo(Time, _width);
        var end = start + _width;
        if (_buckets.Count > 0 && _buckets[^1].End > start)
        {
            (start, end) = Time < _buckets[^1].End ? (_buckets[^1].Start, _buckets[^1].End) : (_buckets[^1].End, end);
        }

        _open = NewBucket(NextNumber++, start, end);
        _buckets.Add(_open);
        SetDue();
    }

    private SeenBucket NewBucket(long number, long start, long end)
    {
        if (!_free.TryPop(out var bucket))
        {
            bucket = new SeenBucket();
        }

        (bucket.Number, bucket.Start, bucket.End) = (number, start, end);
        return bucket;
    }

    private void MakeRoom()
    {
        while (_names.Count >= _most)
        {
            HasForgottenEarly = true;
            ForgottenEarly += _buckets[0].Count;
            ForgetOldest();
        }
    }

    private void ForgetOldest()
    {
        var bucket = _buckets[0];
        Forgetting?.Invoke(bucket);
        for (var block = 0; block < bucket.Blocks.Count; block++)
        {
            var names = Names(bucket, block);
            foreach (var name in names)
            {
                _names.Expect(name);
            }

            foreach (var name in names)
            {
                _names.Remove(name);
            }

            _blocks.Return(bucket.Blocks[block]);
        }

        bucket.Blocks.Clear();
        bucket.Count = bucket.Stored = 0;
        _buckets.RemoveAt(0);
        _free.Push(bucket);
        if (bucket == _open)
        {
            _open = null;
        }

        SetDue();
    }

    private static long Modulo(long value, long divisor) => value % divisor is var rest && rest < 0 ? rest + divisor : rest;
}
