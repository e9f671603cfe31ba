using StreamEngine.Core.State;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Evidence;

public sealed class VoiceCounterTests
{
    private static readonly VoiceWeights _weights = new(Copy: 0.25, Repeat: 0);

    [Fact]
    public void Posts_by_as_many_authors_with_texts_of_their_own_count_fully_however_many_there_are()
    {
        foreach (var posts in new[] { 1, 5, 12, 13, 100, 5_000 })
        {
            var voices = Count(Bucket(0, posts, i => i, Samples.Text), new VoiceMemory());
            Assert.Equal((posts, 0), (voices.Negative, voices.DuplicateShare));
            Assert.Equal(posts, voices.Counted, 6);
        }
    }

    [Theory]
    [InlineData(9)]
    [InlineData(200)]
    [InlineData(5_000)]
    public void A_storm_of_one_text_by_three_authors_counts_as_a_post_or_two(int posts)
    {
        var voices = Count(Bucket(0, posts, i => i % 3, i => $"everybody leave acme today please, number {i}"), new VoiceMemory());
        Assert.InRange(voices.Counted, 1, 2);
        Assert.Equal((1, 1), (voices.DuplicateShare, voices.AuthorShare));
    }

    [Fact]
    public void Three_authors_that_go_on_for_an_hour_with_ever_new_texts_count_once()
    {
        var (memory, counter, sum) = (new VoiceMemory(), new VoiceCounter(_weights), 0.0);
        for (var minute = 0; minute < 60; minute++)
        {
            var at = minute;
            sum += counter.Count(Bucket(minute, 40, i => i % 3, i => Samples.Text((at * 1_000) + i)), memory).Counted;
            memory.Learn(counter.Posts, 60_000);
        }

        Assert.InRange(sum, 3, 3.5);
    }

    [Fact]
    public void A_text_that_many_pass_on_counts_a_quarter_of_each_and_says_so()
    {
        var voices = Count(Bucket(0, 12, i => i, _ => "please read what happened to us with acme"), new VoiceMemory());
        Assert.Equal(1 + (11 * 0.25), voices.Counted, 6);
        Assert.Equal(1, voices.DuplicateShare);
        Assert.Equal(3 / 12.0, voices.AuthorShare, 6);
    }

    [Fact]
    public void A_storm_takes_nothing_from_the_voices_beside_it()
    {
        var voices = Count(Bucket(0, 1_000, i => i % 2 == 0 ? i : 1, i => i % 2 == 0 ? Samples.Text(i) : "everybody leave acme today please"), new VoiceMemory());
        Assert.InRange(voices.Counted, 300, 700);
        Assert.InRange(voices.DuplicateShare, 0.3, 0.7);
    }

    [Fact]
    public void With_weights_of_one_every_post_counts_and_without_evidence_too()
    {
        var storm = Bucket(0, 500, i => i % 3, _ => "everybody leave acme today please");
        Assert.Equal(500, new VoiceCounter(new VoiceWeights(1, 1)).Count(storm, new VoiceMemory()).Counted, 6);
        var bare = new OpenBucket(0);
        bare.Parts[("web", "nl")] = new BucketPart { Negative = 70 };
        Assert.Equal(70, Count(bare, new VoiceMemory()).Counted);
    }

    [Fact]
    public void The_order_of_a_buckets_parts_makes_no_difference()
    {
        var random = new Random(4);
        for (var round = 0; round < 50; round++)
        {
            var parts = Enumerable.Range(0, random.Next(1, 40)).Select(part => (Key: ((string?)"web", (string?)$"l{part}"), Part: Part(0, part * 1_000, random.Next(30), _ => random.Next(60), i => $"text a{random.Next(9)} b{random.Next(9)} c{i % 5} d e f"))).ToList();
            var (one, other) = (new OpenBucket(0), new OpenBucket(0));
            parts.ForEach(p => one.Parts.Add(p.Key, p.Part));
            parts.AsEnumerable().Reverse().ToList().ForEach(p => other.Parts.Add(p.Key, p.Part));
            Assert.Equal(Count(one, new VoiceMemory()), Count(other, new VoiceMemory()));
        }
    }

    [Fact]
    public void What_is_remembered_comes_back_from_state_as_it_was()
    {
        var (memory, counter, random) = (new VoiceMemory(), new VoiceCounter(_weights), new Random(6));
        for (var minute = 0; minute < 30; minute++)
        {
            counter.Count(Bucket(minute, 20, _ => random.Next(40), i => $"text a{random.Next(9)} b{random.Next(9)} c{i} d e f"), memory);
            memory.Learn(counter.Posts, 60_000);
        }

        var writer = new StateWriter();
        memory.Write(writer);
        var reader = new StateReader(writer.Written);
        var restored = new VoiceMemory();
        restored.Read(ref reader);
        reader.End();
        var probe = Bucket(30, 40, _ => random.Next(60), i => $"text a{random.Next(9)} b{random.Next(9)} c{i} d e f");
        Assert.Equal(Count(probe, memory), Count(probe, restored));
    }

    private static Voices Count(OpenBucket bucket, VoiceMemory memory) => new VoiceCounter(_weights).Count(bucket, memory);

    private static OpenBucket Bucket(long index, int posts, Func<int, int> author, Func<int, string> text)
    {
        var bucket = new OpenBucket(index);
        bucket.Parts[("web", "en")] = Part(index, 0, posts, author, text);
        return bucket;
    }

    private static BucketPart Part(long index, int firstId, int posts, Func<int, int> author, Func<int, string> text) => new()
    {
        Posts = posts,
        Negative = posts,
        Evidence = Samples.Encode(Enumerable.Range(0, posts).Select(i => (
            Id: $"{index}-{firstId + i}", Time: (index * 60_000) + i, Author: 1 + (ulong)author(i), Text: text(i)))),
    };
}
