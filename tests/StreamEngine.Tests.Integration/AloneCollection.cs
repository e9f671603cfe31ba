namespace StreamEngine.Tests.Integration;

/// <summary>Tests that run while no other does, since they measure time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
