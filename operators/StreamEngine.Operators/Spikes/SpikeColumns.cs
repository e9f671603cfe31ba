using StreamEngine.Core.Operators;

namespace StreamEngine.Operators;

/// <summary>Where the columns are that <see cref="SpikeWatch"/> reads and writes.</summary>
internal sealed class SpikeColumns(OperatorContext context)
{
    public int Start { get; } = context.Column("window_start");

    public int End { get; } = context.Column("window_end");

    public int Brand { get; } = context.Column("brand");

    public int Channel { get; } = context.Column("channel");

    public int Language { get; } = context.Column("language");

    public int Posts { get; } = context.Column("posts");

    public int Negative { get; } = context.Column("negative");

    public int Positive { get; } = context.Column("positive");

    public int FirstEvent { get; } = context.Column("first_event");

    public int LastEvent { get; } = context.Column("last_event");

    public int Version { get; } = context.Column("version");

    public int Evidence { get; } = context.Column("evidence");

    public int OutputBrand { get; } = context.OutputSchema.IndexOf("brand");

    public int OutputAlert { get; } = context.OutputSchema.IndexOf("alert");
}
