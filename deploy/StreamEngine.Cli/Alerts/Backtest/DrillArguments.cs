using System.CommandLine;
using System.CommandLine.Parsing;
using StreamEngine.Operators;

namespace StreamEngine.Cli.Alerts;

/// <summary>The options of drills.</summary>
internal sealed class DrillArguments
{
    private readonly Option<int> _count = new("--drills") { Description = "Inject so many rises.", HelpName = "N" };
    private readonly Option<double> _factor = new("--factor") { Description = "Rise to so many times the brand's mean.", HelpName = "NUMBER", DefaultValueFactory = _ => 4 };
    private readonly Option<int> _minutes = new("--minutes") { Description = "For so many minutes.", HelpName = "N", DefaultValueFactory = _ => 60 };
    private readonly Option<string> _sentiment = new("--sentiment") { Description = "The tone of the posts that are injected.", DefaultValueFactory = _ => "negative" };
    private readonly Option<string?> _label = new("--label-field") { Description = "The property of posts that says their true tone (neg…, neu…, pos…). [default: the graph's own judgement]", HelpName = "NAME" };
    private readonly Option<int> _volume = new("--volume") { Description = "Posts for each one of the file: the same rhythm at a larger volume.", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<int> _seed = new("--seed") { Description = "What times and posts are drawn from.", HelpName = "N", DefaultValueFactory = _ => 1 };

    private DrillArguments()
    {
        _sentiment.AcceptOnlyFromAmong("negative", "positive");
    }

    public static DrillArguments Create() => new();

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_count, _factor, _minutes, _sentiment, _label, _volume, _seed])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            bool Given(Option option) => result.GetResult(option) is { Tokens.Count: > 0 };
            if ((Given(_count) && result.GetValue(_count) < 1) || (Given(_factor) && result.GetValue(_factor) <= 1)
                || (Given(_minutes) && result.GetValue(_minutes) < 1) || (Given(_volume) && result.GetValue(_volume) is < 1 or > 1000))
            {
                result.AddError("--drills and --minutes must be positive, --factor more than 1, and --volume from 1 to 1000.");
            }
            else if (!Wanted(result) && (Given(_factor) || Given(_minutes) || Given(_sentiment) || Given(_label) || Given(_volume) || Given(_seed)))
            {
                result.AddError("--factor, --minutes, --sentiment, --label-field, --volume and --seed go with --drills.");
            }
        });
    }

    /// <summary>Whether drills were asked for.</summary>
    public bool Wanted(SymbolResult result) => result.GetValue(_count) > 0;

    /// <summary>What was asked for; <see langword="null"/> where no drills were.</summary>
    public DrillOrder? Read(ParseResult parsed) => parsed.GetValue(_count) == 0 ? null : new DrillOrder(
        new Drill(parsed.GetValue(_factor), parsed.GetValue(_minutes), parsed.GetRequiredValue(_sentiment)),
        parsed.GetValue(_count), parsed.GetValue(_label), parsed.GetValue(_volume), parsed.GetValue(_seed));
}

/// <summary>Drills to be done.</summary>
internal sealed record DrillOrder(Drill Drill, int Count, string? LabelField, int Volume, int Seed);
