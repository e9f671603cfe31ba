using StreamEngine.Chaos;
using Xunit.Abstractions;

namespace StreamEngine.Tests.Integration;

/// <summary>The short forms of `make chaos`.</summary>
[Collection(AloneCollection.Name)]
public sealed class ChaosTests(ITestOutputHelper output)
{
    [KafkaFact(NeedsOwnBroker = true)]
    public async Task Whatever_is_killed_or_frozen_every_window_record_and_alert_is_there_once()
    {
        var options = new ChaosOptions
        {
            Seed = 2,
            Posts = 50_000,
            Span = TimeSpan.FromHours(2),
            Brands = 8,
            Partitions = 4,
            Rate = 10_000,
            EngineKills = 3,
            DatabaseKills = 1,
            BrokerKills = 1,
            Freezes = 1,
            AddedPartitions = 1,
        };

        var verdict = await ChaosRun.Execute(options, output.WriteLine);

        Assert.True(verdict.IsClean, $"seed {options.Seed}\n{string.Join('\n', verdict.Differences)}\n{verdict.Summary}");
    }

    [KafkaFact(NeedsOwnBroker = true)]
    public async Task While_ClickHouse_is_gone_alerts_go_out_memory_is_bounded_and_then_it_catches_up()
    {
        var outage = await OutageRun.Execute(TimeSpan.FromSeconds(10), 1000, null, output.WriteLine);

        Assert.InRange(outage.PeakMemory, 0, OutageRun.MemoryBound);
        Assert.True(outage.Verdict.IsClean, $"{string.Join('\n', outage.Verdict.Differences)}\n{outage.Verdict.Summary}");
    }
}
