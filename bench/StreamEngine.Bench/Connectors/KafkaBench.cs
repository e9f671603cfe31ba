using System.Diagnostics;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Connectors.Kafka;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Runtime;
using StreamEngine.Core.Sources;

namespace StreamEngine.Bench.Connectors;

/// <summary>
/// Reading from Kafka: a bare librdkafka consumer that only counts, against the same plus copying values and keys into batches;
/// and what a transaction costs.
/// </summary>
public static class KafkaBench
{
    private const int Partitions = 2;
    private const int Records = 2_000_000;
    private const int PerTransaction = 20_000;
    private const int Rounds = 3;

    /// <summary>
    /// Fills a topic of its own at <paramref name="bootstrap"/> and measures. Adds to <paramref name="report"/>:
    /// <c>kafka.bare_records_per_s</c>, <c>kafka.bare_ns_cpu_per_record</c> (the polling thread's), the same for <c>kafka.batches_…</c>,
    /// <c>kafka.batches_ratio</c>, <c>kafka.batches_bytes_per_record</c>, <c>kafka.transaction_ms</c> and
    /// <c>kafka.transaction_records_per_s</c> (of 20,000 records).
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
        var batches = new List<Measure>();
        for (var round = 0; round < Rounds; round++)
        {
            var counting = new Counting();
            bare.Add(Read(settings, topic, ref counting, () => counting.Records));
            var copying = new Copying();
            batches.Add(Read(settings, topic, ref copying, () => copying.Records));
            log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  round {round}: bare {bare[^1]}, into batches {batches[^1]}"));
        }

        Add(report, "kafka.bare", bare);
        Add(report, "kafka.batches", batches);
        report["kafka.batches_ratio"] = report["kafka.batches_records_per_s"] / report["kafka.bare_records_per_s"];
        report["kafka.batches_bytes_per_record"] = batches.Min(m => m.AllocatedPerRecord);
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

    private static Measure Read<TReceiver>(KafkaSettings settings, string topic, ref TReceiver receiver, Func<long> count)
        where TReceiver : class, IRecordReceiver
    {
        using var consumer = new SpanConsumer(settings, new SpanConsumerOptions { GroupId = topic }, NullLogger.Instance);
        consumer.Assign([.. Enumerable.Range(0, Partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning))]);
        while (count() == 0)
        {
            consumer.Poll(100, ref receiver);
        }

        var first = count();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var cpu = ThreadCpu.Now();
        var clock = Stopwatch.GetTimestamp();
        while (count() < Records)
        {
            consumer.Poll(1000, ref receiver);
        }

        var records = count() - first;
        var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        return new Measure(records / seconds, (ThreadCpu.Now() - cpu) / records, (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)records);
    }

    private static void Add(IDictionary<string, double> report, string name, List<Measure> measures)
    {
        report[name + "_records_per_s"] = measures.Select(m => m.PerSecond).Order().ElementAt(measures.Count / 2);
        report[name + "_ns_cpu_per_record"] = measures.Select(m => m.Nanoseconds).Order().ElementAt(measures.Count / 2);
    }

    private readonly record struct Measure(double PerSecond, double Nanoseconds, double AllocatedPerRecord)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{PerSecond:N0}/s, {Nanoseconds:F0} ns CPU of the polling thread, {AllocatedPerRecord:F2} B allocated");
    }

    private sealed class Counting : IRecordReceiver
    {
        public long Records { get; private set; }

        public void OnRecord(in ConsumedRecord record) => Records++;

        public void OnPartitionEnd(string topic, int partition, long offset)
        {
        }
    }

    private sealed class Copying : IRecordReceiver
    {
        private readonly RecordBatch[] _batches = [.. Enumerable.Range(0, Partitions).Select(_ => new RecordBatch(SourceDefinition.Schema))];

        public long Records { get; private set; }

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
            Records++;
        }

        public void OnPartitionEnd(string topic, int partition, long offset)
        {
        }
    }
}
