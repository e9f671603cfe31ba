using StreamEngine.Core.Sinks;

namespace StreamEngine.Tests.Connectors.Sinks;

/// <summary>What a sink writes to, of a test's own.</summary>
internal interface ISinkTarget : IAsyncDisposable
{
    /// <summary>The stream that it takes.</summary>
    SinkInput Input { get; }

    /// <summary>A writer to it, which goes on where the one before has ended.</summary>
    ISinkWriter Create();

    /// <summary>A record of that stream by its number.</summary>
    byte[] Record(int number);

    /// <summary>The numbers of the records that a reader counts, by the rule that the sink's documentation gives, in order.</summary>
    Task<IReadOnlyList<int>> Read();

    /// <summary>Ends the other side, at once. Only where there is one.</summary>
    Task GoAway() => throw new NotSupportedException();

    /// <summary>Starts it again.</summary>
    Task ComeBack() => throw new NotSupportedException();
}
