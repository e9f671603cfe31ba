using System.Collections.Immutable;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sources;

namespace StreamEngine.Connectors.Files;

/// <summary>The source <c>file</c>: lines of a file, each a record.</summary>
public sealed class FileSourceDefinition : BoundedSourceDefinition
{
    private static readonly Option<string> _path = Option.Path("path", "the file with one record per line, plain or gzip (found by its first bytes); '-' reads standard input");

    /// <inheritdoc/>
    public override string Name => "file";

    /// <inheritdoc/>
    public override string Summary => "Reads a file's lines, plain or gzip.";

    /// <inheritdoc/>
    public override string Description => "Each line is a record with its number, from 1, as its offset; empty lines are passed over. The graph runs in one process to the end of the file, after which every window is final. Each run counts anew, unless runtime.state names a folder: then a run that was stopped is gone on with, and so is a file that has grown. One that is shorter than what was read, or begins in another way, is refused; half a JSON object as the last line is left to the next run.";

    /// <inheritdoc/>
    public override string Example => "file:\n  path: posts.jsonl.gz";

    /// <inheritdoc/>
    public override ImmutableArray<Option> Options { get; } = [_path];

    /// <inheritdoc/>
    public override void Validate(OptionSet options, ICollection<GraphProblem> problems)
    {
        var path = options.Get(_path);
        if (!IsStandardInput(path) && !File.Exists(path))
        {
            problems.Add(new GraphProblem(options.PositionOf(_path), $"source 'file': there is no file '{path}'"));
        }
    }

    /// <inheritdoc/>
    public override IBoundedSource Open(OptionSet options) => Open(options, goesOn: false);

    /// <inheritdoc/>
    public override IBoundedSource OpenToGoOn(OptionSet options) => Open(options, goesOn: true);

    /// <inheritdoc/>
    public override string? ObstacleToGoOn(OptionSet options) => IsStandardInput(options.Get(_path))
        ? "cannot go with standard input, as each run has another one: name a file in source.file.path, or leave 'state' out"
        : null;

    private static LineSource Open(OptionSet options, bool goesOn)
    {
        var path = options.Get(_path);
        return IsStandardInput(path)
            ? new LineSource("standard input", Console.OpenStandardInput(), goesOn)
            : new LineSource(Path.GetFileName(path), File.OpenRead(path), goesOn);
    }

    private static bool IsStandardInput(string path) => Path.GetFileName(path) == "-";
}
