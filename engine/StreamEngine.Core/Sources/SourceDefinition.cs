using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;

namespace StreamEngine.Core.Sources;

/// <summary>What a source is: its name and options. How it is read is up to the runtime that its connector brings.</summary>
public abstract class SourceDefinition
{
    /// <summary>The columns that a source fills; those of operators come after them.</summary>
    public static BatchSchema Schema { get; } = new(
        new ColumnDeclaration("value", ColumnType.Utf8, "the record's bytes as they came", Internal: true),
        new ColumnDeclaration("key", ColumnType.Utf8, "the record's key", Internal: true),
        new ColumnDeclaration("timestamp", ColumnType.Int64, "when the record was written to its source, ms since 1970", Internal: true));

    /// <summary>Position of the column <c>value</c>.</summary>
    public const int ValueColumn = 0;

    /// <summary>Position of the column <c>key</c>.</summary>
    public const int KeyColumn = 1;

    /// <summary>Position of the column <c>timestamp</c>.</summary>
    public const int TimestampColumn = 2;

    /// <summary>The name in graphs.</summary>
    public abstract string Name { get; }

    /// <summary>One sentence.</summary>
    public abstract string Summary { get; }

    /// <summary>What it does, in full, with its delivery guarantee.</summary>
    public abstract string Description { get; }

    /// <summary>YAML of a typical use.</summary>
    public abstract string Example { get; }

    /// <summary>The options it takes.</summary>
    public abstract ImmutableArray<Option> Options { get; }

    /// <summary>Checks what only the source knows. Must not throw for a user's mistake.</summary>
    public virtual void Validate(OptionSet options, ICollection<GraphProblem> problems)
    {
    }
}

/// <summary>A source without Kafka: it has an end, and the graph runs in one process.</summary>
public abstract class BoundedSourceDefinition : SourceDefinition
{
    /// <summary>Opens the source for reading from the start.</summary>
    public abstract IBoundedSource Open(OptionSet options);

    /// <summary>Opens the source for a run that a later one goes on behind: what is unfinished at the end is left to that.</summary>
    public virtual IBoundedSource OpenToGoOn(OptionSet options) => Open(options);

    /// <summary>Says why no later run can go on behind a run, after <c>option 'state'</c>; <see langword="null"/> where one can.</summary>
    public virtual string? ObstacleToGoOn(OptionSet options) => null;
}

/// <summary>Reads a bounded source, one partition after another in one sequence.</summary>
public interface IBoundedSource : IDisposable
{
    /// <summary>The source's name for dead letters: the file's.</summary>
    string Name { get; }

    /// <summary>The first bytes of the source, by which it is known again where another one may have its name; empty where none can.</summary>
    ReadOnlyMemory<byte> Beginning => default;

    /// <summary>What stands at the end and is left to a later run, as a sentence part; <see langword="null"/> for nothing.</summary>
    string? Unfinished => null;

    /// <summary>
    /// Appends records to <paramref name="batch"/> (the columns of <see cref="SourceDefinition.Schema"/>) until it has
    /// <see cref="RecordBatch.DefaultCapacity"/> rows or the end is reached; false when there was nothing left.
    /// Offsets are consecutive from <paramref name="nextOffset"/>, the first to deliver.
    /// </summary>
    bool Fill(RecordBatch batch, ref long nextOffset);
}
