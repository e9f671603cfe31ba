namespace StreamEngine.Operators;

/// <summary>
/// The detector of <c>spikes</c> on a plain series of counts: the same model and thresholds, without brands, incidents, and gates on
/// sentiment. It goes forward only: a point's score comes from that point and those before it.
/// </summary>
public sealed class SeriesDetector
{
    private readonly CountModel _model;
    private readonly HourProfile _profile = new();
    private readonly PooledProfile _pool = new();

    /// <summary>Makes a detector for one series.</summary>
    /// <param name="bucket">The time from one point to the next, at least 1 ms.</param>
    /// <param name="alertBudget">How many false alerts a week are allowed, more than 0.</param>
    /// <param name="history">After how long a point counts half for the usual level.</param>
    public SeriesDetector(TimeSpan bucket, double alertBudget = 1, TimeSpan? history = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bucket.TotalMilliseconds, 1, nameof(bucket));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(alertBudget);
        var law = new CountLaw((long)(history ?? TimeSpan.FromDays(7)).TotalMilliseconds, alertBudget);
        law.Begin((long)bucket.TotalMilliseconds);
        _model = new CountModel(law);
    }

    /// <summary>Judges the next point, then learns it.</summary>
    /// <param name="time">When its bucket started.</param>
    /// <param name="value">The count; below 0 counts as 0.</param>
    public SeriesPoint Next(DateTimeOffset time, double value)
    {
        var start = time.ToUnixTimeMilliseconds();
        var count = double.IsFinite(value) ? Math.Max(0, value) : 0;
        _profile.Enter(start, _pool);
        var season = _profile.Factor(start, _pool);
        var level = _model.Level;
        var (evidence, learnt) = _model.Learn(start, count, 0, season);
        if (learnt >= 0)
        {
            _profile.Add(learnt, level);
        }

        return new SeriesPoint(evidence.Expected, evidence.Score, evidence.Novelty >= 1);
    }
}

/// <summary>What the detector says of a point.</summary>
/// <param name="Expected">The count that was expected.</param>
/// <param name="Score">How anomalous it is, 0 to 1; 0.5 is the threshold. After a peak only what is clearly worse scores high, for about a day.</param>
/// <param name="IsAlert">Whether the threshold is reached.</param>
public readonly record struct SeriesPoint(double Expected, double Score, bool IsAlert);
