using System.CommandLine.Parsing;

namespace StreamEngine.Cli.Embedded;

/// <summary>The check of a <c>--port</c> option.</summary>
internal static class PortOption
{
    public static void Validate(OptionResult result)
    {
        if (result.GetValueOrDefault<int>() is < 0 or > ushort.MaxValue)
            result.AddError($"--port must be 0 (a free port) to {ushort.MaxValue}.");
    }
}
