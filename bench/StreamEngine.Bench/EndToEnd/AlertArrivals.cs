using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Confluent.Kafka;
using StreamEngine.Testing;

namespace StreamEngine.Bench.EndToEnd;

/// <summary>Reads a topic of alerts as a crisis team's program does, committed records alone, and notes when each comes.</summary>
internal sealed class AlertArrivals : IDisposable
{
    private readonly IConsumer<Ignore, byte[]> _consumer;
    private readonly Thread _thread;
    private readonly ConcurrentDictionary<string, Opening> _openings = [];
    private volatile bool _stopping;

    /// <summary>Begins to read.</summary>
    public AlertArrivals(string bootstrap, string topic, int partitions)
    {
        _consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = RealKafka.UniqueName("alerts"),
            IsolationLevel = IsolationLevel.ReadCommitted,
            EnableAutoCommit = false,
        }).Build();
        _consumer.Assign(Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        _thread = new Thread(Read) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>The alert that opened a brand's incident; null while there is none.</summary>
    public Opening? OpeningOf(string brand) => _openings.TryGetValue(brand, out var opening) ? opening : null;

    /// <summary>Waits until each brand has one, but not for long.</summary>
    public void WaitFor(IReadOnlyCollection<string> brands, TimeSpan patience)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < patience && !brands.All(_openings.ContainsKey);)
        {
            Thread.Sleep(100);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        _consumer.Dispose();
    }

    private void Read()
    {
        while (!_stopping)
        {
            if (_consumer.Consume(100) is { Message: { } message })
            {
                var seenAt = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
                using var alert = JsonDocument.Parse(message.Value);
                if (alert.RootElement.GetProperty("state").ValueEquals("open"))
                {
                    var sources = alert.RootElement.GetProperty("source_offsets").EnumerateArray()
                        .Select(s => (s.GetProperty("partition").GetInt32(), s.GetProperty("offset").GetInt64()));
                    _openings.TryAdd(alert.RootElement.GetProperty("brand").GetString()!, new Opening(seenAt, [.. sources]));
                }
            }
        }
    }

    /// <summary>An opening alert.</summary>
    /// <param name="SeenAt">When the reader had it, ms since 1970.</param>
    /// <param name="Sources">The newest post counted, of each partition.</param>
    internal sealed record Opening(long SeenAt, (int Partition, long Offset)[] Sources);
}
