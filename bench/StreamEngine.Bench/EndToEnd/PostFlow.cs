using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using StreamEngine.Bench.Posts;

namespace StreamEngine.Bench.EndToEnd;

/// <summary>
/// Writes posts at a steady rate, dated now: most about the much-discussed brands of <see cref="JsonPosts"/>, some about
/// <see cref="WatchedBrands"/>, of which it notes when Kafka had them.
/// </summary>
internal sealed class PostFlow : IDisposable
{
    private const int DistinctPosts = 50_000;
    private const int LoudPerWatched = 20;
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(10);
    private static readonly byte[] _timeName = "\"time\":\""u8.ToArray();

    private readonly string _topic;
    private readonly int _partitions;
    private readonly int _rate;
    private readonly WatchedBrands _brands;
    private readonly JsonPosts _loud = new(DistinctPosts, seed: 20_253);
    private readonly IProducer<Null, byte[]> _bulk;
    private readonly IProducer<Null, byte[]> _watched;
    private readonly ConcurrentDictionary<(int Partition, long Offset), long> _arrivals = [];
    private readonly ConcurrentDictionary<string, long> _firstArrivals = [];
    private readonly Random _random = new(20_254);
    private readonly Stopwatch _watch = new();
    private long _atBegin;
    private double _watchedDue;
    private Exception? _failure;

    /// <summary>Prepares to write.</summary>
    public PostFlow(string bootstrap, string topic, int partitions, int rate, WatchedBrands brands)
    {
        (_topic, _partitions, _rate, _brands) = (topic, partitions, rate, brands);
        var config = new ProducerConfig { BootstrapServers = bootstrap, CompressionType = CompressionType.Lz4, LingerMs = 5, EnableDeliveryReports = false, QueueBufferingMaxMessages = 500_000 };
        _bulk = new ProducerBuilder<Null, byte[]>(config).Build();
        _watched = new ProducerBuilder<Null, byte[]>(new ProducerConfig(config) { EnableDeliveryReports = true, LingerMs = 0 }).Build();
    }

    /// <summary>Posts written since the start.</summary>
    public long Written { get; private set; }

    /// <summary>Since <see cref="Begin"/>.</summary>
    public TimeSpan Elapsed => _watch.Elapsed;

    /// <summary>What was reached between <see cref="Begin"/> and <see cref="End"/>.</summary>
    public double PostsPerSecond => (Written - _atBegin) / _watch.Elapsed.TotalSeconds;

    /// <summary>When Kafka had the first post of a brand's burst, ms since 1970.</summary>
    public long FirstArrival(string brand) => _firstArrivals[brand];

    /// <summary>When Kafka had a post about a watched brand, ms since 1970.</summary>
    public long ArrivalOf((int Partition, long Offset) post) => _arrivals[post];

    /// <summary>Writes what was before: posts in order of event time, at the rate.</summary>
    /// <param name="from">The first one's time.</param>
    /// <param name="to">The end.</param>
    /// <param name="perMinute">Posts a minute about each watched brand.</param>
    public void WriteHistory(DateTimeOffset from, DateTimeOffset to, int perMinute)
    {
        var count = (int)((to - from).TotalMinutes * perMinute * _brands.Names.Count);
        for (var i = 0; i < count; i++)
        {
            var time = from + ((to - from) * i / count);
            Send(_watched, _brands.Usual(i % _brands.Names.Count, time), Note);
            if (i % LoudPerWatched == 0)
            {
                Send(_bulk, Dated(_loud.Lines[_random.Next(DistinctPosts)], time), null);
            }

            if (i % (_rate / 100) == 0)
            {
                Thread.Sleep(_tick);
            }
        }

        _watched.Flush(TimeSpan.FromMinutes(1));
        _bulk.Flush(TimeSpan.FromMinutes(1));
    }

    /// <summary>Starts the clock.</summary>
    public void Begin()
    {
        _atBegin = Written;
        _watch.Start();
    }

    /// <summary>Stops the clock.</summary>
    public void End()
    {
        _watch.Stop();
        _watched.Flush(TimeSpan.FromMinutes(1));
        _bulk.Flush(TimeSpan.FromMinutes(1));
    }

    /// <summary>Writes what is due by now, and waits a tick.</summary>
    /// <param name="perMinute">Posts a minute about each watched brand; the rest of the rate is about others.</param>
    public void Step(int perMinute)
    {
        if (_failure is not null)
        {
            throw new InvalidOperationException("a post was not written", _failure);
        }

        var now = DateTimeOffset.UtcNow;
        var due = (long)(_watch.Elapsed.TotalSeconds * _rate) - (Written - _atBegin);
        _watchedDue += Math.Max(0, due) * (perMinute * _brands.Names.Count / 60.0 / _rate);
        for (; _watchedDue >= 1; _watchedDue--, due--)
        {
            Send(_watched, _brands.Usual(_random.Next(_brands.Names.Count), now), Note);
        }

        for (; due > 0; due--)
        {
            Send(_bulk, Dated(_loud.Lines[_random.Next(DistinctPosts)], now), null);
        }

        Thread.Sleep(_tick);
    }

    /// <summary>Writes complaints about a brand at once, and returns its name.</summary>
    public string Burst(int brand, int posts)
    {
        var name = _brands.Names[brand];
        for (var i = 0; i < posts; i++)
        {
            Send(_watched, _brands.Complaint(brand, DateTimeOffset.UtcNow), report =>
            {
                Note(report);
                _firstArrivals.AddOrUpdate(name, report.Timestamp.UnixTimestampMs, (_, first) => Math.Min(first, report.Timestamp.UnixTimestampMs));
            });
        }

        return name;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watched.Dispose();
        _bulk.Dispose();
    }

    private void Note(DeliveryReport<Null, byte[]> report)
    {
        if (report.Error.IsError || report.Timestamp.Type != TimestampType.LogAppendTime)
        {
            _failure ??= new KafkaException(report.Error);
            return;
        }

        _arrivals[(report.Partition.Value, report.Offset.Value)] = report.Timestamp.UnixTimestampMs;
    }

    private void Send(IProducer<Null, byte[]> producer, byte[] post, Action<DeliveryReport<Null, byte[]>>? done)
    {
        producer.Produce(new TopicPartition(_topic, (int)(Written++ % _partitions)), new Message<Null, byte[]> { Value = post }, done);
    }

    /// <summary>A post with another time.</summary>
    private static byte[] Dated(byte[] line, DateTimeOffset time)
    {
        var copy = (byte[])line.Clone();
        var at = copy.AsSpan().IndexOf(_timeName) + _timeName.Length;
        Encoding.UTF8.GetBytes(time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture), copy.AsSpan(at));
        return copy;
    }
}
