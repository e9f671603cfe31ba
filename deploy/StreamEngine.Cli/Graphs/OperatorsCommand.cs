using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sources;

namespace StreamEngine.Cli.Graphs;

/// <summary><c>streamengine operators</c>: the reference, from the declarations.</summary>
internal static class OperatorsCommand
{
    private const string Description = "The reference of operators, sources and sinks: what each does, its options, the columns it reads and adds.";

    private const string Notes =
        """
        Examples:
          streamengine operators
          streamengine operators window
          streamengine operators --schema > graph.schema.json     then, as the first line of a graph, for editors that check YAML:
                                                                  # yaml-language-server: $schema=graph.schema.json
        """;

    private static readonly JsonSerializerOptions _readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var name = new Argument<string?>("name") { Description = "One of them in full; without it, a line for each.", Arity = ArgumentArity.ZeroOrOne };
        var schema = new System.CommandLine.Option<bool>("--schema") { Description = "The JSON Schema of graphs, for editors." };
        var command = new Command("operators", Description) { name, schema };
        command.SetAction(parsed => parsed.GetValue(schema) ? Schema(parsed.InvocationConfiguration) : Show(parsed.GetValue(name), parsed.InvocationConfiguration));
        HelpNotes.Attach(command, Notes);
        return command;
    }

    private static int Schema(InvocationConfiguration console)
    {
        console.Output.WriteLine(GraphSchema.Of(GraphCatalog.All).ToJsonString(_readable));
        return ExitCode.Done;
    }

    private static int Show(string? name, InvocationConfiguration console)
    {
        var entries = Entries();
        if (name is null)
        {
            foreach (var group in entries.GroupBy(e => e.Kind))
            {
                console.Output.WriteLine($"{group.Key}s");
                foreach (var entry in group)
                {
                    console.Output.WriteLine($"  {entry.Name,-12} {entry.Summary}");
                }
            }

            return ExitCode.Done;
        }

        var found = entries.Where(e => e.Name == name).ToList();
        if (found.Count == 0)
        {
            console.Error.WriteLine($"there is no '{name}'{NearestWord.Hint(name, entries.Select(e => e.Name))}; 'streamengine operators' lists what there is");
            return ExitCode.Usage;
        }

        foreach (var entry in found)
        {
            Write(entry, console.Output);
        }

        return ExitCode.Done;
    }

    private static void Write(Entry entry, TextWriter output)
    {
        output.WriteLine($"{entry.Kind} {entry.Name}");
        output.WriteLine(entry.Description);
        output.WriteLine();
        foreach (var option in entry.Options)
        {
            var fallback = option.Required ? "required" : option.DefaultText is { } text ? $"default {text}" : "optional";
            var choices = option.Choices.IsEmpty ? "" : $": {string.Join(", ", option.Choices)}";
            output.WriteLine($"  {option.Name}   ({option.TypeName}{choices}; {fallback})");
            output.WriteLine($"      {option.Description}");
        }

        foreach (var (title, columns) in entry.Columns.Where(c => c.Columns.Length > 0))
        {
            output.WriteLine();
            output.WriteLine(title);
            foreach (var column in columns)
            {
                output.WriteLine($"  {column.Name}   {column.Type.ToString().ToLowerInvariant()}   {column.Description}");
            }
        }

        foreach (var table in entry.State)
        {
            output.WriteLine();
            output.WriteLine($"keeps {table.Name}: {table.Description}");
        }

        output.WriteLine();
        output.WriteLine(entry.Example);
    }

    private static List<Entry> Entries()
    {
        var catalog = GraphCatalog.All;
        return
        [
            .. catalog.Operators.Values.Select(o =>
            {
                var columns = o.Columns(OptionSet.Bind(o.Name, o.Options, null, SourcePosition.Code, []), SourceDefinition.Schema);
                return new Entry("operator", o.Name, o.Summary, o.Description, o.Example, o.Options, o.State,
                    [("reads", columns.Reads), ("adds", columns.Adds), ("gives", columns.Output is null ? [] : [.. columns.Output.Columns.Where(c => !c.Internal)])]);
            }),
            .. catalog.Sources.Values.Select(s => new Entry("source", s.Name, s.Summary, s.Description, s.Example, s.Options, [], [])),
            .. catalog.Sinks.Values.Select(s => new Entry("sink", s.Name, s.Summary, s.Description, s.Example, s.Options, [], [])),
        ];
    }

    private sealed record Entry(
        string Kind,
        string Name,
        string Summary,
        string Description,
        string Example,
        ImmutableArray<Core.Operators.Option> Options,
        ImmutableArray<StateTableDeclaration> State,
        ImmutableArray<(string Title, ImmutableArray<Core.Batches.ColumnDeclaration> Columns)> Columns);
}
