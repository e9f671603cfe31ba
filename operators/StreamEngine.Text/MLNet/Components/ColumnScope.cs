namespace StreamEngine.Text.MLNet;

/// <summary>The columns that stand under each name as the pipeline goes on: a later one hides an earlier one.</summary>
internal sealed class ColumnScope
{
    private readonly Dictionary<string, Column> _columns = new(StringComparer.Ordinal);
    private ModelComponent? _keepsOnly;

    /// <summary>The column of a name; one that nothing has made is read from the caller.</summary>
    public Column Get(string name, ModelComponent reader)
    {
        if (!_columns.TryGetValue(name, out var column))
            _columns[name] = column = _keepsOnly is null ? new InputColumn(name) : new DroppedColumn(_keepsOnly);
        return column is DroppedColumn dropped
            ? throw reader.Error($"reads the column \"{name}\", which {dropped.Origin.Path} has dropped")
            : column;
    }

    /// <summary>The column of a name, or null where there is none.</summary>
    public Column? Find(string name) => _columns.GetValueOrDefault(name);

    public void Set(string name, Column column) => _columns[name] = column;

    /// <summary>Drops the named columns.</summary>
    public void Drop(IEnumerable<string> names, ModelComponent dropper)
    {
        foreach (var name in names)
            _columns[name] = new DroppedColumn(dropper);
    }

    /// <summary>Drops all but the named columns, those included that nothing has read so far.</summary>
    public void Keep(IReadOnlyCollection<string> names, ModelComponent dropper)
    {
        foreach (var name in names)
            Get(name, dropper);
        foreach (var name in _columns.Keys.Except(names).ToList())
            _columns[name] = new DroppedColumn(dropper);
        _keepsOnly = dropper;
    }
}
