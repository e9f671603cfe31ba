using StreamEngine.Connectors.ClickHouse;
using StreamEngine.Connectors.Files;
using StreamEngine.Connectors.Kafka;
using StreamEngine.Core.Graph;
using StreamEngine.Operators;

namespace StreamEngine.Cli.Graphs;

/// <summary>What graphs may name in this program.</summary>
internal static class GraphCatalog
{
    public static Catalog All { get; } = new(
#if WITH_MLNET
        [.. BuiltInOperators.All, new StreamEngine.Operators.MLNet.MLNetDefinition()],
#else
        BuiltInOperators.All,
#endif
        [new KafkaSourceDefinition(), new FileSourceDefinition()],
        [new KafkaSinkDefinition(), new ClickHouseSinkDefinition(), new FileSinkDefinition()]);
}
