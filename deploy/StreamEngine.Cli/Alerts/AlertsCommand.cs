using System.CommandLine;
using StreamEngine.Cli.Kafka;
using StreamEngine.Core.Graph;

namespace StreamEngine.Cli.Alerts;

/// <summary><c>streamengine alerts</c>.</summary>
internal static class AlertsCommand
{
    private const string Notes =
        """
        Examples:
          streamengine alerts tail
          streamengine alerts tail --brand Aurora --min-severity 6 --from-beginning
          streamengine alerts tail --json --from-beginning --until-idle 5s | jq .incident_id
        """;

    public static Command Create() => new("alerts", "Look at alerts.") { Tail(), BacktestCommand.Create() };

    private static Command Tail()
    {
        var topic = new Option<string>("--topic") { Description = "The topic that the graph writes alerts to.", HelpName = "NAME", DefaultValueFactory = _ => "alerts" };
        var json = new Option<bool>("--json") { Description = "Print each alert as it is, one JSON document per line." };
        var brand = new Option<string[]>("--brand") { Description = "Only this brand. May be repeated.", HelpName = "NAME", Arity = ArgumentArity.ZeroOrMore };
        var severity = NumberOption.Of("--min-severity", "Only alerts of at least this severity, 1 to 10.", 1, severity => severity is >= 1 and <= 10, "a whole number from 1 to 10");
        var beginning = new Option<bool>("--from-beginning") { Description = "Start with the oldest alert in the topic; else only new ones are shown." };
        var idle = new Option<TimeSpan?>("--until-idle")
        {
            Description = "Stop once everything is read and nothing came for so long, such as 10s.",
            HelpName = "DURATION",
            CustomParser = result =>
            {
                if (Durations.TryParse(result.Tokens[0].Value, out var duration))
                {
                    return duration;
                }

                result.AddError($"--until-idle '{result.Tokens[0].Value}': expected a duration such as 500ms, 10s or 5m.");
                return null;
            },
        };
        var cluster = new ClusterOptions();
        var command = new Command("tail", "Show alerts as they come.") { topic, json, brand, severity, beginning, idle };
        cluster.AddTo(command);
        HelpNotes.Attach(command, Notes);
        command.SetAction((parsed, stop) =>
        {
            var console = parsed.InvocationConfiguration;
            return KafkaCommandErrors.Guard(console.Error, () =>
            {
                var filter = new AlertFilter(parsed.GetValue(brand) ?? [], parsed.GetValue(severity));
                IAlertPrinter printer = parsed.GetValue(json) ? new JsonAlertPrinter(console.Output) : new LineAlertPrinter(console.Output);
                return new AlertTail(cluster.Read(parsed), parsed.GetRequiredValue(topic), filter, printer, new StderrLogger(console.Error))
                    .Run(parsed.GetValue(beginning), parsed.GetValue(idle), stop);
            }, stop);
        });
        return command;
    }
}
