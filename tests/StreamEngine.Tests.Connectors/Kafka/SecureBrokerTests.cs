using StreamEngine.Connectors.Kafka;

namespace StreamEngine.Tests.Connectors.Kafka;

public sealed class SecureBrokerTests
{
    [KafkaFact(NeedsOwnBroker = true)]
    public async Task The_right_password_and_certificate_are_let_in_and_wrong_ones_are_told_at_once()
    {
        await using var kafka = await RealKafka.Start(secure: true);
        var topic = await kafka.CreateTopic("secure");
        var log = new LogLines();

        KafkaSettings Settings(string password, string authority) => Sent.To(
            kafka.BootstrapSecure,
            ("security.protocol", "SASL_SSL"), ("sasl.mechanism", "SCRAM-SHA-512"), ("sasl.username", RealKafka.User), ("sasl.password", password), ("ssl.ca.location", authority));

        using (var producer = new TransactionalProducer(Settings(RealKafka.Password, kafka.CaPath), topic, log))
        {
            producer.Initialize(TimeSpan.FromSeconds(60));
            Sent.Numbers(producer, topic, 0, 0, 10);
        }

        using (var consumer = new SpanConsumer(Settings(RealKafka.Password, kafka.CaPath), new SpanConsumerOptions { GroupId = topic }, log))
        {
            consumer.Assign(new Confluent.Kafka.TopicPartitionOffset(topic, 0, 0));
            var got = new Collected();
            got.Until(consumer, () => got.Records.Count == 10, "ten records");
            Assert.Equal(ConnectionStatus.Up, consumer.Health.Current.Status);
        }

        Refused(Settings("wrong-password", kafka.CaPath), "uthentication");
        Refused(Settings(RealKafka.Password, kafka.StrangeCaPath), "certificate");
        Assert.DoesNotContain("wrong-password", log.ToString(), StringComparison.Ordinal);

        void Refused(KafkaSettings settings, string said)
        {
            var lines = new LogLines();
            var clock = System.Diagnostics.Stopwatch.StartNew();
            using (var producer = new TransactionalProducer(settings, topic, lines))
            {
                var refused = Assert.Throws<AccessRefusedException>(() => producer.Initialize(TimeSpan.FromSeconds(60)));
                Assert.Contains(said, refused.Message, StringComparison.Ordinal);
            }

            using var admin = new TopicAdmin(settings, lines);
            Assert.Contains(said, Assert.Throws<AccessRefusedException>(() => admin.PartitionCount(topic)).Message, StringComparison.Ordinal);
            Assert.InRange(clock.Elapsed.TotalSeconds, 0, 25);

            using var consumer = new SpanConsumer(settings, new SpanConsumerOptions { GroupId = topic }, lines);
            consumer.Assign(new Confluent.Kafka.TopicPartitionOffset(topic, 0, 0));
            var none = new Collected();
            none.Until(consumer, () => consumer.Health.Current.Status == ConnectionStatus.Refused, "the refusal", 20);
            none.For(consumer, 2000);
            Assert.Empty(none.Records);
            var told = lines.Lines.Where(line => line.Contains("refuses access", StringComparison.Ordinal)).ToList();
            Assert.InRange(told.Count, 3, 9);
            Assert.Contains(said, told[0], StringComparison.Ordinal);
        }
    }
}
