using System.CommandLine;
using System.Text.Json.Nodes;
using StreamEngine.Text.Mentions;
using StreamEngine.Text.Sentiment;
using StreamEngine.Text.Training;

namespace StreamEngine.Cli.Text;

/// <summary><c>streamengine sentiment mentions</c>.</summary>
internal static class MentionsCommand
{
    private const string Notes =
        """
        A file is a CSV with a row per mention: target, label, text, and optionally from and to (its place in characters;
        without them the target is looked for in the text).

        Examples:
          streamengine sentiment mentions eval targets.csv
          streamengine sentiment mentions eval --folds 5 --train a.csv b.csv --json targets.csv
          streamengine sentiment mentions train --train a.csv b.csv --validation targets.csv --output mention.bin
        """;

    public static Command Create() => new("mentions", "Train and evaluate the scoring of single mentions in a post.") { CreateTrain(), CreateEval() };

    private static Command CreateTrain()
    {
        var train = TrainOption("Files of labelled mentions to learn from.");
        train.Required = true;
        var validation = new Option<string[]>("--validation") { Description = "Files whose texts are kept out of training.", HelpName = "FILE", AllowMultipleArgumentsPerToken = true };
        var output = new Option<string>("--output") { Description = "The model file to write.", HelpName = "MODEL", Required = true };
        var command = new Command("train", "Train a mention model on top of the shipped sentiment model.") { train, validation, output };
        HelpNotes.Attach(command, Notes);
        command.SetAction(parsed => TextConsole.Guard(parsed.InvocationConfiguration, () =>
        {
            var path = parsed.GetRequiredValue(output);
            FilePaths.ToWrite(path);
            var held = Read(parsed.GetValue(validation) ?? []);
            var posts = Without(Read(parsed.GetRequiredValue(train)), held);
            var model = MentionTrainer.Train(posts, SentimentModel.LoadDefault());
            FilePaths.Write(path, model.Save);
            parsed.InvocationConfiguration.Output.WriteLine($"{path}: {model.Hash[..12]}, trained on {posts.Sum(post => post.Mentions.Length)} mentions in {posts.Count} posts");
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command CreateEval()
    {
        var files = new Argument<string[]>("FILE") { Description = "Labelled mentions.", Arity = ArgumentArity.OneOrMore };
        var train = TrainOption("With --folds: further files to learn from.");
        var folds = NumberOption.Maybe<int>("--folds", "Cross-validate with so many parts: the files are learned from as well, each part by a model that has not seen it.", folds => folds >= 2, "a whole number of at least 2");
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("eval", "Measure the scoring of mentions beside that of whole posts.") { files, folds, train, json };
        HelpNotes.Attach(command, Notes);
        command.SetAction(parsed => TextConsole.Guard(parsed.InvocationConfiguration, () =>
        {
            var posts = Read(parsed.GetRequiredValue(files));
            var sentiment = SentimentModel.LoadDefault();
            var learned = new Evaluation();
            if (parsed.GetValue(folds) is >= 2 and var k)
            {
                var all = posts.Concat(Read(parsed.GetValue(train) ?? [])).ToList();
                for (var fold = 0; fold < k; fold++)
                {
                    var part = posts.Where(post => CrossValidation.FoldOf(post.Text, k) == fold).ToList();
                    Add(learned, part, new MentionScorer(sentiment, MentionTrainer.Train(Without(all, part), sentiment)));
                }
            }
            else
                Add(learned, posts, new MentionScorer(sentiment, MentionModel.LoadDefault()));
            var near = new Evaluation();
            Add(near, posts, new MentionScorer(sentiment));
            Print(parsed.InvocationConfiguration.Output, parsed.GetValue(json), learned, near, Whole(posts, new SentimentScorer(sentiment)));
            return ExitCode.Done;
        }));
        return command;
    }

    private static Option<string[]> TrainOption(string description) => new("--train") { Description = description, HelpName = "FILE", AllowMultipleArgumentsPerToken = true };

    private static List<MentionText> Read(string[] files) => FilePaths.ReadAll(files, file => MentionText.Read(file));

    private static List<MentionText> Without(List<MentionText> posts, List<MentionText> held)
    {
        var filter = new LeakFilter();
        foreach (var post in held)
            filter.Hold(post.Text);
        return [.. posts.Where(post => !filter.Holds(post.Text))];
    }

    private static void Add(Evaluation evaluation, List<MentionText> posts, MentionScorer scorer)
    {
        foreach (var post in posts)
        {
            var scores = new StreamEngine.Text.SentimentScore[post.Mentions.Length];
            scorer.Score(post.Text, post.Mentions, scores);
            for (var i = 0; i < scores.Length; i++)
                evaluation.Add(new LabelledText(post.Text, post.Labels[i], "", post.Set), scores[i]);
        }
    }

    private static Evaluation Whole(List<MentionText> posts, SentimentScorer scorer)
    {
        var evaluation = new Evaluation();
        foreach (var post in posts)
        {
            scorer.Score(post.Text, out var score);
            foreach (var label in post.Labels)
                evaluation.Add(new LabelledText(post.Text, label, "", post.Set), score);
        }
        return evaluation;
    }

    private static void Print(TextWriter output, bool json, Evaluation learned, Evaluation near, Evaluation whole)
    {
        if (json)
        {
            output.WriteLine(new JsonObject
            {
                ["n"] = learned.Count,
                ["accuracy"] = Math.Round(learned.Accuracy, 4),
                ["macro_f1"] = Math.Round(learned.MacroF1, 4),
                ["by_distance_alone"] = new JsonObject { ["accuracy"] = Math.Round(near.Accuracy, 4), ["macro_f1"] = Math.Round(near.MacroF1, 4) },
                ["whole_post"] = new JsonObject { ["accuracy"] = Math.Round(whole.Accuracy, 4), ["macro_f1"] = Math.Round(whole.MacroF1, 4) },
            }.ToJsonString());
            return;
        }
        output.WriteLine(FormattableString.Invariant($"mentions  {learned.Count}"));
        output.WriteLine("                   accuracy  macro-F1");
        output.WriteLine(FormattableString.Invariant($"mention              {learned.Accuracy:0.0000}    {learned.MacroF1:0.0000}"));
        output.WriteLine(FormattableString.Invariant($"by distance alone    {near.Accuracy:0.0000}    {near.MacroF1:0.0000}"));
        output.WriteLine(FormattableString.Invariant($"whole post           {whole.Accuracy:0.0000}    {whole.MacroF1:0.0000}"));
    }
}
