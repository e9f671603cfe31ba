using System.Text;
using StreamEngine.Core.State;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Window;

/// <summary>Sample posts travel, and are stored, only when they have changed.</summary>
public sealed class SlotSenderTests
{
    private static readonly long _start = Mentions.Now.AddMinutes(-5).ToUnixTimeMilliseconds();

    [Fact]
    public void A_slots_samples_go_along_when_they_have_changed_and_only_then()
    {
        using var window = Window(new() { ["size"] = "1m" });

        Assert.True(Tells(Send(window, Angry(0))));
        Assert.False(Tells(Send(window, Calm(1))));
        Assert.True(Tells(Send(window, Angry(2))));
        Assert.False(Tells(Send(window, Calm(3))));
    }

    [Fact]
    public void A_slot_that_was_restored_sends_no_samples_that_were_sent_before()
    {
        using var before = Window(new() { ["size"] = "1m" });
        Send(before, Angry(0));

        using var after = Window(new() { ["size"] = "1m" }, before.State);

        Assert.False(Tells(Send(after, Calm(1))));
        Assert.True(Tells(Send(after, Angry(2))));
    }

    [Fact]
    public void Sessions_go_whole_since_their_keys_change()
    {
        using var window = Window(new() { ["session"] = "1m" });
        Send(window, Angry(0));

        Assert.True(Tells(Send(window, Calm(1))));
    }

    [Fact]
    public void Both_phases_store_samples_only_when_they_have_changed()
    {
        using var first = Window(new() { ["size"] = "1m" });
        using var second = Window(new() { ["size"] = "1m" }, merge: true);
        foreach (var (post, stored) in new[] { (Angry(0), 1), (Calm(1), 1), (Angry(2), 2), (Calm(3), 2) })
        {
            Send(first, post).ForEach(sent => second.Push(sent.ToBatch(second)));
            second.Cut();

            Assert.Equal((stored, post.Offset + 1), (first.State.Puts("samples"), first.State.Puts("slots")));
            Assert.Equal((stored, post.Offset + 1), (second.State.Puts("merge_samples"), second.State.Puts("merge_slots")));
        }
    }

    [Theory]
    [InlineData("samples", false)]
    [InlineData("merge_samples", true)]
    public void Samples_without_their_slot_are_refused(string table, bool merge)
    {
        using var first = Window(new() { ["size"] = "1m" });
        using var second = Window(new() { ["size"] = "1m" }, merge: true);
        Send(first, Angry(0)).ForEach(sent => second.Push(sent.ToBatch(second)));
        second.Cut();

        using var fresh = Window(new() { ["size"] = "1m" }, merge: merge);
        var samples = fresh.Tables.Single(t => t.Name == table);
        var (key, version, value) = Assert.Single((merge ? second : first).State.Entries(table));
        samples.Restore(key, version, value);

        Assert.Contains("slot is missing", Assert.Throws<StateException>(samples.RestoreDone).Message);
    }

    private static List<Exchanged> Send(OperatorHarness window, Post post)
    {
        var sent = new List<Exchanged>();
        window.Push(Mentions.Batch(window, [post]));
        window.Cut(batch => sent.Add(new Exchanged(batch)));
        return sent;
    }

    private static bool Tells(List<Exchanged> sent) =>
        Assert.Single(sent.SelectMany(batch => batch.Slots)).AsSpan().IndexOf(Encoding.UTF8.GetBytes("slecht")) >= 0;

    private static Post Angry(long offset) => Post(offset, "slecht", -1);

    private static Post Calm(long offset) => Post(offset, "prima", 1);

    private static Post Post(long offset, string text, int sentiment) =>
        new(offset, _start + offset, new Mention("Acme", "web", "nl", $"ann {offset}", text, sentiment, sentiment, 1));

    private static OperatorHarness Window(Dictionary<string, object?> options, StoredState? state = null, bool merge = false) =>
        new(new WindowDefinition(), options, new HarnessSetting { Input = Mentions.Schema, Time = new ManualTime(Mentions.Now), State = state, Merge = merge });
}
