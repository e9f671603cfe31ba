using System.Net.Sockets;
using Confluent.Kafka;

namespace StreamEngine.Tests.Connectors.Testing;

[Collection(KafkaCollection.Name)]
public sealed class RealKafkaTests(RealKafka shared)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    [KafkaFact]
    public async Task What_is_produced_can_be_consumed_in_order()
    {
        var topic = await shared.CreateTopic("order", partitions: 1);
        using var producer = Producer(shared.Bootstrap);
        for (var number = 0; number < 100; number++)
            producer.Produce(topic, Message($"record {number}"));
        producer.Flush(_patience);

        Assert.Equal(Enumerable.Range(0, 100).Select(number => $"record {number}"), Read(shared.Bootstrap, topic, 100));
    }

    [KafkaFact(NeedsOwnBroker = true)] // A broker that the user brought may be set otherwise.
    public async Task Topics_do_not_appear_by_themselves()
    {
        using var producer = Producer(shared.Bootstrap);
        var error = await Assert.ThrowsAsync<ProduceException<Null, string>>(
            () => producer.ProduceAsync(RealKafka.UniqueName("nobody-made-it"), Message("lost")));
        Assert.Equal(ErrorCode.UnknownTopicOrPart, error.Error.Code);
    }

    [KafkaFact(NeedsOwnBroker = true)]
    public async Task A_killed_broker_comes_back_on_its_address_with_what_it_had_acknowledged()
    {
        await using var kafka = await RealKafka.Start();
        var topic = await kafka.CreateTopic("kept", partitions: 1);
        using var producer = Producer(kafka.Bootstrap);
        await producer.ProduceAsync(topic, Message("before"));

        await kafka.Kill();
        Assert.False(await TakesConnections(kafka.Bootstrap));
        await kafka.Restart();

        await producer.ProduceAsync(topic, Message("after"));
        Assert.Equal(["before", "after"], Read(kafka.Bootstrap, topic, 2));

        kafka.Freeze();
        var held = producer.ProduceAsync(topic, Message("held up"));
        await Assert.ThrowsAsync<TimeoutException>(() => held.WaitAsync(TimeSpan.FromSeconds(1)));
        kafka.Thaw();
        await held.WaitAsync(_patience);
    }

    [KafkaFact(NeedsOwnBroker = true)]
    public async Task Three_nodes_go_on_when_one_is_killed()
    {
        await using var kafka = await RealKafka.Start(nodes: 3);
        var topic = await kafka.CreateTopic("replicated", partitions: 3);
        using var producer = Producer(kafka.Bootstrap);
        await kafka.Kill(2);
        for (var partition = 0; partition < 3; partition++)
            await producer.ProduceAsync(new TopicPartition(topic, partition), Message("one node is gone"));
        Assert.Equal(3, Read(kafka.Bootstrap, topic, 3).Count);
        await kafka.Restart(2);
    }

    [KafkaFact(NeedsOwnBroker = true)]
    public async Task The_secure_listener_takes_the_right_password_and_authority_only()
    {
        await using var kafka = await RealKafka.Start(secure: true);
        var topic = await kafka.CreateTopic("secret");
        foreach (var mechanism in new[] { SaslMechanism.Plain, SaslMechanism.ScramSha256, SaslMechanism.ScramSha512 })
        {
            using var producer = Producer(Secure(kafka, mechanism), _ => { });
            await producer.ProduceAsync(topic, Message("hidden"));
        }

        var wrongPassword = Secure(kafka, SaslMechanism.ScramSha512);
        wrongPassword.SaslPassword = "guess";
        Assert.Equal(ErrorCode.Local_Authentication, await FirstError(wrongPassword, topic));

        var wrongAuthority = Secure(kafka, SaslMechanism.Plain);
        wrongAuthority.SslCaLocation = kafka.StrangeCaPath;
        Assert.Equal(ErrorCode.Local_Ssl, await FirstError(wrongAuthority, topic));
    }

    [KafkaFact(NeedsOwnBroker = true)]
    public async Task A_setting_of_the_test_reaches_the_broker()
    {
        await using var kafka = await RealKafka.Start(settings: new Dictionary<string, string> { ["message.max.bytes"] = "2000" });
        var topic = await kafka.CreateTopic("small");
        using var producer = Producer(kafka.Bootstrap);
        var error = await Assert.ThrowsAsync<ProduceException<Null, string>>(() => producer.ProduceAsync(topic, Message(new string('x', 5000))));
        Assert.Equal(ErrorCode.MsgSizeTooLarge, error.Error.Code);
    }

    private static Message<Null, string> Message(string text) => new() { Value = text };

    private static ProducerConfig Secure(RealKafka kafka, SaslMechanism mechanism) => new()
    {
        BootstrapServers = kafka.BootstrapSecure,
        SecurityProtocol = SecurityProtocol.SaslSsl,
        SaslMechanism = mechanism,
        SaslUsername = RealKafka.User,
        SaslPassword = RealKafka.Password,
        SslCaLocation = kafka.CaPath,
    };

    private static IProducer<Null, string> Producer(string bootstrap) =>
        Producer(new ProducerConfig { BootstrapServers = bootstrap, ReconnectBackoffMaxMs = 200 }, _ => { });

    private static IProducer<Null, string> Producer(ProducerConfig settings, Action<Error> onError)
    {
        settings.Acks = Acks.All;
        settings.LingerMs = 1;
        settings.MessageTimeoutMs = 60_000;
        settings.AllowAutoCreateTopics = false;
        settings.TopicMetadataPropagationMaxMs = 2_000;
        return new ProducerBuilder<Null, string>(settings).SetLogHandler((_, _) => { }).SetErrorHandler((_, error) => onError(error)).Build();
    }

    private static async Task<ErrorCode> FirstError(ProducerConfig settings, string topic)
    {
        var first = new TaskCompletionSource<ErrorCode>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var producer = Producer(settings, error =>
        {
            if (error.Code != ErrorCode.Local_AllBrokersDown)
                first.TrySetResult(error.Code);
        });
        producer.Produce(topic, Message("refused"));
        return await first.Task.WaitAsync(_patience);
    }

    private static List<string> Read(string bootstrap, string topic, int count)
    {
        var settings = new ConsumerConfig { BootstrapServers = bootstrap, GroupId = RealKafka.UniqueName("reader"), AutoOffsetReset = AutoOffsetReset.Earliest };
        using var consumer = new ConsumerBuilder<Ignore, string>(settings).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        consumer.Subscribe(topic);
        var texts = new List<string>();
        while (texts.Count < count && consumer.Consume(_patience) is { } result)
            texts.Add(result.Message.Value);
        consumer.Close();
        return texts;
    }

    private static async Task<bool> TakesConnections(string address)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", int.Parse(address.Split(':')[1]));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
