using StreamEngine.Connectors.Kafka;

namespace StreamEngine.Tests.Connectors.Kafka;

public sealed class KafkaSettingsTests
{
    [Fact]
    public void Secrets_are_not_shown_and_everything_else_is()
    {
        var settings = Sent.To("kafka:9092", ("sasl.password", "hunter2"), ("ssl.key.password", "hunter3"), ("sasl.username", "me"), ("client.rack", "r1"));
        var text = settings.ToString();
        Assert.DoesNotContain("hunter", text, StringComparison.Ordinal);
        Assert.Contains("kafka:9092", text, StringComparison.Ordinal);
        Assert.Contains("sasl.password=***", text, StringComparison.Ordinal);
        Assert.Contains("sasl.username=me", text, StringComparison.Ordinal);
        Assert.Contains("client.rack=r1", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fetch.wait.max.msec", "5", "fetch.wait.max.ms")]
    [InlineData("security.protocol", "SASL_TLS", "SASL_TLS")]
    [InlineData("fetch.wait.max.ms", "soon", "fetch.wait.max.ms")]
    [InlineData("enable.auto.commit", "true", "checkpoints")]
    [InlineData("transactional.id", "x", "graph's name")]
    [InlineData("isolation.level", "read_committed", "each reader")]
    [InlineData("auto.offset.reset", "latest", "option 'start'")]
    public void A_wrong_setting_is_named_with_what_is_wrong(string name, string value, string said)
    {
        var error = Assert.Throws<SettingException>(() => Sent.To("kafka:9092", (name, value)));
        Assert.Equal(name, error.Setting);
        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:9092")]
    [InlineData("localhost:9092/topic")]
    [InlineData("localhost:port")]
    [InlineData("localhost:")]
    [InlineData("localhost:99999")]
    [InlineData("broker-1:9092,,broker-2:9092")]
    [InlineData("broker-1:9092 broker-2:9092")]
    [InlineData(":9092")]
    public void A_broker_that_can_never_be_found_is_refused_at_once(string brokers) =>
        Assert.Contains("Give host:port", Assert.Throws<SettingException>(() => Sent.To(brokers)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("localhost")]
    [InlineData("10.0.0.1:9092, broker_2.example.com:9093")]
    [InlineData("[::1]:9092")]
    [InlineData("SASL_SSL://kafka:9092")]
    public void What_the_client_takes_as_brokers_is_taken(string brokers) => Assert.Equal(brokers, Sent.To(brokers).BootstrapServers);

    [Fact]
    public void Settings_that_do_not_go_together_are_an_error_of_the_settings()
    {
        var settings = Sent.To("kafka:9092", ("session.timeout.ms", "60000"), ("max.poll.interval.ms", "10000"));
        var error = Assert.Throws<SettingException>(() => new SpanConsumer(settings, new SpanConsumerOptions { GroupId = "g" }, new LogLines()));
        Assert.Contains("session.timeout.ms", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_that_is_not_there_is_an_error_of_the_settings()
    {
        var error = Assert.Throws<SettingException>(() => Sent.To("kafka:9092", ("security.protocol", "SSL"), ("ssl.ca.location", "/nowhere/ca.pem")));
        Assert.Contains("/nowhere/ca.pem", error.Message, StringComparison.Ordinal);
    }
}
