using System.Diagnostics;

namespace StreamEngine.Tests.Connectors.Embedded;

/// <summary>The official JavaScript client, <c>@clickhouse/client</c>: <c>tests/js/clickhouse-client.e2e.mjs</c>.</summary>
public sealed class ClickHouseJavaScriptClientTests(EmbeddedClickHouseFixture clickHouse) : IClassFixture<EmbeddedClickHouseFixture>
{
    [Fact]
    public async Task The_official_JavaScript_client_creates_inserts_selects_streams_and_keeps_sessions()
    {
        string folder = Path.Combine(RepositoryRoot(), "tests", "js");
        Assert.True(Directory.Exists(Path.Combine(folder, "node_modules", "@clickhouse", "client")), "@clickhouse/client is not installed in tests/js: run 'make setup'.");
        var start = new ProcessStartInfo("node", ["clickhouse-client.e2e.mjs"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["CLICKHOUSE_URL"] = clickHouse.Process.Url.GetLeftPart(UriPartial.Authority);
        using Process node = Process.Start(start) ?? throw new InvalidOperationException("node did not start");
        (int code, string output, string error) = await ProgramUnderTest.End(node);
        Assert.True(code == 0, output + error);
        Assert.Contains("fail 0", output, StringComparison.Ordinal);
        Assert.DoesNotContain("pass 0", output, StringComparison.Ordinal);
    }

    private static string RepositoryRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "StreamEngine.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"StreamEngine.sln is not above '{AppContext.BaseDirectory}'.");
    }
}
