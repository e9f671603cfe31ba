
namespace StreamEngine.Tests.Integration;

/// <summary>Tests that share one broker and one ClickHouse; each uses a graph, and so topics and rows, of its own.</summary>
[CollectionDefinition(Name)]
public sealed class KafkaCollection : ICollectionFixture<RealKafka>, ICollectionFixture<SharedClickHouse>
{
    public const string Name = "kafka";
}
