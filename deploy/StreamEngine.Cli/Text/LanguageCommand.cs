using System.CommandLine;

namespace StreamEngine.Cli.Text;

/// <summary><c>streamengine language</c>.</summary>
internal static class LanguageCommand
{
    public static Command Create() => new("language", "Train and evaluate the model that tells the language of posts.")
    {
        LanguageTrainCommand.Create(),
        LanguageEvalCommand.Create(),
    };
}
