using System.CommandLine;

namespace StreamEngine.Cli.Text;

/// <summary><c>streamengine sentiment</c>.</summary>
internal static class SentimentCommand
{
    public static Command Create() => new("sentiment", "Train, evaluate and use models that tell whether a post praises or blames.")
    {
        SentimentTrainCommand.Create(),
        SentimentEvalCommand.Create(),
        SentimentScoreCommand.Create(),
        MentionsCommand.Create(),
    };
}
