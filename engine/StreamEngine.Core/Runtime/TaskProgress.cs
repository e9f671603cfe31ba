using System.Buffers.Binary;
using StreamEngine.Core.State;

namespace StreamEngine.Core.Runtime;

/// <summary>How far a task is, as it is stored with its state: the next offset and the ledger.</summary>
/// <param name="NextOffset">The offset of the first record not yet taken.</param>
/// <param name="Ledger">Where the records before it went.</param>
public readonly record struct TaskProgress(long NextOffset, Ledger Ledger)
{
    private const byte Version = 1;

    /// <summary>Bytes of the stored form.</summary>
    public const int Size = 1 + 8 + Ledger.Size;

    /// <summary>The key that it is stored under.</summary>
    public static byte[] KeyOf(string stage) => TaskState.Prefix(stage, "", "progress");

    /// <summary>Writes the stored form.</summary>
    public void Write(Span<byte> to)
    {
        to[0] = Version;
        BinaryPrimitives.WriteInt64LittleEndian(to[1..], NextOffset);
        Ledger.Write(to[9..]);
    }

    /// <summary>Reads the stored form.</summary>
    /// <exception cref="StateException">It is damaged, or of another version.</exception>
    public static TaskProgress Read(ReadOnlySpan<byte> stored)
    {
        if (stored.Length != Size || stored[0] != Version)
        {
            throw new StateException($"the stored position has version {(stored.IsEmpty ? 0 : stored[0])} and {stored.Length} bytes; this program reads version {Version}");
        }

        return new TaskProgress(BinaryPrimitives.ReadInt64LittleEndian(stored[1..]), Ledger.Read(stored[9..]));
    }
}
