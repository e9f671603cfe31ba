using System.CommandLine;
using System.CommandLine.Parsing;
using StreamEngine.Connectors.Kafka;

namespace StreamEngine.Cli.Kafka;

/// <summary>The options with which a command is told its Kafka cluster.</summary>
internal sealed class ClusterOptions
{
    private readonly Option<string> _brokers = new("--brokers")
    {
        Description = "Kafka brokers. Default: $KAFKA_BOOTSTRAP, else localhost:9092.",
        HelpName = "HOST:PORT,…",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP") is { Length: > 0 } given ? given : "localhost:9092",
    };

    private readonly Option<KeyValuePair<string, string>[]> _settings = new("--set")
    {
        Description = "A setting of the Kafka client (librdkafka), such as security.protocol=SASL_SSL. ${NAME} is an environment variable. May be repeated.",
        HelpName = "NAME=VALUE",
        CustomParser = ParseSettings,
        AllowMultipleArgumentsPerToken = false,
        Arity = ArgumentArity.ZeroOrMore,
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_brokers);
        command.Options.Add(_settings);
    }

    /// <exception cref="SettingException">A setting is unknown or wrong.</exception>
    public KafkaSettings Read(ParseResult parsed) => new(parsed.GetRequiredValue(_brokers), parsed.GetValue(_settings));

    private static KeyValuePair<string, string>[] ParseSettings(ArgumentResult result)
    {
        var settings = new List<KeyValuePair<string, string>>();
        foreach (var token in result.Tokens)
        {
            var equals = token.Value.IndexOf('=');
            if (equals <= 0)
            {
                result.AddError($"--set '{token.Value}': expected NAME=VALUE, for example security.protocol=SASL_SSL.");
                continue;
            }

            var value = token.Value[(equals + 1)..];
            if (value.StartsWith("${", StringComparison.Ordinal) && value.EndsWith('}'))
            {
                var variable = value[2..^1];
                value = Environment.GetEnvironmentVariable(variable) ?? "";
                if (value.Length == 0)
                {
                    result.AddError($"--set '{token.Value}': the environment variable {variable} is not set.");
                }
            }

            settings.Add(KeyValuePair.Create(token.Value[..equals], value));
        }

        return [.. settings];
    }
}
