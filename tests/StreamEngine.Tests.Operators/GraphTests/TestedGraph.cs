using System.Collections.Immutable;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sinks;
using StreamEngine.Core.Sources;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.GraphTests;

/// <summary>A graph about two brands whose source and sink must not be touched.</summary>
internal static class TestedGraph
{
    /// <summary>What the graph may name.</summary>
    public static Catalog Catalog { get; } = new(BuiltInOperators.All, [new Never()], [new Refusing()]);

    /// <summary>Reads a file of posts as the program does, for plain files.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> ReadLines(string path) => File.ReadAllLines(path).Select(line => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(line));

    public static LogicalGraph Read(TempFolder folder, string window)
    {
        File.WriteAllText(folder["brands.yaml"], "brands:\n  - { name: Acme, keywords: [acme] }\n  - { name: Bolt, keywords: [bolt] }\n");
        var yaml = $$"""
            name: tested
            source: { never: {} }
            operators:
              - decode: {}
              - match: { brands: {{folder["brands.yaml"]}} }
              - sentiment: {}
              - window: {{window}}
            sinks: [ { refusing: {} } ]
            runtime: { state: {{folder["state"]}} }
            """;
        return GraphReader.Read(YamlText.Read(yaml, "graph.yaml"), Catalog);
    }

    private sealed class Never : BoundedSourceDefinition
    {
        public override string Name => "never";

        public override string Summary => "Must not be opened.";

        public override string Description => Summary;

        public override string Example => "never: {}";

        public override ImmutableArray<Option> Options => [];

        public override IBoundedSource Open(OptionSet options) => throw new InvalidOperationException("the source was opened");
    }

    private sealed class Refusing : SinkDefinition
    {
        public override string Name => "refusing";

        public override string Summary => "Must not be made.";

        public override string Description => Summary;

        public override string Example => "- refusing: {}";

        public override ImmutableArray<Option> Options => [];

        public override ImmutableArray<StreamKind> TakesByDefault => [StreamKind.Windows];

        public override ISinkWriter Create(SinkContext context) => throw new InvalidOperationException("the sink was made");
    }
}
