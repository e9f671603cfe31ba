using System.Text;
using Confluent.Kafka;
using StreamEngine.Connectors.Kafka;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Tests.Connectors.Kafka;

[Collection(KafkaCollection.Name)]
public sealed class TransactionalProducerTests(RealKafka kafka)
{
    private readonly LogLines _log = new();

    [KafkaFact]
    public async Task Spans_read_equal_what_was_sent_with_null_values_empty_keys_headers_timestamps_and_five_megabytes()
    {
        var topic = await kafka.CreateTopic("spans", 2);
        var big = new byte[5_000_000];
        new Random(7).NextBytes(big);
        var headers = new ByteArena();
        RecordHeaders.Add(headers, "error"u8, "żółć");
        RecordHeaders.Add(headers, "empty"u8, default(ReadOnlySpan<byte>));
        var headerBytes = headers.Buffer.AsSpan(0, headers.Length);
        var records = new OutputBuffer();
        records.Append(0, 1, "key"u8, "value"u8, headerBytes);
        records.AppendTombstone(0, 1, "gone"u8);
        records.Append(0, 1, default, default);
        records.AppendUnkeyed(0, 1, "no key"u8);
        records.Append(0, 1, "big"u8, big);
        records.AppendUnkeyed(0, 1, "last"u8, headerBytes);
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        using (var producer = Sent.Producer(kafka.Bootstrap, topic, _log))
        {
            producer.Commit(records, [topic], [], null);
        }

        using var consumer = Sent.Reader(kafka.Bootstrap, topic, 2, _log);
        var got = new Collected();
        got.Until(consumer, () => got.Records.Count == 6, "six records");

        Assert.Equal(Enumerable.Range(0, 6).Select(i => (long)i), got.Records.Select(r => r.Offset));
        Assert.All(got.Records, r => Assert.InRange(r.Timestamp, before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));
        Assert.All(got.Records, r => Assert.Equal((topic, 1), (r.Topic, r.Partition)));
        Assert.Equal(["key", "gone", "", null, "big", null], got.Records.Select(r => r.Key is null ? null : Encoding.UTF8.GetString(r.Key)));
        Assert.Equal(["value", "<null>", "", "no key"], got.Records.Take(4).Select(r => r.Text));
        Assert.True(big.AsSpan().SequenceEqual(got.Records[4].Value));
        Assert.True(headerBytes.SequenceEqual(got.Records[0].Headers));
        Assert.True(headerBytes.SequenceEqual(got.Records[5].Headers));
        Assert.Empty(got.Records[1].Headers);
    }

    [KafkaFact]
    public async Task Committed_offsets_and_records_are_seen_together_and_what_is_rolled_back_is_never_seen()
    {
        var topic = await kafka.CreateTopic("together");
        var small = await kafka.CreateTopic("small", 1, new Dictionary<string, string> { ["max.message.bytes"] = "1000" });
        using var producer = Sent.Producer(kafka.Bootstrap, topic, _log);
        var group = new SpanConsumerOptions { GroupId = "g-" + topic };
        using var member = new SpanConsumer(Sent.To(kafka.Bootstrap), group, _log, new FromCommitted());
        member.Subscribe(topic);
        var none = new Collected();
        none.Until(member, () => none.Ends.Count == 1, "its end");
        var place = new TopicPartition(topic, 0);

        producer.Commit(Sent.Texts(0, ["one"]), [topic], [new TopicPartitionOffset(place, 11)], member.Member);
        var tooLarge = Sent.Texts(0, ["never seen"]);
        var noise = new byte[5000];
        new Random(7).NextBytes(noise);
        tooLarge.Append(1, 0, "k"u8, noise);
        var aborted = Assert.Throws<TransactionAbortedException>(() =>
            producer.Commit(tooLarge, [topic, small], [new TopicPartitionOffset(place, 22)], member.Member));
        Assert.True(aborted.IsPermanent, aborted.ToString());
        Assert.Equal(11, member.Committed([place], TimeSpan.FromSeconds(10))[0].Offset.Value);
        producer.Commit(Sent.Texts(0, ["two"]), [topic], [new TopicPartitionOffset(place, 33)], member.Member);

        Assert.Equal(33, member.Committed([place], TimeSpan.FromSeconds(10))[0].Offset.Value);
        using var consumer = Sent.Reader(kafka.Bootstrap, topic, 1, _log);
        var got = new Collected();
        got.Until(consumer, () => got.Ends.Count > 0, "the end");
        Assert.Equal(["one", "two"], got.Texts);
        using var curious = Sent.Reader(kafka.Bootstrap, topic, 1, _log, committed: false);
        var all = new Collected();
        all.Until(curious, () => all.Ends.Count > 0, "the end");
        Assert.Contains("never seen", all.Texts);
    }

    [KafkaTheory]
    [InlineData(0)]
    [InlineData(2000)]
    public async Task A_record_that_its_topic_does_not_take_is_told_with_topic_size_and_limit_however_many_follow(int more)
    {
        var topic = await kafka.CreateTopic("roomy");
        var small = await kafka.CreateTopic("small", 1, new Dictionary<string, string> { ["max.message.bytes"] = "1000" });
        // With so small a queue the client hears of the refusal while records are still being queued.
        using var producer = new TransactionalProducer(Sent.To(kafka.Bootstrap, ("queue.buffering.max.kbytes", "100"), ("batch.size", "20000")), topic, _log);
        producer.Initialize(TimeSpan.FromSeconds(60));
        var random = new Random(8);
        var noise = new byte[5000];
        random.NextBytes(noise);
        var records = new OutputBuffer();
        records.Append(1, 0, "k"u8, noise);
        for (var i = 0; i < more; i++)
        {
            random.NextBytes(noise);
            records.Append(0, 0, "k"u8, noise);
        }

        var aborted = Assert.Throws<TransactionAbortedException>(() => producer.Commit(records, [topic, small], [], null));

        Assert.Equal((ErrorCode.MsgSizeTooLarge, true), (aborted.Code, aborted.IsPermanent));
        Assert.Contains($"topic '{small}' takes at most 1,000 bytes at once (max.message.bytes), and the largest record for it has 5,001", aborted.Message, StringComparison.Ordinal);
        Sent.Numbers(producer, topic, 0, 0, 1);
    }

    [KafkaFact]
    public async Task A_second_producer_with_the_same_id_fences_the_first_which_says_so()
    {
        var topic = await kafka.CreateTopic("fenced");
        using var first = Sent.Producer(kafka.Bootstrap, topic, _log);
        Sent.Numbers(first, topic, 0, 0, 10);
        using var second = Sent.Producer(kafka.Bootstrap, topic, _log);

        var fenced = Assert.Throws<FencedException>(() => Sent.Numbers(first, topic, 0, 10, 10));
        Assert.Contains(topic, fenced.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<InvalidOperationException>(() => Sent.Numbers(first, topic, 0, 10, 10));
        Sent.Numbers(second, topic, 0, 10, 5);

        using var consumer = Sent.Reader(kafka.Bootstrap, topic, 1, _log);
        var got = new Collected();
        got.Until(consumer, () => got.Ends.Count > 0, "the end");
        Assert.Equal(Enumerable.Range(0, 15).Select(i => $"{i}"), got.Texts);
    }

    [KafkaFact]
    public async Task Offsets_of_a_member_that_the_group_no_longer_knows_are_refused_as_stale()
    {
        var topic = await kafka.CreateTopic("stale");
        using var producer = Sent.Producer(kafka.Bootstrap, topic, _log);
        Sent.Numbers(producer, topic, 0, 0, 3);
        var settings = Sent.To(kafka.Bootstrap, ("max.poll.interval.ms", "2000"), ("session.timeout.ms", "2000"));
        var listener = new FromCommitted();
        using var member = new SpanConsumer(settings, new SpanConsumerOptions { GroupId = "g-" + topic }, _log, listener);
        member.Subscribe(topic);
        var got = new Collected();
        got.Until(member, () => got.Records.Count == 3, "three records");
        var before = member.Member;

        // Without a poll the client leaves the group after two seconds.
        TransactionAbortedException? aborted = null;
        await Eventually.Holds(() => (aborted = TryCommit()) is not null, "the group forgets the member");

        TransactionAbortedException? TryCommit()
        {
            try
            {
                producer.Commit(new OutputBuffer(), [topic], [new TopicPartitionOffset(topic, 0, 1)], before);
                return null;
            }
            catch (TransactionAbortedException exception)
            {
                return exception;
            }
        }

        Assert.True(aborted!.MemberIsStale, aborted.ToString());
        got.Until(member, () => listener.LostPartitions.Count == 1, "the loss is told");
        producer.Commit(Sent.Texts(0, ["more"]), [topic], [], null);

        // The consumer is a member again, and has the partition; what was worked out before is as stale as it was.
        got.Until(member, () => got.Texts.Last() == "more", "it reads again");
        Assert.Equal(ErrorCode.UnknownMemberId, Assert.Throws<TransactionAbortedException>(() => producer.Commit(Sent.Texts(0, ["stale"]), [topic], [new TopicPartitionOffset(topic, 0, 2)], before)).Code);
        producer.Commit(new OutputBuffer(), [topic], [new TopicPartitionOffset(topic, 0, 4)], member.Member);
        Assert.Equal(4, member.Committed([new TopicPartition(topic, 0)], TimeSpan.FromSeconds(10))[0].Offset.Value);
    }

    [KafkaFact]
    public async Task A_consumer_that_never_joined_its_group_commits_no_offsets_and_a_member_none_without_them()
    {
        var topic = await kafka.CreateTopic("outside");
        using var producer = Sent.Producer(kafka.Bootstrap, topic, _log);
        using var outside = new SpanConsumer(Sent.To(kafka.Bootstrap), new SpanConsumerOptions { GroupId = "g-" + topic }, _log);
        var offset = new TopicPartitionOffset(topic, 0, 1);

        Assert.Equal(ErrorCode.UnknownMemberId, Assert.Throws<TransactionAbortedException>(() => producer.Commit(new OutputBuffer(), [topic], [offset], outside.Member)).Code);
        Assert.Throws<ArgumentException>(() => producer.Commit(Sent.Texts(0, ["unfenced"]), [topic], [], outside.Member));
        Assert.Throws<ArgumentException>(() => producer.Commit(Sent.Texts(0, ["unfenced"]), [topic], [offset], null));
        Assert.Equal(Offset.Unset, outside.Committed([offset.TopicPartition], TimeSpan.FromSeconds(10))[0].Offset);
    }

    [KafkaFact]
    public async Task Records_without_partition_go_where_the_hash_of_their_key_says()
    {
        var topic = await kafka.CreateTopic("hashed", 5);
        using var producer = Sent.Producer(kafka.Bootstrap, topic, _log);
        producer.Commit(Sent.Texts(-1, Enumerable.Range(0, 2000).Select(i => $"{i}")), [topic], [], null);

        using var consumer = Sent.Reader(kafka.Bootstrap, topic, 5, _log);
        var got = new Collected();
        got.Until(consumer, () => got.Records.Count == 2000, "all records");
        Assert.All(got.Records, r => Assert.Equal((int)(Hash64.Of(r.Key) % 5), r.Partition));
        foreach (var partition in got.Records.GroupBy(r => r.Partition))
        {
            Assert.InRange(partition.Count(), 300, 500);
            Assert.Equal(partition.Select(r => int.Parse(r.Text)).Order(), partition.Select(r => int.Parse(r.Text)));
        }
    }

    [KafkaFact]
    public void A_topic_that_is_missing_is_named_with_the_nearest_there_is()
    {
        var there = RealKafka.UniqueName("brand-alerts");
        using var admin = new TopicAdmin(Sent.To(kafka.Bootstrap), _log);
        admin.Ensure([new TopicSpec(there, 1)]);
        using var producer = Sent.Producer(kafka.Bootstrap, there, _log);

        var missing = Assert.Throws<UnknownTopicException>(() => Sent.Numbers(producer, there[..^1], 0, 0, 1));
        Assert.Contains($"'{there[..^1]}'", missing.Message, StringComparison.Ordinal);
        Assert.Contains($"did you mean '{there}'?", missing.Message, StringComparison.Ordinal);
        Sent.Numbers(producer, there, 0, 0, 1);
    }
}

/// <summary>Starts at the group's committed offsets.</summary>
internal sealed class FromCommitted : IAssignmentListener
{
    public List<TopicPartition> LostPartitions { get; } = [];

    public IEnumerable<TopicPartitionOffset> Assigned(IReadOnlyList<TopicPartition> partitions) => [];

    public void Revoked(IReadOnlyList<TopicPartitionOffset> partitions)
    {
    }

    public void Lost(IReadOnlyList<TopicPartition> partitions) => LostPartitions.AddRange(partitions);
}
