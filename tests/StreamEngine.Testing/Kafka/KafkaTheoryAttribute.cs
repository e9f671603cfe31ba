namespace StreamEngine.Testing;

/// <summary>A test with parameters that needs a real Kafka broker; left out, with the reason, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KafkaTheoryAttribute : Xunit.TheoryAttribute
{
    /// <summary>Whether the test stops or kills its broker: a broker that runs already does not do then.</summary>
    public bool NeedsOwnBroker { get; set; }

    /// <inheritdoc/>
    public override string? Skip
    {
        get => base.Skip ?? KafkaAtHand.ReasonToSkip(NeedsOwnBroker);
        set => base.Skip = value;
    }
}
