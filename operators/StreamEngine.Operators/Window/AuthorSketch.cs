using System.Runtime.InteropServices;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>A set of authors' hashes: exact up to <see cref="AuthorSketches.MaxExact"/>, beyond that a <see cref="HyperLogLog"/>.</summary>
internal struct AuthorSketch
{
    /// <summary>How many hashes are kept as they are; -1 once it is a HyperLogLog.</summary>
    public short Exact;

    /// <summary>Which pool its block is from.</summary>
    public short Pool;

    /// <summary>Its block; undefined while it is empty.</summary>
    public int Block;
}

/// <summary>
/// The memory of author sketches, and what can be done with them. A sketch depends only on the set of hashes added, never on their order or
/// on how parts were merged: so it is exact if and only if there are at most <see cref="MaxExact"/> of them.
/// </summary>
internal sealed class AuthorSketches
{
    /// <summary>The largest set that is kept exactly.</summary>
    public const int MaxExact = 64;

    private const int HyperLogLogPool = 3;
    private const byte HyperLogLogTag = MaxExact + 1;
    private readonly BlockPool<ulong>[] _pools = [new(4, 12), new(16, 10), new(MaxExact, 8), new(HyperLogLog.Registers / sizeof(ulong), 6)];
    private readonly ulong[] _sorted = new ulong[MaxExact];

    /// <summary>Says that a hash will be added.</summary>
    public void Expect(in AuthorSketch sketch, ulong hash)
    {
        if (sketch.Exact < 0)
        {
            Prefetch.At(ref RegistersOf(sketch)[HyperLogLog.IndexOf(hash)], 1);
        }
        else if (sketch.Exact > 0)
        {
            Prefetch.At(ref _pools[sketch.Pool][sketch.Block][0], (sketch.Exact + 1) * sizeof(ulong));
        }
    }

    /// <summary>Adds a hash to the set.</summary>
    public void Add(ref AuthorSketch sketch, ulong hash)
    {
        if (sketch.Exact < 0)
        {
            HyperLogLog.Add(RegistersOf(sketch), hash);
        }
        else if (sketch.Exact == 0)
        {
            sketch = new AuthorSketch { Exact = 1, Pool = 0, Block = _pools[0].Rent() };
            _pools[0][sketch.Block][0] = hash;
        }
        else
        {
            AddToExact(ref sketch, hash);
        }
    }

    /// <summary>Makes <paramref name="into"/> the union of both.</summary>
    public void Merge(ref AuthorSketch into, in AuthorSketch from)
    {
        if (from.Exact >= 0)
        {
            foreach (var hash in HashesOf(from))
            {
                Add(ref into, hash);
            }

            return;
        }

        if (into.Exact >= 0)
        {
            ToHyperLogLog(ref into);
        }

        HyperLogLog.Merge(RegistersOf(into), RegistersOf(from));
    }

    /// <summary>How many distinct hashes there are: exact up to <see cref="MaxExact"/>, then estimated.</summary>
    public long Count(in AuthorSketch sketch) => sketch.Exact >= 0 ? sketch.Exact : HyperLogLog.Estimate(RegistersOf(sketch));

    /// <summary>Empties a sketch.</summary>
    public void Free(ref AuthorSketch sketch)
    {
        if (sketch.Exact != 0)
        {
            _pools[sketch.Pool].Return(sketch.Block);
        }

        sketch = default;
    }

    public void Write(in AuthorSketch sketch, StateWriter writer)
    {
        if (sketch.Exact < 0)
        {
            writer.WriteByte(HyperLogLogTag);
            writer.WriteRaw(RegistersOf(sketch));
            return;
        }

        writer.WriteByte((byte)sketch.Exact);
        var sorted = _sorted.AsSpan(0, sketch.Exact);
        HashesOf(sketch).CopyTo(sorted);
        sorted.Sort();
        foreach (var hash in sorted)
        {
            writer.WriteUInt64(hash);
        }
    }

    /// <summary>Reads into an empty sketch.</summary>
    public void Read(ref AuthorSketch sketch, ref StateReader reader)
    {
        var count = reader.ReadByte();
        if (count == HyperLogLogTag)
        {
            var registers = reader.ReadRaw(HyperLogLog.Registers);
            if (registers.IndexOfAnyExceptInRange((byte)0, (byte)HyperLogLog.MaxRank) >= 0)
            {
                throw new FormatException("a register of the author sketch is out of range");
            }

            ToHyperLogLog(ref sketch);
            registers.CopyTo(RegistersOf(sketch));
            return;
        }

        if (count > MaxExact)
        {
            throw new FormatException($"the author sketch has the unknown form {count}");
        }

        for (var i = 0; i < count; i++)
        {
            Add(ref sketch, reader.ReadUInt64());
        }
    }

    private ReadOnlySpan<ulong> HashesOf(in AuthorSketch sketch) => sketch.Exact == 0 ? default : _pools[sketch.Pool][sketch.Block][..sketch.Exact];

    private Span<byte> RegistersOf(in AuthorSketch sketch) => MemoryMarshal.AsBytes(_pools[HyperLogLogPool][sketch.Block]);

    private void AddToExact(ref AuthorSketch sketch, ulong hash)
    {
        var hashes = _pools[sketch.Pool][sketch.Block];
        if (hashes[..sketch.Exact].Contains(hash))
        {
            return;
        }

        if (sketch.Exact == MaxExact)
        {
            ToHyperLogLog(ref sketch);
            HyperLogLog.Add(RegistersOf(sketch), hash);
            return;
        }

        if (sketch.Exact == hashes.Length)
        {
            var larger = _pools[sketch.Pool + 1].Rent();
            var moved = _pools[sketch.Pool + 1][larger];
            hashes.CopyTo(moved);
            _pools[sketch.Pool].Return(sketch.Block);
            (sketch.Pool, sketch.Block) = ((short)(sketch.Pool + 1), larger);
            hashes = moved;
        }

        hashes[sketch.Exact++] = hash;
    }

    private void ToHyperLogLog(ref AuthorSketch sketch)
    {
        var block = _pools[HyperLogLogPool].Rent();
        var registers = MemoryMarshal.AsBytes(_pools[HyperLogLogPool][block]);
        foreach (var hash in HashesOf(sketch))
        {
            HyperLogLog.Add(registers, hash);
        }

        Free(ref sketch);
        sketch = new AuthorSketch { Exact = -1, Pool = HyperLogLogPool, Block = block };
    }
}
