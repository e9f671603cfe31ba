using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace StreamEngine.Cli;

/// <summary>
/// What a command's <c>--help</c> says below its options: limits and examples. A description is one sentence and
/// also stands in the list of commands; notes do not.
/// </summary>
internal static class HelpNotes
{
    private static readonly ConditionalWeakTable<Command, string> _notes = [];

    /// <summary>Gives a command notes.</summary>
    public static void Attach(Command command, string notes) => _notes.AddOrUpdate(command, notes);

    /// <summary>Makes <c>--help</c> of the root and of all its commands show notes.</summary>
    public static void Install(RootCommand root)
    {
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
            help.Action = new HelpWithNotes((HelpAction)help.Action!);
    }

    private sealed class HelpWithNotes(HelpAction help) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int code = help.Invoke(parseResult);
            if (_notes.TryGetValue(parseResult.CommandResult.Command, out string? notes))
                parseResult.InvocationConfiguration.Output.WriteLine(notes.TrimEnd() + Environment.NewLine);
            return code;
        }
    }
}
