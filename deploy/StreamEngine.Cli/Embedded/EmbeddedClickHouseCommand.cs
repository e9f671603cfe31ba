using System.CommandLine;
using StreamEngine.Connectors.Embedded;

namespace StreamEngine.Cli.Embedded;

/// <summary><c>streamengine embedded clickhouse</c>.</summary>
internal static class EmbeddedClickHouseCommand
{
    private const string Description = "Run ClickHouse (libchdb, the whole engine) behind its HTTP interface.";

    private const string Notes =
        """
        It prints its URL as one line on standard output and serves until Ctrl-C. An INSERT that was answered with 200 is
        in the data folder, also after kill -9.

        Fit for a demo, for tests and for one analyst. What it does not do, against a server:
          - the native protocol (clickhouse-client, port 9000), TLS, more than one user, roles, clusters
          - external tables, compress=1, INSERT … SELECT … FROM input(), progress headers, your query_id in system tables
          - stream a SELECT in other formats than rows alone (JSONEachRow, CSV, TabSeparated, RowBinary, Native and the
            like stream; JSON, CSVWithNames, Parquet and the like are put together in memory first)
        One process at a time uses a data folder. It takes about 250 MB, and up to 1.5 GB with many clients.

        Examples:
          streamengine embedded clickhouse --port 8123 --data ./clickhouse
          streamengine embedded clickhouse --data ./clickhouse --user analyst --password secret
          curl 'http://127.0.0.1:8123/?query=SELECT+version()'
        """;

    public static Command Create()
    {
        var port = PortOption.Create("The port. 0 takes a free one.");
        var host = new Option<string>("--host") { Description = "The IP address to listen on; 0.0.0.0 for all.", HelpName = "ADDRESS", DefaultValueFactory = _ => "127.0.0.1" };
        var data = new Option<string>("--data") { Description = "The folder for the tables; created when missing.", HelpName = "DIR", Required = true };
        var user = new Option<string>("--user") { Description = "The user that may connect.", HelpName = "NAME", DefaultValueFactory = _ => "default" };
        var password = new Option<string?>("--password")
        {
            Description = $"That user's password. Better given by the environment variable {EmbeddedClickHouseOptions.PasswordVariable}, which other users of the machine do not see. [default: none]",
            HelpName = "PASSWORD",
        };
        var queries = NumberOption.Of("--max-queries", "How many queries run at once; further ones wait.", 64, queries => queries > 0, "a whole number of at least 1");
        var exitWithInput = new Option<bool>(EmbeddedClickHouseProcess.ExitWithInputOption) { Description = "Stop when standard input ends.", Hidden = true };
        var command = new Command("clickhouse", Description) { port, host, data, user, password, queries, exitWithInput };
        HelpNotes.Attach(command, Notes);
        command.SetAction((parsed, stop) =>
        {
            var options = new EmbeddedClickHouseOptions
            {
                DataPath = parsed.GetRequiredValue(data),
                Host = parsed.GetRequiredValue(host),
                Port = parsed.GetValue(port),
                User = parsed.GetRequiredValue(user),
                Password = parsed.GetValue(password) ?? Environment.GetEnvironmentVariable(EmbeddedClickHouseOptions.PasswordVariable) ?? "",
                MaxConcurrentQueries = parsed.GetValue(queries),
            };
            return RunAsync(options, parsed.GetValue(exitWithInput), parsed.InvocationConfiguration, stop);
        });
        return command;
    }

    private static async Task<int> RunAsync(EmbeddedClickHouseOptions options, bool exitWithInput, InvocationConfiguration console, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (exitWithInput)
            _ = CancelAtEndOfInputAsync(end);
        try
        {
            await EmbeddedClickHouse.RunAsync(options, url =>
            {
                console.Output.WriteLine(url.GetLeftPart(UriPartial.Authority));
                console.Output.Flush();
                console.Error.WriteLine($"ClickHouse at {url} with its data in {Path.GetFullPath(options.DataPath)}; Ctrl-C stops it.");
            }, end.Token);
            return ExitCode.Done;
        }
        catch (EmbeddedServiceException e)
        {
            await console.Error.WriteLineAsync("streamengine: " + e.Message);
            return ExitCode.Failed;
        }
    }

    private static async Task CancelAtEndOfInputAsync(CancellationTokenSource end)
    {
        using Stream input = Console.OpenStandardInput();
        byte[] ignored = new byte[256];
        while (await input.ReadAsync(ignored) > 0)
        {
            // Only the end of the input means something.
        }
        await end.CancelAsync();
    }
}
