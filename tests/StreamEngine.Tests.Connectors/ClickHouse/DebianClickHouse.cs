using System.Diagnostics;
using System.Security;
using StreamEngine.Connectors.ClickHouse.Http;

namespace StreamEngine.Tests.Connectors.ClickHouse;

/// <summary>Debian's <c>clickhouse-server</c> as a process with a configuration of its own.</summary>
public sealed class DebianClickHouse : ClickHouseServer
{
    private static readonly string[] _programs = ["/usr/sbin/clickhouse-server", "/usr/bin/clickhouse-server"];

    private readonly int _tcpPort = FreePort.Next();
    private Process? _process;
    private Process? _guard;

    /// <summary>The program; <see langword="null"/> where it is not installed.</summary>
    public static string? Program => _programs.FirstOrDefault(File.Exists);

    /// <inheritdoc/>
    public override async Task StartAsync()
    {
        await WriteConfigurationAsync();
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = Folder.Path };
        foreach (var argument in new[] { "-c", "exec \"$1\" --config-file=config.xml >>server.out 2>&1 </dev/null", "sh", Program! })
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        _guard = StartGuard(_process.Id);
        await Eventually.Holds(IsServing, () => $"{Program} serves at {Url}: {File.ReadAllText(Folder["server.out"])}");
    }

    /// <inheritdoc/>
    public override async Task KillAsync()
    {
        foreach (var process in new[] { _process, _guard })
        {
            if (process is not null)
            {
                process.Kill();
                await process.WaitForExitAsync();
                process.Dispose();
            }
        }

        _process = _guard = null;
    }

    private async Task<bool> IsServing()
    {
        if (_process!.HasExited)
            throw new InvalidOperationException($"{Program} ended while it was starting: {File.ReadAllText(Folder["server.out"])}");
        try
        {
            return (await QueryAsync("SELECT 1")).Value == "1";
        }
        catch (ClickHouseException e) when (e.Failure is ClickHouseFailure.Unreachable or ClickHouseFailure.Broken)
        {
            return false;
        }
    }

    private async Task WriteConfigurationAsync()
    {
        Directory.CreateDirectory(Folder["log"]);
        await File.WriteAllTextAsync(Folder["config.xml"], $"""
            <yandex>
              <logger><level>warning</level><log>./log/server.log</log><errorlog>./log/err.log</errorlog></logger>
              <http_port>{Port}</http_port>
              <tcp_port>{_tcpPort}</tcp_port>
              <listen_host>127.0.0.1</listen_host>
              <path>./data/</path>
              <tmp_path>./tmp/</tmp_path>
              <format_schema_path>./format_schemas/</format_schema_path>
              <users_config>users.xml</users_config>
              <default_profile>default</default_profile>
              <default_database>default</default_database>
              <mark_cache_size>16777216</mark_cache_size>
              <timezone>UTC</timezone>
            </yandex>
            """);
        await File.WriteAllTextAsync(Folder["users.xml"], $"""
            <yandex>
              <profiles><default></default></profiles>
              <users>
                <default>
                  <password>{(HasPassword ? SecurityElement.Escape(Password) : "")}</password>
                  <networks><ip>127.0.0.1</ip></networks>
                  <profile>default</profile>
                  <quota>default</quota>
                </default>
              </users>
              <quotas><default></default></quotas>
            </yandex>
            """);
    }

    /// <summary>A process that kills the server when this one ends in whatever way: its standard input closes then.</summary>
    private static Process StartGuard(int serverId)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        foreach (var argument in new[] { "-c", "cat >/dev/null; kill -9 \"$1\"", "sh", $"{serverId}" })
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
