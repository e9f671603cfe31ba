using System.Collections.Concurrent;
using Confluent.Kafka;
using StreamEngine.Connectors.Kafka;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Tests.Connectors.Kafka;

[Collection(KafkaCollection.Name)]
public sealed class SpanConsumerTests(RealKafka kafka)
{
    private readonly LogLines _log = new();

    [KafkaFact]
    public async Task After_a_seek_no_record_from_before_it_is_handed_over()
    {
        const int Count = 20_000;
        const int Seed = 4711;
        var random = new Random(Seed);
        var topic = await kafka.CreateTopic("seek", 2);
        using (var producer = Sent.Producer(kafka.Bootstrap, topic, _log))
        {
            Sent.Numbers(producer, topic, 0, 0, Count);
            Sent.Numbers(producer, topic, 1, 0, Count);
        }

        using var consumer = Sent.Reader(kafka.Bootstrap, topic, 2, _log);
        var got = new Collected();
        got.Until(consumer, () => got.Records.Select(r => r.Partition).Distinct().Count() == 2, "a record of each");
        for (var round = 0; round < 60; round++)
        {
            var partition = random.Next(2);
            var target = random.Next(Count - 500);
            consumer.Seek(topic, partition, target);
            got.Records.Clear();
            var enough = random.Next(1, 500);
            got.Until(consumer, () => got.Records.Count(r => r.Partition == partition) >= enough, $"seed {Seed} round {round}: records after a seek");
            var offsets = got.Records.Where(r => r.Partition == partition).Select(r => r.Offset).ToList();
            Assert.Equal(Enumerable.Range(target, offsets.Count).Select(i => (long)i), offsets);
            Assert.Equal(target + offsets.Count, consumer.Position(topic, partition).Value);
        }
    }

    [KafkaFact]
    public async Task A_paused_partition_is_silent_and_goes_on_without_gap_or_repetition()
    {
        const int Count = 50_000;
        const int Seed = 99;
        var random = new Random(Seed);
        var topic = await kafka.CreateTopic("pause", 2);
        using (var producer = Sent.Producer(kafka.Bootstrap, topic, _log))
        {
            Sent.Numbers(producer, topic, 0, 0, Count);
            Sent.Numbers(producer, topic, 1, 0, Count);
        }

        using var consumer = Sent.Reader(kafka.Bootstrap, topic, 2, _log);
        var got = new Collected();
        var self = got;
        for (var round = 0; round < 20; round++)
        {
            var place = new TopicPartition(topic, random.Next(2));
            consumer.Poll(50, ref self, 1 + random.Next(3000));
            consumer.Pause(place);
            var before = got.Records.Count(r => r.Partition == place.Partition.Value);
            consumer.Poll(20, ref self, 500);
            consumer.Poll(20, ref self, 500);
            Assert.Equal(before, got.Records.Count(r => r.Partition == place.Partition.Value));
            consumer.Resume(place);
        }

        got.Until(consumer, () => got.Records.Count >= 2 * Count && got.Ends.Count >= 2, $"seed {Seed}: all records");
        foreach (var partition in got.Records.GroupBy(r => r.Partition))
        {
            Assert.Equal(Enumerable.Range(0, Count).Select(i => $"{i}"), partition.Select(r => r.Text));
        }
    }

    [KafkaFact]
    public async Task Partitions_move_between_members_while_the_others_go_on_and_no_record_is_lost_or_read_twice()
    {
        const int Partitions = 6;
        const int PerPartition = 3_000;
        var topic = await kafka.CreateTopic("moves", Partitions);
        using var producer = Sent.Producer(kafka.Bootstrap, topic, _log);
        var seen = new ConcurrentBag<(int Partition, string Text, string Member)>();
        using var stop = new CancellationTokenSource();

        Task Member(string name) => Task.Run(() =>
        {
            using var member = new GroupMember(kafka.Bootstrap, topic, _log);
            member.Run(record => seen.Add((record.Partition, record.Text, name)), stop.Token);
        });

        var rest = 0;
        var members = new List<Task> { Member("a") };
        for (var part = 0; part < 10; part++)
        {
            for (var p = 0; p < Partitions; p++)
            {
                Sent.Numbers(producer, topic, p, part * PerPartition / 10, PerPartition / 10);
            }

            if (part == 2)
            {
                await Eventually.Holds(() => seen.Select(s => s.Partition).Distinct().Count() == Partitions, "the first member reads all partitions");
                members.Add(Member("b"));
                await Eventually.Holds(() => seen.Any(s => s.Member == "b") || Feed(), "the second member reads");
            }
        }

        bool Feed()
        {
            rest++;
            for (var p = 0; p < Partitions; p++)
            {
                Sent.Numbers(producer, topic, p, 100_000 + rest, 1);
            }

            return false;
        }

        var expected = Partitions * (PerPartition + rest);
        await Eventually.Holds(() => seen.Count >= expected, () => $"{expected} records; there are {seen.Count}\n{_log}");
        await stop.CancelAsync();
        await Task.WhenAll(members);
        Assert.Equal(expected, seen.Count);
        Assert.Equal(expected, seen.Select(s => (s.Partition, s.Text)).Distinct().Count());
        Assert.Equal(2, seen.Select(s => s.Member).Distinct().Count());
    }

    [KafkaFact]
    public async Task The_listener_chooses_where_each_partition_starts_and_its_failure_comes_out_of_Poll()
    {
        var topic = await kafka.CreateTopic("starts", 2);
        using (var producer = Sent.Producer(kafka.Bootstrap, topic, _log))
        {
            Sent.Numbers(producer, topic, 0, 0, 100);
            Sent.Numbers(producer, topic, 1, 0, 100);
        }

        var settings = Sent.To(kafka.Bootstrap);
        var options = new SpanConsumerOptions { GroupId = "g-" + topic };
        using (var consumer = new SpanConsumer(settings, options, _log, new Listener(partitions => partitions.Select(p => new TopicPartitionOffset(p, p.Partition.Value == 0 ? 40 : 90)))))
        {
            consumer.Subscribe(topic);
            var got = new Collected();
            got.Until(consumer, () => got.Ends.Count == 2, "both ends");
            Assert.Equal(Enumerable.Range(40, 60).Concat(Enumerable.Range(90, 10)).Select(i => $"{i}").Order(), got.Texts.Order());
            Assert.Equal([(topic, 0, 101L), (topic, 1, 101L)], got.Ends.Order());
            Assert.Equal((0, 101), (consumer.QueryWatermarks(topic, 0, TimeSpan.FromSeconds(10)).Low.Value, consumer.QueryWatermarks(topic, 0, TimeSpan.FromSeconds(10)).High.Value));
        }

        using var broken = new SpanConsumer(settings, options, _log, new Listener(_ => throw new InvalidDataException("state is gone")));
        broken.Subscribe(topic);
        var none = new Collected();
        Assert.Throws<InvalidDataException>(() => none.Until(broken, () => false, "a failure"));
    }

    [KafkaTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_still_commits_for_a_member_that_leaves_gets_an_error(bool failing)
    {
        var topic = await kafka.CreateTopic("leaving");
        using var consumer = new SpanConsumer(Sent.To(kafka.Bootstrap), new SpanConsumerOptions { GroupId = "g-" + topic }, _log, new Listener(partitions => [])
        {
            OnRevoked = () =>
            {
                if (failing)
                {
                    throw new OperationCanceledException();
                }
            },
        });
        consumer.Subscribe(topic);
        var none = new Collected();
        none.Until(consumer, () => none.Ends.Count == 1, "its end");
        var member = consumer.Member;
        var asking = Task.Run(() =>
        {
            while (true)
            {
                Assert.NotNull(member.Metadata());
            }
        });

        if (failing)
        {
            Assert.Throws<OperationCanceledException>(consumer.Close);
        }
        else
        {
            consumer.Close();
        }

        Assert.Equal(ErrorCode.Local_State, (await Assert.ThrowsAsync<KafkaException>(() => asking)).Error.Code);
    }

    [KafkaFact]
    public void A_missing_topic_is_an_error_that_names_it()
    {
        var missing = RealKafka.UniqueName("missing");
        using var consumer = new SpanConsumer(Sent.To(kafka.Bootstrap), new SpanConsumerOptions { GroupId = missing }, _log, new FromCommitted());
        consumer.Subscribe(missing);
        var none = new Collected();
        var error = Assert.Throws<UnknownTopicException>(() => none.Until(consumer, () => false, "an error"));
        Assert.Contains(missing, error.Message, StringComparison.Ordinal);
    }

    [KafkaFact]
    public async Task Reading_allocates_nothing_per_record()
    {
        const int Count = 200_000;
        var topic = await kafka.CreateTopic("allocations");
        using (var producer = Sent.Producer(kafka.Bootstrap, topic, _log))
        {
            Sent.Numbers(producer, topic, 0, 0, Count);
        }

        using var consumer = Sent.Reader(kafka.Bootstrap, topic, 1, _log);
        var counter = new Counter();
        var deadline = Environment.TickCount64 + 60_000;
        while (counter.Records == 0 && Environment.TickCount64 < deadline)
        {
            consumer.Poll(100, ref counter, 1000);
        }

        var first = counter.Records;
        var before = GC.GetAllocatedBytesForCurrentThread();
        while (counter.Records < Count && Environment.TickCount64 < deadline)
        {
            consumer.Poll(100, ref counter);
        }

        var perRecord = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)(counter.Records - first);
        Assert.Equal(Count, counter.Records);
        Assert.InRange(perRecord, 0, 0.05);
    }

    private struct Counter : IRecordReceiver
    {
        public int Records;
        public long Bytes;

        public void OnRecord(in ConsumedRecord record)
        {
            Records++;
            Bytes += record.Value.Length + record.Timestamp;
        }

        public readonly void OnPartitionEnd(string topic, int partition, long offset)
        {
        }
    }

    private sealed class Listener(Func<IReadOnlyList<TopicPartition>, IEnumerable<TopicPartitionOffset>> starts) : IAssignmentListener
    {
        public Action? OnRevoked { get; init; }

        public IEnumerable<TopicPartitionOffset> Assigned(IReadOnlyList<TopicPartition> partitions) => starts(partitions);

        public void Revoked(IReadOnlyList<TopicPartitionOffset> partitions) => OnRevoked?.Invoke();

        public void Lost(IReadOnlyList<TopicPartition> partitions)
        {
        }
    }

    /// <summary>Commits what it read when a partition is taken away and every now and then, in transactions, as a worker does.</summary>
    private sealed class GroupMember : IAssignmentListener, IDisposable
    {
        private readonly SpanConsumer _consumer;
        private readonly TransactionalProducer _producer;
        private readonly string _topic;
        private readonly OutputBuffer _nothing = new();

        public GroupMember(string bootstrap, string topic, LogLines log)
        {
            _topic = topic;
            _producer = Sent.Producer(bootstrap, $"{topic}-{Guid.NewGuid()}", log);
            _consumer = new SpanConsumer(Sent.To(bootstrap), new SpanConsumerOptions { GroupId = "g-" + topic }, log, this);
            _consumer.Subscribe(topic);
        }

        public void Run(Action<Taken> each, CancellationToken stop)
        {
            var got = new Collected { OnEach = each };
            while (!stop.IsCancellationRequested)
            {
                _consumer.Poll(20, ref got, 700);
                Commit(_consumer.Assignment);
            }

            _consumer.Close();
        }

        public IEnumerable<TopicPartitionOffset> Assigned(IReadOnlyList<TopicPartition> partitions) => [];

        public void Revoked(IReadOnlyList<TopicPartitionOffset> partitions) => Commit(partitions.Select(p => p.TopicPartition));

        public void Lost(IReadOnlyList<TopicPartition> partitions) => throw new InvalidOperationException("lost");

        public void Dispose()
        {
            _consumer.Dispose();
            _producer.Dispose();
        }

        private void Commit(IEnumerable<TopicPartition> partitions)
        {
            var offsets = partitions.Select(p => new TopicPartitionOffset(p, _consumer.Position(_topic, p.Partition)))
                .Where(p => p.Offset != Offset.Unset).ToList();
            if (offsets.Count > 0)
            {
                _producer.Commit(_nothing, [], offsets, _consumer.Member);
            }
        }
    }
}
