namespace StreamEngine.Tests.Connectors;

/// <summary>Tests marked <c>[Collection(KafkaCollection.Name)]</c> take a <see cref="RealKafka"/> in their constructor: one for all.</summary>
[CollectionDefinition(Name)]
public sealed class KafkaCollection : ICollectionFixture<RealKafka>
{
    public const string Name = "Kafka";
}
