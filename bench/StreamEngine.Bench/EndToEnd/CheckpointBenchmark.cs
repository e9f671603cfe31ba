namespace StreamEngine.Bench.EndToEnd;

/// <summary>
/// What checkpoints cost: the same graph over the same posts with one every 200 ms, and with none until everything is read. Both in turns,
/// since what else the machine does changes.
/// </summary>
internal static class CheckpointBenchmark
{
    private const int Rounds = 3;

    private static readonly Dictionary<string, object?> _often = new() { ["checkpoint_interval"] = "200ms" };
    private static readonly Dictionary<string, object?> _never = new() { ["checkpoint_interval"] = "1h", ["checkpoint_bytes"] = 1 << 30 };

    /// <summary>Measures against a broker.</summary>
    /// <param name="report">Receives <c>checkpoints.ratio</c> and <c>checkpoints.ratio_per_cpu_s</c>: posts/s with checkpoints as a part of those without, by the clock and by processor time.</param>
    /// <param name="log">Receives the figures as text.</param>
    /// <param name="bootstrap">The broker.</param>
    public static void Run(IDictionary<string, double> report, TextWriter log, string bootstrap)
    {
        var topic = EndToEndBenchmark.MakeTopic(bootstrap, log);
        var (with, without) = (new EndToEndBenchmark.Figure[Rounds], new EndToEndBenchmark.Figure[Rounds]);
        for (var round = 0; round < Rounds; round++)
        {
            with[round] = EndToEndBenchmark.RunGraph(bootstrap, topic, _often);
            without[round] = EndToEndBenchmark.RunGraph(bootstrap, topic, _never);
            log.WriteLine($"checkpoints: round {round + 1}: every 200 ms {with[round].PerSecond:N0} posts/s, {with[round].PerProcessorSecond:N0} per processor second; none {without[round].PerSecond:N0} posts/s, {without[round].PerProcessorSecond:N0}");
        }

        report["checkpoints.ratio"] = with.Average(f => f.PerSecond) / without.Average(f => f.PerSecond);
        report["checkpoints.ratio_per_cpu_s"] = with.Average(f => f.PerProcessorSecond) / without.Average(f => f.PerProcessorSecond);
        log.WriteLine($"checkpoints: every 200 ms is {report["checkpoints.ratio"]:F2} of without by the clock, {report["checkpoints.ratio_per_cpu_s"]:F2} by processor time");
    }
}
