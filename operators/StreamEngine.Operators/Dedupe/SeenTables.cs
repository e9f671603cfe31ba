using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>
/// The state of <c>dedupe</c>: names in blocks, a block an entry, written anew at each cut until it is full; and one entry for the time
/// and what was counted.
/// </summary>
internal sealed class SeenTables
{
    /// <summary>Version of both tables, and of the hash that names are.</summary>
    public const byte Version = 1;

    private const long FurthestTime = 1L << 60;
    private static readonly byte[] _timeKey = "time"u8.ToArray();

    private readonly string _owner;
    private readonly SeenPosts _seen;
    private readonly StateWriter _key = new();
    private readonly StateWriter _value = new();
    private readonly PendingDeletes _deletes = new();
    private readonly List<StoredBlock> _restored = [];
    private (long Time, long NextNumber, long ForgottenEarly, long Duplicates, long Nameless)? _storedTime;

    public SeenTables(OperatorContext context, SeenPosts seen)
    {
        (_owner, _seen) = (context.OperatorId, seen);
        seen.Forgetting = Delete;
        context.Task.Keep(new CodedTable(_owner, "time", Version, WriteTime, ReadTime));
        context.Task.Keep(new CodedTable(_owner, "names", Version, WriteBlocks, ReadBlock, Restored));
    }

    /// <summary>How many posts were removed because another of their name had come before.</summary>
    public long Duplicates { get; set; }

    /// <summary>How many posts had no name.</summary>
    public long Nameless { get; set; }

    private void WriteTime(IStateChanges changes)
    {
        var now = (_seen.Time, _seen.NextNumber, _seen.ForgottenEarly, Duplicates, Nameless);
        if (_storedTime == now)
        {
            return;
        }

        _storedTime = now;
        _value.Clear();
        _value.WriteSigned(_seen.Time);
        _value.WriteCount(_seen.NextNumber);
        _value.WriteCount(_seen.ForgottenEarly);
        _value.WriteCount(Duplicates);
        _value.WriteCount(Nameless);
        changes.Put(_timeKey, _value.Written);
    }

    private void ReadTime(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (!key.SequenceEqual(_timeKey))
        {
            throw new FormatException("its key is unknown");
        }

        var reader = new StateReader(value);
        _seen.RestoreTime(ReadMoment(ref reader), reader.ReadCount(), reader.ReadCount());
        Duplicates = reader.ReadCount();
        Nameless = reader.ReadCount();
        reader.End();
        _storedTime = (_seen.Time, _seen.NextNumber, _seen.ForgottenEarly, Duplicates, Nameless);
    }

    private void WriteBlocks(IStateChanges changes)
    {
        _deletes.WriteTo(changes);
        foreach (var bucket in _seen.Buckets)
        {
            for (var block = bucket.Stored / SeenBucket.BlockSize; bucket.Stored < bucket.Count; block++)
            {
                _value.Clear();
                _value.WriteSigned(bucket.Start);
                _value.WriteCount(bucket.End - bucket.Start);
                foreach (var name in _seen.Names(bucket, block))
                {
                    _value.WriteUInt64(name);
                }

                changes.Put(Key(bucket, block), _value.Written);
                bucket.Stored = (block * SeenBucket.BlockSize) + bucket.CountIn(block);
            }
        }
    }

    private void ReadBlock(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var reader = new StateReader(key);
        var (number, block) = (reader.ReadCount(), (int)reader.ReadCount(int.MaxValue / SeenBucket.BlockSize));
        reader.End();
        reader = new StateReader(value);
        var start = ReadMoment(ref reader);
        var end = start + reader.ReadCount(FurthestTime);
        var (count, rest) = Math.DivRem(reader.Left, sizeof(ulong));
        if (count is 0 or > SeenBucket.BlockSize || rest != 0)
        {
            throw new FormatException($"{reader.Left} bytes are not 1 to {SeenBucket.BlockSize} names of {sizeof(ulong)}");
        }

        var names = new ulong[count];
        foreach (ref var name in names.AsSpan())
        {
            name = reader.ReadUInt64();
        }

        _restored.Add(new StoredBlock(number, block, start, end, names));
    }

    private void Restored()
    {
        try
        {
            _restored.Sort(static (a, b) => (a.Number, a.Block).CompareTo((b.Number, b.Block)));
            foreach (var stored in _restored)
            {
                _seen.RestoreBlock(stored.Number, stored.Block, stored.Start, stored.End, stored.Names);
            }
        }
        catch (FormatException error)
        {
            throw new StateException($"Operator '{_owner}', state table 'names' (version {Version}): it is damaged: {error.Message}.", error);
        }

        _restored.Clear();
        _restored.TrimExcess();
        _seen.RestoreDone();
    }

    private void Delete(SeenBucket bucket)
    {
        for (var block = 0; block < SeenBucket.BlocksOf(bucket.Stored); block++)
        {
            _deletes.Add(Key(bucket, block));
        }
    }

    private ReadOnlySpan<byte> Key(SeenBucket bucket, int block)
    {
        _key.Clear();
        _key.WriteCount(bucket.Number);
        _key.WriteCount(block);
        return _key.Written;
    }

    private static long ReadMoment(ref StateReader reader) => reader.ReadSigned() is var time && time is >= -FurthestTime and <= FurthestTime
        ? time
        : throw new FormatException("a time is out of range");

    private readonly record struct StoredBlock(long Number, int Block, long Start, long End, ulong[] Names);
}
