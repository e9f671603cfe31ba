using System.CommandLine;
using System.CommandLine.Parsing;
using StreamEngine.Connectors.Embedded;

namespace StreamEngine.Cli.Embedded;

/// <summary><c>streamengine embedded kafka</c>.</summary>
internal static class EmbeddedKafkaCommand
{
    private const string Description = "Run a Kafka broker in memory: librdkafka's mock cluster.";

    private const string Notes =
        """
        It prints its address (for bootstrap.servers) as one line on standard output and serves 127.0.0.1 until Ctrl-C.

        Fit for a demo and for tests of the happy path. What it does not do, against Apache Kafka:
          - exactly once: read_committed hides nothing, offsets sent to a transaction are dropped, nobody is fenced
          - keep records: 5 MiB and 100,000 batches per partition, then the oldest go; all go when it stops
          - compaction, TLS, SASL, most Admin requests (listing groups makes the asking program crash)
          - wake a waiting fetch: set fetch.wait.max.ms to 20 or so
          - rebalance fast: it takes session.timeout.ms minus 1 s; set that to 1500
          - mix assignors in one group: all members must use the same
        A topic that a client asks for and that --topic does not name gets 4 partitions.

        Examples:
          streamengine embedded kafka --port 9092 --topic posts:4 --topic alerts:1
          streamengine embedded kafka --topic posts:4        # a free port, printed
        """;

    public static Command Create()
    {
        var port = PortOption.Create("The port on 127.0.0.1. 0 takes a free one.");
        var topics = new Option<EmbeddedTopic[]>("--topic")
        {
            Description = "A topic to create, with its number of partitions. May be given several times.",
            HelpName = "NAME:PARTITIONS",
            AllowMultipleArgumentsPerToken = true,
            CustomParser = ParseTopics,
        };
        var command = new Command("kafka", Description) { port, topics };
        HelpNotes.Attach(command, Notes);
        command.SetAction((parsed, stop) => RunAsync(parsed.GetValue(port), parsed.GetValue(topics) ?? [], parsed.InvocationConfiguration, stop));
        return command;
    }

    private static async Task<int> RunAsync(int port, EmbeddedTopic[] topics, InvocationConfiguration console, CancellationToken stop)
    {
        try
        {
            using EmbeddedKafka kafka = EmbeddedKafka.Start(new EmbeddedKafkaOptions { Port = port, Topics = topics });
            await console.Output.WriteLineAsync(kafka.Bootstrap);
            await console.Output.FlushAsync(CancellationToken.None);
            await console.Error.WriteLineAsync($"Kafka (in memory) at {kafka.Bootstrap}; Ctrl-C stops it.");
            await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            return ExitCode.Done;
        }
        catch (EmbeddedServiceException e)
        {
            await console.Error.WriteLineAsync("streamengine: " + e.Message);
            return ExitCode.Failed;
        }
    }

    private static EmbeddedTopic[] ParseTopics(ArgumentResult result)
    {
        var topics = new List<EmbeddedTopic>();
        foreach (Token token in result.Tokens)
        {
            if (EmbeddedTopic.TryParse(token.Value, out EmbeddedTopic topic, out string? error))
                topics.Add(topic);
            else
                result.AddError("--topic " + error);
        }
        return [.. topics];
    }
}
