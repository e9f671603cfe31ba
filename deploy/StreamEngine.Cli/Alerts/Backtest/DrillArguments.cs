using System.CommandLine;
using System.CommandLine.Parsing;
using StreamEngine.Operators;

namespace StreamEngine.Cli.Alerts;

/// <summary>The options of drills.</summary>
internal sealed class DrillArguments
{
    private readonly Option<int> _count = NumberOption.Of("--drills", "Inject so many rises.", 0, count => count > 0, "a whole number of at least 1");
    private readonly Option<double> _factor = NumberOption.Of("--factor", "Rise to so many times the brand's mean number of negative posts.", 4.0, factor => factor > 1, "a number above 1, written with a point");
    private readonly Option<int> _minutes = NumberOption.Of("--minutes", "For so many minutes.", 60, minutes => minutes > 0, "a whole number of at least 1");
    private readonly Option<string> _sentiment = new("--sentiment") { Description = "The tone of the posts that are injected.", DefaultValueFactory = _ => "negative" };
    private readonly Option<string?> _label = new("--label-field") { Description = "The property of posts that says their true tone (neg…, neu…, pos…). [default: the graph's own judgement]", HelpName = "NAME" };
    private readonly Option<int> _volume = NumberOption.Of("--volume", "Posts for each one of the file: the same rhythm at a larger volume.", 1, volume => volume is >= 1 and <= 1000, "a whole number from 1 to 1000");
    private readonly Option<int> _seed = NumberOption.Of("--seed", "What times and posts are drawn from.", 1, seed => true, "a whole number");

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
            if (!Wanted(result) && (Given(_factor) || Given(_minutes) || Given(_sentiment) || Given(_label) || Given(_volume) || Given(_seed)))
            {
                result.AddError("--factor, --minutes, --sentiment, --label-field, --volume and --seed go with --drills.");
            }
        });
    }

    /// <summary>Whether drills were asked for.</summary>
    public bool Wanted(SymbolResult result) => result.GetResult(_count) is { Tokens.Count: > 0 };

    /// <summary>What was asked for; <see langword="null"/> where no drills were.</summary>
    public DrillOrder? Read(ParseResult parsed) => parsed.GetValue(_count) == 0 ? null : new DrillOrder(
        new Drill(parsed.GetValue(_factor), parsed.GetValue(_minutes), parsed.GetRequiredValue(_sentiment)),
        parsed.GetValue(_count), parsed.GetValue(_label), parsed.GetValue(_volume), parsed.GetValue(_seed));
}

/// <summary>Drills to be done.</summary>
internal sealed record DrillOrder(Drill Drill, int Count, string? LabelField, int Volume, int Seed);
