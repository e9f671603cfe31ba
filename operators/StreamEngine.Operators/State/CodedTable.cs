using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>Takes in one stored entry; throws a <see cref="FormatException"/> where it cannot be read.</summary>
internal delegate void EntryReader(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

/// <summary>A table of state whose operator brings the codec. Entries of another version or damaged ones are refused with the table's name.</summary>
internal sealed class CodedTable(string owner, string name, byte version, Action<IStateChanges> write, EntryReader read, Action? done = null) : IStateTable
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public byte Version => version;

    /// <inheritdoc/>
    public void WriteChanges(IStateChanges changes) => write(changes);

    /// <inheritdoc/>
    public void Restore(ReadOnlySpan<byte> key, byte version, ReadOnlySpan<byte> value)
    {
        if (version != Version)
        {
            throw new StateException($"Operator '{owner}', state table '{Name}': an entry has version {version}; this program reads version {Version}. Run the program that wrote it, or start the graph under a new name.");
        }

        try
        {
            read(key, value);
        }
        catch (FormatException error)
        {
            throw new StateException($"Operator '{owner}', state table '{Name}' (version {version}): an entry with a key of {key.Length} and a value of {value.Length} bytes is damaged: {error.Message}.", error);
        }
    }

    /// <inheritdoc/>
    public void RestoreDone() => done?.Invoke();
}
