using System.CommandLine;

namespace StreamEngine.Cli.Embedded;

/// <summary><c>streamengine embedded</c>: the services of the demo and the tests, on their own.</summary>
internal static class EmbeddedCommand
{
    /// <summary>Creates the command with its sub-commands.</summary>
    public static Command Create() =>
        new("embedded", "Run a Kafka broker or a ClickHouse for a demo or a test, without installing either.")
        {
            EmbeddedKafkaCommand.Create(),
            EmbeddedClickHouseCommand.Create(),
        };
}
