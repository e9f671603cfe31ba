using Xunit.Sdk;

namespace StreamEngine.Tests.Connectors.Testing;

public sealed class EventuallyTests
{
    [Fact]
    public async Task It_asks_until_the_condition_holds()
    {
        var asked = 0;
        await Eventually.Holds(() => ++asked == 3, "asked three times");
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task When_time_is_up_it_fails_with_how_things_stand()
    {
        var asked = 0;
        var failure = await Assert.ThrowsAsync<XunitException>(
            () => Eventually.Holds(() => ++asked < 0, () => $"asked {asked} times", TimeSpan.FromMilliseconds(50)));
        Assert.Equal($"Not within 0.05 s: asked {asked} times", failure.Message);
    }
}
