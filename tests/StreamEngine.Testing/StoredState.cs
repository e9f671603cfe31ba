using StreamEngine.Core.State;

namespace StreamEngine.Testing;

/// <summary>State tables as a task stores them, in memory: by table, key and codec version.</summary>
public sealed class StoredState
{
    private readonly Dictionary<string, Dictionary<string, (byte Version, byte[] Value)>> _tables = [];
    private readonly Dictionary<string, int> _puts = [];

    /// <summary>How many entries a table has.</summary>
    public int Count(string table) => _tables.TryGetValue(table, out var entries) ? entries.Count : 0;

    /// <summary>How often entries of a table were written so far.</summary>
    public int Puts(string table) => _puts.GetValueOrDefault(table);

    /// <summary>A table's entries, in no order.</summary>
    public IReadOnlyList<(byte[] Key, byte Version, byte[] Value)> Entries(string table) =>
        _tables.TryGetValue(table, out var entries) ? [.. entries.Select(e => (Convert.FromHexString(e.Key), e.Value.Version, e.Value.Value))] : [];

    /// <summary>Takes in what has changed in a table.</summary>
    public void Store(IStateTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (!_tables.TryGetValue(table.Name, out var entries))
        {
            _tables[table.Name] = entries = [];
        }

        var changes = new Changes(entries, table.Version);
        table.WriteChanges(changes);
        _puts[table.Name] = Puts(table.Name) + changes.Puts;
    }

    /// <summary>Fills a table with what is stored.</summary>
    public void RestoreInto(IStateTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (_tables.TryGetValue(table.Name, out var entries))
        {
            foreach (var (key, (version, value)) in entries)
            {
                table.Restore(Convert.FromHexString(key), version, value);
            }
        }

        table.RestoreDone();
    }

    private sealed class Changes(Dictionary<string, (byte, byte[])> entries, byte version) : IStateChanges
    {
        public int Puts { get; private set; }

        public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
            entries[Convert.ToHexString(key)] = (version, value.ToArray());
            Puts++;
        }

        public void Delete(ReadOnlySpan<byte> key) => entries.Remove(Convert.ToHexString(key));
    }
}
