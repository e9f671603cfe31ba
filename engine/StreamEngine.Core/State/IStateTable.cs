namespace StreamEngine.Core.State;

/// <summary>
/// A table of state: key → value, both bytes. The operator keeps it in whatever form is fast and says at each checkpoint what changed.
/// </summary>
public interface IStateTable
{
    /// <summary>The table's name, as declared.</summary>
    string Name { get; }

    /// <summary>The version of the codec it writes.</summary>
    byte Version { get; }

    /// <summary>Writes every entry that changed since the last call, and then holds them for unchanged.</summary>
    void WriteChanges(IStateChanges changes);

    /// <summary>Takes in an entry as it was stored. Called for each live entry before the first batch, in no order.</summary>
    /// <exception cref="StateException">The entry cannot be read: an unknown version or damaged bytes.</exception>
    void Restore(ReadOnlySpan<byte> key, byte version, ReadOnlySpan<byte> value);

    /// <summary>Called once after the last <see cref="Restore"/>.</summary>
    void RestoreDone();
}

/// <summary>Receives the changes of a state table.</summary>
public interface IStateChanges
{
    /// <summary>Stores a value under a key.</summary>
    void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>Deletes a key.</summary>
    void Delete(ReadOnlySpan<byte> key);
}

/// <summary>Stored state cannot be read or carried over.</summary>
public sealed class StateException(string message, Exception? inner = null) : Exception(message, inner);
