
namespace StreamEngine.Tests.Integration;

/// <summary>Tests that share one broker.</summary>
[CollectionDefinition(Name)]
public sealed class KafkaCollection : ICollectionFixture<RealKafka>
{
    public const string Name = "kafka";
}
