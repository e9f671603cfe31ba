using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Connectors.Webhook;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;

namespace StreamEngine.Tests.Connectors.Webhook;

public sealed class WebhookSinkDefinitionTests
{
    private static readonly WebhookSinkDefinition _definition = new();

    [Fact]
    public void Options_reach_the_settings()
    {
        var given = new Dictionary<string, object?>
        {
            ["url"] = "https://example.com/hook?x=1",
            ["headers"] = new Dictionary<string, object?> { ["Authorization"] = "Bearer t" },
            ["secret"] = "s",
            ["min_severity"] = 4,
            ["timeout"] = "3s",
            ["max_retry_delay"] = "2m",
        };
        Assert.Empty(Problems(given, out var options));
        var settings = WebhookSinkDefinition.Settings(options);
        Assert.Equal((new Uri("https://example.com/hook?x=1"), "s", 4), (settings.Url, settings.Secret, settings.MinSeverity));
        Assert.Equal(("Bearer t", TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(2)), (settings.Headers["Authorization"], settings.Timeout, settings.MaxRetryDelay));
    }

    [Theory]
    [InlineData("url", "example.com/hook", "must be an address like https://example.com/alerts")]
    [InlineData("url", "ftp://example.com/", "must be an address like")]
    [InlineData("url", "https://u:p@example.com/", "must hold neither user nor password")]
    [InlineData("min_severity", "11", "from 1 to 10")]
    [InlineData("timeout", "1ms", "from 100ms to 1h")]
    [InlineData("timeout", "60d", "from 100ms to 1h")]
    [InlineData("max_retry_delay", "2d", "from 10ms to 1d")]
    public void A_wrong_option_is_named_with_what_it_must_be(string option, string value, string message)
    {
        var given = new Dictionary<string, object?> { ["url"] = "https://example.com/", [option] = value };
        Assert.Contains(message, Assert.Single(Problems(given, out _)).Message);
    }

    [Fact]
    public void The_longest_durations_make_a_writer()
    {
        Assert.Empty(Problems(new() { ["url"] = "https://example.com/", ["timeout"] = "1h", ["max_retry_delay"] = "1d" }, out var options));
        Assert.NotNull(new WebhookWriter(WebhookSinkDefinition.Settings(options), TimeProvider.System, NullLogger.Instance));
    }

    [Theory]
    [InlineData("Content-Type", "text/plain", "which the sink sets itself")]
    [InlineData("idempotency-key", "1", "which the sink sets itself")]
    [InlineData("X Y", "1", "names are made of")]
    [InlineData("X-Y", "a\nb", "not printable ASCII")]
    public void A_wrong_header_is_named_and_its_value_is_not_told(string name, string value, string message)
    {
        var given = new Dictionary<string, object?> { ["url"] = "https://example.com/", ["headers"] = new Dictionary<string, object?> { [name] = value } };
        var problem = Assert.Single(Problems(given, out _)).Message;
        Assert.Contains(message, problem);
        Assert.DoesNotContain(value.Length > 1 ? value : "never", problem);
    }

    [Fact]
    public void Without_a_url_it_is_asked_for() =>
        Assert.Contains("needs the option 'url'", Assert.Single(Problems([], out _), problem => problem.Message.Contains("needs")).Message);

    private static List<GraphProblem> Problems(Dictionary<string, object?> given, out OptionSet options)
    {
        var problems = new List<GraphProblem>();
        options = OptionSet.Bind("sink 'webhook'", _definition.Options, ConfigNode.From(given), SourcePosition.Code, problems);
        if (problems.Count == 0)
        {
            _definition.Validate(options, problems);
        }

        return problems;
    }
}
