using System.Runtime.CompilerServices;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>The memory of slots: positions in one array, with their sketches and samples in pools beside it.</summary>
internal sealed class SlotStore
{
    /// <summary>The first byte of an encoded slot, and the version of the state tables that hold slots or their samples. Another layout takes another number.</summary>
    public const byte Format = 3;

    private readonly Stack<int> _free = new();
    private Slot[] _slots = new Slot[1024];
    private int _used;

    /// <summary>Author sketches of these slots.</summary>
    public AuthorSketches Authors { get; } = new();

    /// <summary>Sample posts of these slots.</summary>
    public SampleStore Samples { get; } = new();

    /// <summary>Slots in use.</summary>
    public int Count => _used - _free.Count;

    /// <summary>One past the highest position in use.</summary>
    public int End => _used;

    /// <summary>The slot at a position. The reference is valid until <see cref="Add"/>.</summary>
    public ref Slot this[int position] => ref _slots[position];

    /// <summary>Says that the slot at a position will be needed.</summary>
    public void Expect(int position) => Prefetch.At(ref _slots[position], Unsafe.SizeOf<Slot>());

    /// <summary>Makes an empty slot for a key and returns its position.</summary>
    public int Add(in SlotKey key)
    {
        if (!_free.TryPop(out var position))
        {
            if (_used == _slots.Length)
            {
                Array.Resize(ref _slots, _used * 2);
                _free.EnsureCapacity(_slots.Length);
            }

            position = _used++;
        }

        _slots[position] = new Slot { Key = key, FirstEvent = long.MaxValue, LastEvent = long.MinValue, Next = -1, Flags = SlotFlags.Live };
        return position;
    }

    /// <summary>Gives a slot back.</summary>
    public void Remove(int position)
    {
        Empty(position);
        _slots[position] = default;
        _free.Push(position);
    }

    /// <summary>Gives the keys of all slots the codes that their texts have now.</summary>
    public void Renew(KeyTexts texts)
    {
        foreach (ref var slot in _slots.AsSpan(0, _used))
        {
            if ((slot.Flags & SlotFlags.Live) != 0)
            {
                slot.Key = texts.Renew(slot.Key);
            }
        }
    }

    /// <summary>Forgets what a slot counted; its key, place and flags stay.</summary>
    public void Empty(int position)
    {
        ref var slot = ref _slots[position];
        Authors.Free(ref slot.Authors);
        Samples.Free(ref slot.Samples);
        slot = new Slot
        {
            Key = slot.Key,
            FirstEvent = long.MaxValue,
            LastEvent = long.MinValue,
            Samples = slot.Samples,
            Next = slot.Next,
            Part = slot.Part,
            Flags = slot.Flags,
        };
    }

    /// <summary>Adds what <paramref name="from"/> counted to <paramref name="into"/>. Versions add up too.</summary>
    public void Merge(int into, int from, bool withSamples = true)
    {
        ref var sum = ref _slots[into];
        ref var part = ref _slots[from];
        sum.Posts += part.Posts;
        sum.Negative += part.Negative;
        sum.Neutral += part.Neutral;
        sum.Positive += part.Positive;
        sum.Scored += part.Scored;
        sum.ScoreSum += part.ScoreSum;
        sum.Reach += part.Reach;
        sum.Late += part.Late;
        sum.FirstEvent = Math.Min(sum.FirstEvent, part.FirstEvent);
        sum.LastEvent = Math.Max(sum.LastEvent, part.LastEvent);
        sum.Version += part.Version;
        Authors.Merge(ref sum.Authors, part.Authors);
        if (withSamples)
        {
            Samples.Merge(ref sum.Samples, part.Samples);
        }
    }

    /// <summary>Writes what a slot counted. Equal content gives equal bytes.</summary>
    /// <param name="position">The slot.</param>
    /// <param name="writer">Receives the bytes.</param>
    /// <param name="withSamples">Whether its samples are among them; else whoever reads them keeps those that it has.</param>
    public void Write(int position, StateWriter writer, bool withSamples = true)
    {
        ref var slot = ref _slots[position];
        writer.WriteByte(Format);
        writer.WriteCount(slot.Version);
        writer.WriteCount(slot.Posts);
        writer.WriteCount(slot.Negative);
        writer.WriteCount(slot.Neutral);
        writer.WriteCount(slot.Positive);
        writer.WriteCount(slot.Scored);
        writer.WriteSigned(slot.ScoreSum);
        writer.WriteCount(slot.Reach);
        writer.WriteCount(slot.Late);
        writer.WriteSigned(slot.FirstEvent);
        writer.WriteCount(slot.LastEvent - slot.FirstEvent);
        Authors.Write(slot.Authors, writer);
        writer.WriteByte((byte)(withSamples ? 1 : 0));
        if (withSamples)
        {
            Samples.Write(slot.Samples, writer);
        }
    }

    /// <summary>Reads into a slot what <see cref="Write"/> wrote, in place of what it counted.</summary>
    /// <exception cref="FormatException">The bytes are of another format or damaged.</exception>
    public void Read(int position, ReadOnlySpan<byte> bytes)
    {
        ref var slot = ref _slots[position];
        Authors.Free(ref slot.Authors);
        var reader = new StateReader(bytes);
        var format = reader.ReadByte();
        if (format != Format)
        {
            throw new FormatException($"the slot has format {format}; this program reads format {Format}");
        }

        slot.Version = reader.ReadCount();
        slot.Posts = reader.ReadCount();
        slot.Negative = reader.ReadCount();
        slot.Neutral = reader.ReadCount();
        slot.Positive = reader.ReadCount();
        slot.Scored = reader.ReadCount();
        slot.ScoreSum = reader.ReadSigned();
        slot.Reach = reader.ReadCount();
        slot.Late = reader.ReadCount();
        slot.FirstEvent = reader.ReadSigned();
        slot.LastEvent = slot.FirstEvent + reader.ReadCount();
        Authors.Read(ref slot.Authors, ref reader);
        if (reader.ReadFlag())
        {
            Samples.Read(ref slot.Samples, ref reader);
        }

        reader.End();
    }

    /// <summary>Reads into a slot the samples that <see cref="SampleStore.Write"/> wrote, in place of those it has.</summary>
    /// <exception cref="FormatException">The bytes are damaged.</exception>
    public void ReadSamples(int position, ReadOnlySpan<byte> bytes)
    {
        var reader = new StateReader(bytes);
        Samples.Read(ref _slots[position].Samples, ref reader);
        reader.End();
    }
}
