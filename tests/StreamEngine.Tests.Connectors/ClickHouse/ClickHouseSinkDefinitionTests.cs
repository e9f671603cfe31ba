using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Connectors.ClickHouse;
using StreamEngine.Connectors.ClickHouse.Columns;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;

namespace StreamEngine.Tests.Connectors.ClickHouse;

public sealed class ClickHouseSinkDefinitionTests
{
    private static readonly ClickHouseSinkDefinition _definition = new();

    [Fact]
    public void Without_options_all_is_as_the_settings_say_by_default()
    {
        Assert.Empty(Problems([], out var options));
        Assert.Equal(new ClickHouseSettings(), ClickHouseSinkDefinition.Settings(options));
    }

    [Fact]
    public void Options_reach_the_settings()
    {
        Assert.Empty(Problems(new() { ["url"] = "https://ch:8443", ["database"] = "d", ["user"] = "u", ["password"] = "p", ["format"] = "rowbinary", ["gzip"] = false, ["ttl"] = "30d", ["batch_rows"] = 10, ["timeout"] = "5s" }, out var options));
        var settings = ClickHouseSinkDefinition.Settings(options);
        Assert.Equal((new Uri("https://ch:8443"), "u", "p", TimeSpan.FromSeconds(5)), (settings.Connection.Url, settings.Connection.User, settings.Connection.Password, settings.Connection.Timeout));
        Assert.Equal(("d", WireFormat.RowBinary, false, TimeSpan.FromDays(30), 10), (settings.Database, settings.Format, settings.Compress, settings.TimeToLive, settings.BatchRows));
        Assert.DoesNotContain("\"p\"", settings.ToString());
    }

    [Theory]
    [InlineData("url", "localhost:8123", "must be an address like http://localhost:8123")]
    [InlineData("url", "http://u:p@ch:8123", "must hold neither user nor parameters")]
    [InlineData("tls_ca", "no-such-file.pem", "is not there")]
    [InlineData("tls_insecure", "true", "is http, but TLS options are given")]
    [InlineData("table_prefix", "a-b", "letters, digits and _ only")]
    [InlineData("password", "a\nb", "control character")]
    [InlineData("format", "nativ", "must be one of auto, native, rowbinary")]
    [InlineData("batch_rows", "0", "from 1 to 1000000")]
    [InlineData("timeout", "60d", "from 100ms to 1h")]
    [InlineData("max_retry_delay", "2d", "from 10ms to 1d")]
    [InlineData("ttl", "36500d", "from 1m to 18250d")]
    public void A_wrong_option_is_named_with_what_it_must_be(string option, string value, string message)
    {
        var problem = Assert.Single(Problems(new() { [option] = value }, out _), p => p.Message.Contains(message));
        Assert.Contains("sink 'clickhouse': option '", problem.Message);
    }

    [Fact]
    public void The_longest_durations_make_a_writer()
    {
        Assert.Empty(Problems(new() { ["timeout"] = "1h", ["max_retry_delay"] = "1d", ["ttl"] = "18250d" }, out var options));
        Assert.NotNull(new ClickHouseWriter(ClickHouseSinkDefinition.Settings(options), TimeProvider.System, NullLogger.Instance));
    }

    private static List<GraphProblem> Problems(Dictionary<string, object?> given, out OptionSet options)
    {
        var problems = new List<GraphProblem>();
        options = OptionSet.Bind("sink 'clickhouse'", _definition.Options, ConfigNode.From(given), SourcePosition.Code, problems);
        _definition.Validate(options, problems);
        return problems;
    }
}
