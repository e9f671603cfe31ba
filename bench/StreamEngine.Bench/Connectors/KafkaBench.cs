using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Connectors.Kafka;
using StreamEngine.Connectors.Kafka.Native;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Runtime;
using StreamEngine.Core.Sources;

namespace StreamEngine.Bench.Connectors;

/// <summary>
/// What reading from Kafka costs the polling thread: librdkafka's queue emptied by hundreds and counted, the same through
/// <see cref="SpanConsumer"/>, and with keys, values and timestamps copied into batches; and what a transaction costs.
/// </summary>
public static class KafkaBench
{
    private const int Partitions = 2;
    private const int Records = 2_000_000;
    private const int PerTransaction = 20_000;
    private const int Rounds = 3;

    /// <summary>
    /// Fills a topic of its own at <paramref name="bootstrap"/> and measures. Adds to <paramref name="report"/>, for <c>kafka.bare</c>,
    /// <c>kafka.spans</c> and <c>kafka.batches</c>: <c>_records_per_s</c>, <c>_ns_cpu_per_record</c> (of the polling thread) and
    /// <c>_bytes_per_record</c> (allocated); <c>kafka.transaction_ms</c> and <c>kafka.transaction_records_per_s</c> (of 20,000 records).
    /// </summary>
    public static void Run(IDictionary<string, double> report, TextWriter log, string bootstrap)
    {
        var settings = new KafkaSettings(bootstrap);
        var topic = "bench-" + Guid.NewGuid().ToString("N")[..8];
        using (var admin = new TopicAdmin(settings, NullLogger.Instance))
        {
            admin.Ensure([new TopicSpec(topic, Partitions)]);
        }

        Fill(report, log, settings, topic);
        var bare = new List<Measure>();
        var spans = new List<Measure>();
        var batches = new List<Measure>();
        for (var round = 0; round < Rounds; round++)
        {
            bare.Add(ReadBare(settings, topic));
            spans.Add(Read(settings, topic, new Counting()));
            batches.Add(Read(settings, topic, new Copying()));
            log.WriteLine($"kafka, round {round}: bare {bare[^1]}");
            log.WriteLine($"                spans {spans[^1]}");
            log.WriteLine($"                into batches {batches[^1]}");
        }

        Add(report, "kafka.bare", bare);
        Add(report, "kafka.spans", spans);
        Add(report, "kafka.batches", batches);
    }

    private static void Fill(IDictionary<string, double> report, TextWriter log, KafkaSettings settings, string topic)
    {
        using var producer = new TransactionalProducer(settings, topic, NullLogger.Instance);
        producer.Initialize(TimeSpan.FromSeconds(60));
        var random = new Random(1);
        var records = new OutputBuffer();
        var times = new List<double>();
        for (var sent = 0; sent < Records; sent += PerTransaction)
        {
            records.Clear();
            for (var i = 0; i < PerTransaction; i++)
            {
                records.Append(0, i % Partitions, Encoding.UTF8.GetBytes($"author{random.Next(100_000)}"), Post(random, sent + i));
            }

            var clock = Stopwatch.GetTimestamp();
            producer.Commit(records, [topic], [], null);
            times.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
        }

        times.Sort();
        report["kafka.transaction_ms"] = times[times.Count / 2];
        report["kafka.transaction_records_per_s"] = PerTransaction / times[times.Count / 2] * 1000;
        log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  a transaction of {PerTransaction:N0} records: p50 {times[times.Count / 2]:F0} ms, p99 {times[(int)(times.Count * 0.99)]:F0} ms"));
    }

    private static byte[] Post(Random random, int number)
    {
        var text = new StringBuilder();
        while (text.Length < 160)
        {
            text.Append((char)('a' + random.Next(26)), 1 + random.Next(3)).Append(' ');
        }

        return Encoding.UTF8.GetBytes($$"""{"id":"{{number:x8}}","time":{{1_700_000_000_000 + number}},"author":"u{{random.Next(100_000)}}","channel":"x","lang":"en","text":"{{text}}","reach":{{random.Next(5000)}}}""");
    }

    private static unsafe Measure ReadBare(KafkaSettings settings, string topic)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(settings.ForConsumer(new SpanConsumerOptions { GroupId = topic })).Build();
        consumer.Assign(Starts(topic));
        var queue = Librdkafka.rd_kafka_queue_get_consumer(Librdkafka.HandleOf(consumer));
        const int Size = 512;
        var messages = (NativeMessage**)NativeMemory.Alloc(Size, (nuint)sizeof(NativeMessage*));
        var meter = new Meter();
        for (long count = 0; count < Records;)
        {
            var taken = Librdkafka.rd_kafka_consume_batch_queue(queue, 0, messages, Size);
            if (taken == 0)
            {
                taken = Librdkafka.rd_kafka_consume_batch_queue(queue, 100, messages, 1);
            }

            for (var i = 0; i < taken; i++)
            {
                count += messages[i]->Error == 0 ? 1 : 0;
                Librdkafka.rd_kafka_message_destroy(messages[i]);
            }

            meter.At(count);
        }

        Librdkafka.rd_kafka_queue_destroy(queue);
        NativeMemory.Free(messages);
        consumer.Close();
        return meter.Result();
    }

    private static Measure Read<TReceiver>(KafkaSettings settings, string topic, TReceiver receiver)
        where TReceiver : ICountingReceiver
    {
        using var consumer = new SpanConsumer(settings, new SpanConsumerOptions { GroupId = topic }, NullLogger.Instance);
        consumer.Assign(Starts(topic));
        var meter = new Meter();
        while (receiver.Count < Records)
        {
            consumer.Poll(100, ref receiver);
            meter.At(receiver.Count);
        }

        return meter.Result();
    }

    private static TopicPartitionOffset[] Starts(string topic) =>
        [.. Enumerable.Range(0, Partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning))];

    private static void Add(IDictionary<string, double> report, string name, List<Measure> measures)
    {
        report[name + "_records_per_s"] = measures.Select(m => m.PerSecond).Order().ElementAt(measures.Count / 2);
        report[name + "_ns_cpu_per_record"] = measures.Select(m => m.Nanoseconds).Order().ElementAt(measures.Count / 2);
        report[name + "_bytes_per_record"] = measures.Min(m => m.Allocated);
    }

    private readonly record struct Measure(double PerSecond, double Nanoseconds, double Allocated)
    {
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{PerSecond:N0}/s, {Nanoseconds:F0} ns of the polling thread per record, {Allocated:F2} B allocated");
    }

    /// <summary>Measures from the tenth part on: what comes before warms up.</summary>
    private sealed class Meter
    {
        private long _first;
        private long _last;
        private long _clock;
        private long _allocated;
        private TimeSpan _cpu;

        public void At(long count)
        {
            _last = count;
            if (_first == 0 && count >= Records / 10)
            {
                _first = count;
                _clock = Stopwatch.GetTimestamp();
                _cpu = ProcessorTime.OfThisThread();
                _allocated = GC.GetAllocatedBytesForCurrentThread();
            }
        }

        public Measure Result()
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread() - _allocated;
            var cpu = ProcessorTime.OfThisThread() - _cpu;
            double records = _last - _first;
            return new Measure(records / Stopwatch.GetElapsedTime(_clock).TotalSeconds, cpu.TotalNanoseconds / records, allocated / records);
        }
    }

    private interface ICountingReceiver : IRecordReceiver
    {
        long Count { get; }
    }

    private struct Counting : ICountingReceiver
    {
        public long Count { get; private set; }

        public void OnRecord(in ConsumedRecord record) => Count++;

        public readonly void OnPartitionEnd(string topic, int partition, long offset)
        {
        }
    }

    private sealed class Copying : ICountingReceiver
    {
        private readonly RecordBatch[] _batches = [.. Enumerable.Range(0, Partitions).Select(_ => new RecordBatch(SourceDefinition.Schema))];

        public long Count { get; private set; }

        public void OnRecord(in ConsumedRecord record)
        {
            var batch = _batches[record.Partition];
            if (batch.RowCount == RecordBatch.DefaultCapacity)
            {
                batch.Clear();
            }

            var row = batch.AppendRecord(record.Offset);
            batch.Utf8(SourceDefinition.ValueColumn).Set(row, record.Value);
            batch.Utf8(SourceDefinition.KeyColumn).Set(row, record.Key);
            batch.Int64(SourceDefinition.TimestampColumn)[row] = record.Timestamp;
            Count++;
        }

        public void OnPartitionEnd(string topic, int partition, long offset)
        {
        }
    }
}
