using System.Collections.Immutable;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Connectors.Files;

/// <summary>The sink <c>file</c>: JSON lines.</summary>
public sealed class FileSinkDefinition : SinkDefinition
{
    private static readonly Option<string> _path = Option.Path("path", "the file to write, one JSON document per line; gzip where it ends in .gz");

    /// <inheritdoc/>
    public override string Name => "file";

    /// <inheritdoc/>
    public override string Summary => "Writes JSON lines.";

    /// <inheritdoc/>
    public override string Description => "Windows and posts are objects with one property per column, alerts are documents; dead letters and late posts are objects with the original text and the reason. A run over a file begins it anew, except where the graph keeps its state in a folder (runtime.state) and goes on: then it is added to, as it always is where the source is Kafka. Half a line at its end, or a gzip file's missing end, is then taken away and written again; a file that is damaged in another way, or not this sink's, is refused. After a failure records are written again: each window's line with the highest 'version' is the one that counts.";

    /// <inheritdoc/>
    public override string Example => "- file:\n    path: windows.jsonl\n  from: window";

    /// <inheritdoc/>
    public override ImmutableArray<Option> Options { get; } = [_path];

    /// <inheritdoc/>
    public override ImmutableArray<StreamKind> TakesByDefault { get; } = [StreamKind.Windows];

    /// <inheritdoc/>
    public override ISinkWriter Create(SinkContext context) => new LineWriter(context.Options.Get(_path), context.Continues, context.Logger);
}
