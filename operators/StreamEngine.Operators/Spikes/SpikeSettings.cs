using StreamEngine.Core.Operators;

namespace StreamEngine.Operators;

/// <summary>The options of <c>spikes</c> as numbers; times in ms.</summary>
internal sealed class SpikeSettings(OptionSet options)
{
    private const double Week = 7 * 86_400_000.0;

    /// <summary>
    /// The count model does not know the hour of the day yet; so a threshold a tenth of what the budget allows is taken.
    /// </summary>
    private const double Caution = 0.1;

    public long MinNegative { get; } = options.Get(SpikesDefinition.MinNegative);

    public double ShareRise { get; } = options.Get(SpikesDefinition.ShareRise);

    public long Warmup { get; } = Milliseconds(options.Get(SpikesDefinition.Warmup));

    public long History { get; } = Milliseconds(options.Get(SpikesDefinition.History));

    public long ResolveAfter { get; } = Milliseconds(options.Get(SpikesDefinition.ResolveAfter));

    public long Cooldown { get; } = Milliseconds(options.Get(SpikesDefinition.Cooldown));

    private readonly double _budget = options.Get(SpikesDefinition.AlertBudget);

    /// <summary>The p-value below which a bucket is a spike, so that chance alone opens at most the budget's incidents in a week.</summary>
    public double Threshold(long bucketSize) => Math.Min(0.05, Caution * _budget * bucketSize / Week);

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
