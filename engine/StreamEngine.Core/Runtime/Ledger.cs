using System.Buffers.Binary;
using StreamEngine.Core.Batches;

namespace StreamEngine.Core.Runtime;

/// <summary>
/// Where the records of a source partition went. Every record consumed is in exactly one of the four:
/// <c>consumed = counted + unmatched + late + dead</c>.
/// </summary>
public readonly record struct Ledger(long Consumed, long Counted, long Unmatched, long Late, long Dead)
{
    /// <summary>Bytes of the stored form.</summary>
    public const int Size = 40;

    /// <summary>Records that no operator accounted for. Anything but 0 is a defect of an operator.</summary>
    public long Unaccounted => Consumed - Counted - Unmatched - Late - Dead;

    /// <summary>Whether every record is accounted for.</summary>
    public bool IsBalanced => Unaccounted == 0;

    /// <summary>The sum of two ledgers.</summary>
    public static Ledger operator +(Ledger a, Ledger b) =>
        new(a.Consumed + b.Consumed, a.Counted + b.Counted, a.Unmatched + b.Unmatched, a.Late + b.Late, a.Dead + b.Dead);

    /// <summary>The sum of two ledgers.</summary>
    public static Ledger Add(Ledger left, Ledger right) => left + right;

    /// <summary>This ledger and the records of a batch that is done.</summary>
    public Ledger With(RecordOrigin origin)
    {
        long counted = 0, unmatched = 0, late = 0, dead = 0;
        foreach (var fate in origin.Fates)
        {
            switch (fate)
            {
                case RecordFate.Counted:
                    counted++;
                    break;
                case RecordFate.Unmatched:
                    unmatched++;
                    break;
                case RecordFate.Late:
                    late++;
                    break;
                case RecordFate.Dead:
                    dead++;
                    break;
                default:
                    break;
            }
        }

        return this + new Ledger(origin.Count, counted, unmatched, late, dead);
    }

    /// <summary>Writes the stored form: five Int64, little endian.</summary>
    public void Write(Span<byte> to)
    {
        ReadOnlySpan<long> values = [Consumed, Counted, Unmatched, Late, Dead];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(to[(i * 8)..], values[i]);
        }
    }

    /// <summary>Reads the stored form.</summary>
    public static Ledger Read(ReadOnlySpan<byte> from) => new(
        BinaryPrimitives.ReadInt64LittleEndian(from),
        BinaryPrimitives.ReadInt64LittleEndian(from[8..]),
        BinaryPrimitives.ReadInt64LittleEndian(from[16..]),
        BinaryPrimitives.ReadInt64LittleEndian(from[24..]),
        BinaryPrimitives.ReadInt64LittleEndian(from[32..]));

    /// <inheritdoc/>
    public override string ToString() =>
        $"consumed {Consumed:N0} = counted {Counted:N0} + unmatched {Unmatched:N0} + late {Late:N0} + dead {Dead:N0}{(IsBalanced ? "" : $", UNACCOUNTED {Unaccounted:N0}")}";
}
