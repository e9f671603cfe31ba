using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using StreamEngine.Connectors.Kafka;

namespace StreamEngine.Cli.Alerts;

/// <summary>Reads an alert topic and prints what passes the filter.</summary>
internal sealed class AlertTail(KafkaSettings settings, string topic, AlertFilter filter, IAlertPrinter printer, ILogger logger) : IRecordReceiver
{
    private const int PollMs = 200;
    private readonly HashSet<int> _ended = [];

    public void OnRecord(in ConsumedRecord record)
    {
        if (AlertView.Read(record.Value.ToArray()) is not { } alert)
        {
            logger.LogWarning("{Topic} [{Partition}] @{Offset} is no alert: not a JSON object", record.Topic, record.Partition, record.Offset);
            return;
        }

        if (filter.Passes(alert))
        {
            printer.Print(alert, record.Value);
        }
    }

    public void OnPartitionEnd(string topic, int partition, long offset) => _ended.Add(partition);

    /// <summary>Runs until <paramref name="untilIdle"/> has passed in silence, or until stopped.</summary>
    public int Run(bool fromBeginning, TimeSpan? untilIdle, CancellationToken stop)
    {
        int partitions;
        using (var admin = new TopicAdmin(settings, logger))
        {
            partitions = admin.PartitionCount(topic, stop);
        }

        var group = $"streamengine-alerts-tail-{Environment.ProcessId}";
        using var consumer = new SpanConsumer(settings, new SpanConsumerOptions { GroupId = group, FromLatest = !fromBeginning }, logger);
        consumer.Assign([.. Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset(topic, p, fromBeginning ? Offset.Beginning : Offset.End))]);
        var self = this;
        var silence = Stopwatch.StartNew();
        while (!stop.IsCancellationRequested)
        {
            if (consumer.Poll(PollMs, ref self) > 0)
            {
                silence.Restart();
            }

            consumer.Health.ThrowIfRefused();
            if (untilIdle is { } patience && _ended.Count == partitions && silence.Elapsed >= patience)
            {
                break;
            }
        }

        return ExitCode.Done;
    }
}
