using StreamEngine.Connectors.Kafka;

namespace StreamEngine.Tests.Connectors.Kafka;

public sealed class BrokerOutageTests
{
    [KafkaFact(NeedsOwnBroker = true)]
    public async Task A_broker_that_is_killed_and_comes_back_costs_no_record_and_doubles_none_and_is_told_in_two_lines()
    {
        await using var kafka = await RealKafka.Start();
        var topic = await kafka.CreateTopic("outage");
        var producing = new LogLines();
        var reading = new LogLines();
        using var stop = new CancellationTokenSource();
        using var producer = Sent.Producer(kafka.Bootstrap, topic, producing);
        using var consumer = Sent.Reader(kafka.Bootstrap, topic, 1, reading);
        var sent = 0;
        var work = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    Sent.Numbers(producer, topic, 0, sent, 100);
                    Volatile.Write(ref sent, sent + 100);
                }
                catch (TransactionAbortedException)
                {
                    // Rolled back as a whole: the same numbers are sent again.
                    continue;
                }
            }
        });

        var got = new Collected();
        got.Until(consumer, () => got.Records.Count >= 1000, "records before the outage");
        await kafka.Kill();
        got.Until(consumer, () => consumer.Health.Current.Status == ConnectionStatus.Down && producer.Health.Current.Status == ConnectionStatus.Down, "both notice");
        var before = got.Records.Count;
        await kafka.Restart();
        got.Until(consumer, () => got.Records.Count >= before + 1000, "records after the outage", 90);
        await stop.CancelAsync();
        await work;

        got.Until(consumer, () => got.Records.Count >= sent, "the rest");
        Assert.Equal(Enumerable.Range(0, sent).Select(i => $"{i}"), got.Texts);
        foreach (var log in new[] { producing, reading })
        {
            // A broker that is slow to come back may go again once it was there: then that is told too, and each time both ways.
            var gone = log.Lines.Count(line => line.Contains("cannot be reached", StringComparison.Ordinal));
            Assert.InRange(gone, 1, 3);
            Assert.Equal(gone, log.Lines.Count(line => line.Contains("can be reached again", StringComparison.Ordinal)));
            Assert.InRange(log.Lines.Count, 2 * gone, 8 * gone);
        }

        Assert.Equal(ConnectionStatus.Up, consumer.Health.Current.Status);
    }

    [Fact]
    public void Where_no_broker_is_from_the_start_it_is_said_once_and_giving_up_names_the_cause()
    {
        var log = new LogLines();
        using var producer = new TransactionalProducer(Sent.To($"127.0.0.1:{FreePort.Next()}"), "nobody", log);
        var error = Assert.Throws<TimeoutException>(() => producer.Initialize(TimeSpan.FromSeconds(4)));
        Assert.Contains("refused", error.Message, StringComparison.Ordinal);
        Assert.Single(log.Lines, line => line.Contains("cannot be reached", StringComparison.Ordinal));
        Assert.Equal(ConnectionStatus.Down, producer.Health.Current.Status);
    }
}
