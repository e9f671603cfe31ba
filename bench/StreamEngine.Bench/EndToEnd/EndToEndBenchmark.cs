using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Bench.Posts;
using StreamEngine.Connectors.Kafka;
using StreamEngine.Connectors.Kafka.Native;
using StreamEngine.Core.Graph;
using StreamEngine.Operators;
using StreamEngine.Testing;

namespace StreamEngine.Bench.EndToEnd;

/// <summary>
/// Posts from a real Kafka to windows in Kafka, exactly once, beside bare consumers that only count the same records, in the same run.
/// Each first reads a part that is not measured.
/// </summary>
/// <remarks>
/// What a bare consumer reaches depends on who calls: librdkafka through its .NET client makes an object of each message; a loop in C
/// does not; the engine's own consumer takes them off librdkafka's queue by hundreds. The report has a ratio to each.
/// </remarks>
internal static class EndToEndBenchmark
{
    private const int Partitions = 2;
    private const int DistinctPosts = 50_000;
    private const int WarmUp = 1_000_000;
    private const int Measured = 3_000_000;

    /// <summary>Measures against a broker.</summary>
    /// <param name="report">Receives <c>e2e.posts_per_s</c>, <c>e2e.posts_per_cpu_s</c>, <c>e2e.ratio_to_librdkafka</c> and the figures of the consumers that only count.</param>
    /// <param name="log">Receives the figures as text.</param>
    /// <param name="bootstrap">The broker.</param>
    public static void Run(IDictionary<string, double> report, TextWriter log, string bootstrap)
    {
        var topic = MakeTopic(bootstrap, log);
        var native = CountOneByOne(bootstrap, topic);
        var queue = CountByHundreds(bootstrap, topic);
        var client = CountObjects(bootstrap, topic);
        var engine = RunGraph(bootstrap, topic);
        report["e2e.posts_per_s"] = engine.PerSecond;
        report["e2e.posts_per_cpu_s"] = engine.PerProcessorSecond;
        log.WriteLine($"e2e: {engine.PerSecond:N0} posts/s exactly once, {engine.PerProcessorSecond:N0} posts per processor second");
        Compare("librdkafka", "through Confluent.Kafka, a message a call", client);
        Compare("librdkafka_native", "librdkafka in C, a message a call", native);
        Compare("queue", "the engine's consumer, hundreds a call", queue);

        void Compare(string name, string how, Figure bare)
        {
            report[$"e2e.{name}_posts_per_s"] = bare.PerSecond;
            report[$"e2e.{name}_posts_per_cpu_s"] = bare.PerProcessorSecond;
            report[$"e2e.ratio_to_{name}"] = engine.PerSecond / bare.PerSecond;
            log.WriteLine($"  counted only, {how,-42} {bare.PerSecond,9:N0} posts/s, {bare.PerProcessorSecond,9:N0} per processor second; ratio {engine.PerSecond / bare.PerSecond:F2}");
        }
    }

    /// <summary>Makes a topic full of posts.</summary>
    internal static string MakeTopic(string bootstrap, TextWriter log)
    {
        var topic = RealKafka.UniqueName("bench-posts");
        using var admin = new TopicAdmin(new KafkaSettings(bootstrap), NullLogger.Instance);
        admin.Ensure([new TopicSpec(topic, Partitions)]);
        Fill(bootstrap, topic, log);
        return topic;
    }

    private static void Fill(string bootstrap, string topic, TextWriter log)
    {
        var posts = new JsonPosts(DistinctPosts, seed: 20_252);
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig
        {
            BootstrapServers = bootstrap,
            CompressionType = CompressionType.Lz4,
            LingerMs = 50,
            BatchSize = 1_000_000,
            QueueBufferingMaxMessages = 500_000,
            EnableDeliveryReports = false,
        }).Build();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < WarmUp + Measured; i++)
        {
            var message = new Message<Null, byte[]> { Value = posts.Lines[i % posts.Lines.Length] };
            while (true)
            {
                try
                {
                    producer.Produce(new TopicPartition(topic, i % Partitions), message);
                    break;
                }
                catch (ProduceException<Null, byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
                {
                    producer.Poll(TimeSpan.FromMilliseconds(20));
                }
            }
        }

        producer.Flush(TimeSpan.FromMinutes(2));
        log.WriteLine($"e2e: {WarmUp + Measured:N0} posts of {posts.Lines.Average(line => line.Length):N0} bytes in {Partitions} partitions, written in {clock.Elapsed.TotalSeconds:F0} s");
    }

    /// <summary>librdkafka's ordinary call, a message at a time, with our settings for throughput.</summary>
    private static unsafe Figure CountOneByOne(string bootstrap, string topic)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new KafkaSettings(bootstrap).ForConsumer(new SpanConsumerOptions { GroupId = "bench-poll" })).Build();
        consumer.Assign(Starts(topic));
        var handle = Librdkafka.HandleOf(consumer);
        var meter = new Meter();
        for (long count = 0; count < WarmUp + Measured;)
        {
            var message = PlainConsumer.rd_kafka_consumer_poll(handle, 100);
            if (message != null)
            {
                count += message->Error == 0 ? 1 : 0;
                Librdkafka.rd_kafka_message_destroy(message);
            }

            if (count % 4096 == 0)
            {
                meter.At(count);
            }
        }

        meter.At(WarmUp + Measured);
        consumer.Close();
        return meter.Result();
    }

    /// <summary>Confluent.Kafka's ordinary call, which makes an object of each message: what a .NET program is measured against.</summary>
    private static Figure CountObjects(string bootstrap, string topic)
    {
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new KafkaSettings(bootstrap).ForConsumer(new SpanConsumerOptions { GroupId = "bench-objects" })).Build();
        consumer.Assign(Starts(topic));
        var meter = new Meter();
        for (long count = 0; count < WarmUp + Measured;)
        {
            if (consumer.Consume(100) is { IsPartitionEOF: false })
            {
                count++;
            }

            if (count % 4096 == 0)
            {
                meter.At(count);
            }
        }

        meter.At(WarmUp + Measured);
        consumer.Close();
        return meter.Result();
    }

    /// <summary>The engine's own consumer, which takes messages out of librdkafka's queue by hundreds.</summary>
    private static Figure CountByHundreds(string bootstrap, string topic)
    {
        using var consumer = new SpanConsumer(new KafkaSettings(bootstrap), new SpanConsumerOptions { GroupId = "bench-bare" }, NullLogger.Instance);
        consumer.Assign(Starts(topic));
        var counter = new Counter();
        var meter = new Meter();
        while (counter.Count < WarmUp + Measured)
        {
            consumer.Poll(100, ref counter);
            meter.At(counter.Count);
        }

        return meter.Result();
    }

    private static TopicPartitionOffset[] Starts(string topic) =>
        [.. Enumerable.Range(0, Partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning))];

    /// <summary>Runs the graph over a topic.</summary>
    internal static Figure RunGraph(string bootstrap, string topic, Dictionary<string, object?>? runtimeOptions = null)
    {
        using var folder = new BrandsFolder();
        var graph = new GraphBuilder(RealKafka.UniqueName("bench"))
            .From("kafka", new() { ["topic"] = topic, ["brokers"] = bootstrap })
            .Then("decode")
            .Then("match", new() { ["brands"] = folder.File })
            .Then("language")
            .Then("sentiment")
            .Then("window", new() { ["size"] = "1m" })
            .To("kafka", new() { ["topic"] = RealKafka.UniqueName("bench-windows") }, null, "window")
            .Runtime(runtimeOptions ?? new() { ["checkpoint_interval"] = "1s" })
            .Build(new Catalog(BuiltInOperators.All, [new KafkaSourceDefinition()], [new KafkaSinkDefinition()]));
        using var engine = new RunningGraph(graph);
        var meter = new Meter();
        while (engine.Ledger.Consumed < WarmUp + Measured)
        {
            meter.At(engine.Ledger.Consumed);
            engine.Wait(TimeSpan.FromMilliseconds(10));
        }

        meter.At(engine.Ledger.Consumed);
        return meter.Result();
    }

    internal readonly record struct Figure(double PerSecond, double PerProcessorSecond);

    private struct Counter : IRecordReceiver
    {
        public long Count { get; private set; }

        public void OnRecord(in ConsumedRecord record) => Count++;

        public readonly void OnPartitionEnd(string topic, int partition, long offset)
        {
        }
    }

    /// <summary>Takes the time and processor time from when the warm-up is through.</summary>
    private sealed class Meter
    {
        private long _from = -1;
        private long _startedAt;
        private TimeSpan _processorTime;
        private long _to;
        private TimeSpan _elapsed;
        private TimeSpan _used;

        public void At(long count)
        {
            if (_from < 0)
            {
                if (count >= WarmUp)
                {
                    (_from, _startedAt, _processorTime) = (count, Stopwatch.GetTimestamp(), ProcessorTime.OfThisProcess());
                }

                return;
            }

            if (count > _to)
            {
                (_to, _elapsed, _used) = (count, Stopwatch.GetElapsedTime(_startedAt), ProcessorTime.OfThisProcess() - _processorTime);
            }
        }

        public Figure Result() => new((_to - _from) / _elapsed.TotalSeconds, (_to - _from) / _used.TotalSeconds);
    }
}
