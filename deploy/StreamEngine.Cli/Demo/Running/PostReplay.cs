using System.Diagnostics;
using Confluent.Kafka;

namespace StreamEngine.Cli.Demo;

/// <summary>
/// Sends a day's posts to Kafka many times faster than they were written, but never further ahead of the engine than the embedded
/// broker keeps: it drops the oldest 5 MiB and more of a partition without a word.
/// </summary>
internal sealed class PostReplay(DemoDay day, string bootstrap, string topic, TimeSpan duration, Func<long, bool> mayGoOn)
{
    private const int Step = 64;

    private readonly long[] _sent = new long[Enum.GetValues<ExpectedFate>().Length];
    private long _clock = day.Start;
    private long _failed;
    private string? _failure;

    /// <summary>Records sent.</summary>
    public long Sent => Enum.GetValues<ExpectedFate>().Sum(SentFor);

    /// <summary>Records that Kafka did not take.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Why Kafka did not take the first of them.</summary>
    public string? Failure => _failure;

    /// <summary>The time in the scripted day, ms since 1970.</summary>
    public long Clock => Interlocked.Read(ref _clock);

    /// <summary>How much of the day is over; at most all of it, although what was written last arrives after midnight.</summary>
    public TimeSpan Elapsed => TimeSpan.FromMilliseconds(Math.Min(Clock, day.End) - day.Start);

    /// <summary>Whether all is sent.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Records sent that must meet a fate.</summary>
    public long SentFor(ExpectedFate fate) => Volatile.Read(ref _sent[(int)fate]);

    /// <summary>Sends the day.</summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public void Run(CancellationToken stop)
    {
        var config = new ProducerConfig { BootstrapServers = bootstrap, LingerMs = 5, Acks = Acks.All, EnableDeliveryReports = true, DeliveryReportFields = "none" };
        using var producer = new ProducerBuilder<Null, byte[]>(config).SetLogHandler((_, _) => { }).Build();
        var speed = (day.End - day.Start) / duration.TotalMilliseconds;
        var watch = Stopwatch.StartNew();
        var waited = TimeSpan.Zero;
        var inStep = 0;
        foreach (var post in day.Posts())
        {
            if (++inStep == Step)
            {
                inStep = 0;
                waited += WaitForEngine(stop);
                var due = TimeSpan.FromMilliseconds((post.Arrival - day.Start) / speed) - (watch.Elapsed - waited);
                if (due > TimeSpan.Zero)
                {
                    stop.WaitHandle.WaitOne(due);
                }

                stop.ThrowIfCancellationRequested();
            }

            Send(producer, post, stop);
            Interlocked.Exchange(ref _clock, post.Arrival);
        }

        producer.Flush(stop);
        IsDone = true;
    }

    /// <summary>Waits until the engine has caught up; answers how long that took, by which the day's clock stood still.</summary>
    private TimeSpan WaitForEngine(CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        while (!mayGoOn(Clock))
        {
            stop.WaitHandle.WaitOne(10);
            stop.ThrowIfCancellationRequested();
        }

        return watch.Elapsed;
    }

    private void Send(IProducer<Null, byte[]> producer, in DemoPost post, CancellationToken stop)
    {
        var message = new Message<Null, byte[]> { Value = post.Value };
        while (true)
        {
            try
            {
                producer.Produce(new TopicPartition(topic, post.Partition), message, Note);
                Interlocked.Increment(ref _sent[(int)post.Fate]);
                return;
            }
            catch (ProduceException<Null, byte[]> error) when (error.Error.Code == ErrorCode.Local_QueueFull)
            {
                stop.WaitHandle.WaitOne(10);
                stop.ThrowIfCancellationRequested();
            }
        }
    }

    private void Note(DeliveryReport<Null, byte[]> report)
    {
        if (report.Error.IsError)
        {
            Interlocked.Increment(ref _failed);
            Interlocked.CompareExchange(ref _failure, report.Error.Reason, null);
        }
    }
}
