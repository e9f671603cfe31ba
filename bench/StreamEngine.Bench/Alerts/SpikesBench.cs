using System.Globalization;
using System.Reactive.Subjects;
using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Bench.Operators;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Operators;

namespace StreamEngine.Bench.Alerts;

/// <summary>
/// What watching a brand costs: 100,000 brands with posts in every minute, each minute's window told twice (open and final), a cut after
/// each batch, state written.
/// </summary>
public static class SpikesBench
{
    private const int Brands = 100_000;
    private const int WarmMinutes = 4;
    private const int Minutes = 12;
    private const double MinuteMs = 60_000;
    private static readonly long _start = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    /// <summary>
    /// Measures, and adds <c>spikes.brands_per_core</c> (how many one core keeps up with at buckets of a minute, from processor time),
    /// <c>spikes.bytes_per_brand</c> (memory) and <c>spikes.state_bytes_per_brand_minute</c>.
    /// </summary>
    public static void Run(IDictionary<string, double> report, TextWriter log)
    {
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var problems = new List<GraphProblem>();
        var definition = new SpikesDefinition();
        var options = OptionSet.Bind("spikes", definition.Options, null, SourcePosition.Code, problems);
        var task = new BenchTask();
        using var spikes = definition.Create(new OperatorContext
        {
            Graph = "bench",
            OperatorId = "spikes",
            Options = options,
            Schema = WindowColumns.Output,
            OutputSchema = SpikesDefinition.Output,
            Partition = 0,
            PartitionCount = 1,
            Time = TimeProvider.System,
            Logger = NullLogger.Instance,
            Task = task,
        });
        using var input = new Subject<RecordBatch>();
        using var subscription = spikes.Connect(input).Subscribe(_ => { });
        var windows = new MinuteWindows(Brands, _start);
        var (processor, stateBytes) = (TimeSpan.Zero, 0L);
        for (var minute = 0; minute < WarmMinutes + Minutes; minute++)
        {
            stateBytes = minute == WarmMinutes ? task.StateBytes : stateBytes;
            foreach (var batch in windows.Of(minute))
            {
                var before = ProcessorTime.OfThisThread();
                input.OnNext(batch);
                task.Cut();
                processor += minute >= WarmMinutes ? ProcessorTime.OfThisThread() - before : TimeSpan.Zero;
            }
        }

        report["spikes.brands_per_core"] = Brands * Minutes * MinuteMs / processor.TotalMilliseconds;
        report["spikes.bytes_per_brand"] = (GC.GetTotalMemory(forceFullCollection: true) - memory) / (double)Brands;
        report["spikes.state_bytes_per_brand_minute"] = (task.StateBytes - stateBytes) / (double)Brands / Minutes;
        log.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"spikes: {Brands:N0} brands, {Minutes} minutes: {processor.TotalMilliseconds * 1000 / Brands / Minutes:F2} µs of processor time per brand and minute, so one core keeps up with {report["spikes.brands_per_core"]:N0} brands; {report["spikes.bytes_per_brand"]:N0} bytes of memory per brand, {report["spikes.state_bytes_per_brand_minute"]:N0} bytes of state written per brand and minute"));
        GC.KeepAlive(spikes);
    }
}
