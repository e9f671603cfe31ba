using StreamEngine.Core.Operators;

namespace StreamEngine.Operators;

/// <summary>The options of <c>spikes</c> as numbers; times in ms.</summary>
internal sealed class SpikeSettings(OptionSet options)
{
    public long MinNegative { get; } = options.Get(SpikesDefinition.MinNegative);

    public double AlertBudget { get; } = options.Get(SpikesDefinition.AlertBudget);

    public double ShareRise { get; } = options.Get(SpikesDefinition.ShareRise);

    public bool Praise { get; } = options.Get(SpikesDefinition.Praise);

    public long Warmup { get; } = Milliseconds(options.Get(SpikesDefinition.Warmup));

    public long History { get; } = Milliseconds(options.Get(SpikesDefinition.History));

    public long ResolveAfter { get; } = Milliseconds(options.Get(SpikesDefinition.ResolveAfter));

    public long Cooldown { get; } = Milliseconds(options.Get(SpikesDefinition.Cooldown));

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
