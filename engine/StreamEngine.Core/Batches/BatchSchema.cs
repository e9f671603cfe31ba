using System.Collections.Immutable;

namespace StreamEngine.Core.Batches;

/// <summary>A column's name and type.</summary>
/// <param name="Name">The name, in snake_case.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="Description">What it holds, with unit and range.</param>
/// <param name="Internal">Whether it stays inside the engine: not written to topics as JSON, files or tables.</param>
public readonly record struct ColumnDeclaration(string Name, ColumnType Type, string Description = "", bool Internal = false)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Type.ToString().ToLowerInvariant()}";
}

/// <summary>The columns of a batch, in order. Names are unique.</summary>
public sealed class BatchSchema
{
    /// <summary>Creates a schema.</summary>
    /// <exception cref="ArgumentException">Two columns have one name.</exception>
    public BatchSchema(params IEnumerable<ColumnDeclaration> columns)
    {
        Columns = [.. columns];
        foreach (var column in Columns)
        {
            if (Columns.Count(c => c.Name == column.Name) > 1)
            {
                throw new ArgumentException($"two columns are named '{column.Name}'", nameof(columns));
            }
        }
    }

    /// <summary>The columns, in order.</summary>
    public ImmutableArray<ColumnDeclaration> Columns { get; }

    /// <summary>What kind of windows the rows are; <see langword="null"/> where they are none.</summary>
    public WindowShape? Windows { get; init; }

    /// <summary>The column's position, or -1 if there is none of that name.</summary>
    public int IndexOf(string name)
    {
        for (var i = 0; i < Columns.Length; i++)
        {
            if (Columns[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Whether there is a column of that name and type.</summary>
    public bool Has(string name, ColumnType type)
    {
        var i = IndexOf(name);
        return i >= 0 && Columns[i].Type == type;
    }

    /// <summary>This schema followed by those of <paramref name="added"/> that it does not have.</summary>
    public BatchSchema With(params IEnumerable<ColumnDeclaration> added) =>
        new(Columns.Concat(added.Where(a => IndexOf(a.Name) < 0))) { Windows = Windows };
}

/// <summary>The kind of windows that rows are.</summary>
/// <param name="Length">How long each is; of sessions the gap that ends one.</param>
/// <param name="IsSession">Whether they are sessions, whose bounds move while posts come, and of which rows are taken back.</param>
public sealed record WindowShape(TimeSpan Length, bool IsSession = false);
