using System.Diagnostics;
using Spectre.Console;
using StreamEngine.Cli.Kafka;
using StreamEngine.Connectors.Files;
using StreamEngine.Connectors.Kafka;

namespace StreamEngine.Cli.Produce;

/// <summary>One run of <c>streamengine produce</c>.</summary>
internal sealed class ProduceRun(KafkaSettings settings, string topic, string input, string? key, double? rate, int? partitions, TextWriter error)
{
    private const int ToldFailures = 5;
    private static readonly TimeSpan _brokerPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _flushSlice = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _stopPatience = TimeSpan.FromSeconds(5);

    private readonly KeyPath? _key = key is null ? null : new KeyPath(key);
    private readonly StderrLogger _logger = new(error);
    private long _lines;
    private long _refused;
    private long _keyless;
    private long _sentThrough;

    public int Run(CancellationToken stop)
    {
        using var file = Open();
        EnsureTopic(stop);
        using var producer = new BulkProducer(settings, _logger);
        var clock = Stopwatch.StartNew();
        try
        {
            using var lines = new LineReader(file);
            WithProgress(file, producer, tick => SendAll(lines, producer, clock, tick, stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return TellStopped(producer, clock);
        }

        return Tell(producer, clock.Elapsed);
    }

    /// <summary>What was sent gets a few seconds to arrive; then whoever stopped this hears from where to go on.</summary>
    private int TellStopped(BulkProducer producer, Stopwatch clock)
    {
        var until = clock.Elapsed + _stopPatience;
        var left = producer.Flush(_flushSlice);
        while (left > 0 && clock.Elapsed < until)
        {
            left = producer.Flush(_flushSlice);
        }

        Tell(producer, clock.Elapsed);
        error.WriteLine($"streamengine: stopped behind line {_sentThrough} of {input}; {(left > 0 ? $"of the records up to there {left:N0} may not have arrived" : $"to go on: tail -n +{_sentThrough + 1}")}");
        return ExitCode.Failed;
    }

    private Stream Open()
    {
        if (input == "-")
        {
            return Console.OpenStandardInput();
        }

        return new FileStream(FilePaths.ToRead(input), FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
    }

    private void EnsureTopic(CancellationToken stop)
    {
        using var admin = new TopicAdmin(settings, _logger);
        admin.WaitForBroker(_brokerPatience, stop);
        if (partitions is not { } count)
        {
            try
            {
                admin.PartitionCount(topic, stop);
                return;
            }
            catch (UnknownTopicException exception)
            {
                throw new UnknownTopicException($"{exception.Message} --partitions N creates it.", topic);
            }
        }

        foreach (var mismatch in admin.Ensure([new TopicSpec(topic, count)], stop)[0].Mismatches)
        {
            error.WriteLine($"note: {mismatch}");
        }
    }

    private void SendAll(LineReader lines, BulkProducer producer, Stopwatch clock, Action tick, CancellationToken stop)
    {
        while (lines.TryRead(out var line))
        {
            if (line.IsEmpty)
            {
                continue;
            }

            if ((++_lines & 1023) == 0 || rate is not null)
            {
                tick();
                Pace(clock, stop);
            }

            var recordKey = _key?.Find(line);
            _keyless += _key is not null && recordKey is null ? 1 : 0;
            try
            {
                producer.Send(topic, recordKey, line.ToArray(), stop);
                _sentThrough = lines.LineNumber;
            }
            catch (RecordRefusedException exception)
            {
                if (_refused++ < ToldFailures)
                {
                    error.WriteLine($"{input}:{lines.LineNumber}: {exception.Message}");
                }
            }
        }

        while (producer.Flush(_flushSlice) > 0)
        {
            stop.ThrowIfCancellationRequested();
            producer.Health.ThrowIfRefused();
            tick();
        }
    }

    private void Pace(Stopwatch clock, CancellationToken stop)
    {
        if (rate is { } perSecond)
        {
            var ahead = TimeSpan.FromSeconds(_lines / perSecond) - clock.Elapsed;
            if (ahead > TimeSpan.FromMilliseconds(1))
            {
                stop.WaitHandle.WaitOne(ahead);
            }
        }

        stop.ThrowIfCancellationRequested();
    }

    private void WithProgress(Stream file, BulkProducer producer, Action<Action> work)
    {
        if (Console.IsErrorRedirected || error != Console.Error)
        {
            work(() => { });
            return;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new SpinnerColumn())
            .Start(progress =>
            {
                var bar = progress.AddTask(Markup.Escape(topic), maxValue: file.CanSeek ? Math.Max(1, file.Length) : 1);
                bar.IsIndeterminate = !file.CanSeek;
                work(() =>
                {
                    bar.Description = Markup.Escape($"{topic}: {producer.Delivered:N0} of {_lines:N0} delivered");
                    bar.Value = file.CanSeek ? file.Position : 0;
                });
            });
    }

    private int Tell(BulkProducer producer, TimeSpan time)
    {
        var failed = _refused + producer.Failed;
        error.WriteLine($"{producer.Delivered:N0} records delivered to {topic} in {time.TotalSeconds:F1} s ({producer.Delivered / Math.Max(0.001, time.TotalSeconds):N0}/s){(failed > 0 ? $", {failed:N0} failed" : "")}");
        if (_keyless > 0)
        {
            error.WriteLine($"{_keyless:N0} lines had no '{key}' and were sent without a key");
        }

        if (producer.FirstFailure is { } reason)
        {
            error.WriteLine($"first refused by the brokers: {reason}");
        }

        return failed > 0 ? ExitCode.Failed : ExitCode.Done;
    }
}
