using System.CommandLine;
using StreamEngine.Cli.Kafka;

namespace StreamEngine.Cli.Produce;

/// <summary><c>streamengine produce</c>.</summary>
internal static class ProduceCommand
{
    private const string Notes =
        """
        Every line becomes one record, its bytes as they are; empty lines are left out. A line that cannot be sent is told
        by its number and left out; the others go on, and the exit code is 1. What is read may be gzip.

        Examples:
          streamengine produce --topic posts --input posts.jsonl.gz --key author.id
          streamengine produce --topic posts --input posts.jsonl --rate 5000 --partitions 4
          zcat posts.gz | streamengine produce --topic posts --input - --brokers kafka:9093 \
            --set security.protocol=SASL_SSL --set sasl.mechanism=PLAIN --set sasl.username=me --set 'sasl.password=${KAFKA_PASSWORD}'
        """;

    public static Command Create()
    {
        var topic = new Option<string>("--topic") { Description = "The topic to write to.", HelpName = "NAME", Required = true };
        var input = new Option<string>("--input") { Description = "JSON lines, plain or gzip: a file, or - for standard input.", HelpName = "FILE|-", Required = true };
        var key = new Option<string?>("--key") { Description = "The JSON property that becomes the record's key. Lines without it are sent without a key.", HelpName = "PATH" };
        var rate = NumberOption.Maybe<double>("--rate", "Records per second. Default: as fast as the brokers take them.", rate => rate > 0, "a number above 0, written with a point");
        var partitions = NumberOption.Maybe<int>("--partitions", "Create the topic with so many partitions where it does not exist.", count => count > 0, "a whole number of at least 1");
        var cluster = new ClusterOptions();
        var command = new Command("produce", "Send JSON lines to a Kafka topic.") { topic, input, key, rate, partitions };
        cluster.AddTo(command);
        HelpNotes.Attach(command, Notes);
        command.SetAction((parsed, stop) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            return KafkaCommandErrors.Guard(error, () => new ProduceRun(
                cluster.Read(parsed), parsed.GetRequiredValue(topic), parsed.GetRequiredValue(input), parsed.GetValue(key), parsed.GetValue(rate), parsed.GetValue(partitions), error).Run(stop), stop);
        });
        return command;
    }
}
