using System.CommandLine;

namespace StreamEngine.Cli.Embedded;

/// <summary>The option <c>--port</c>.</summary>
internal static class PortOption
{
    public static Option<int> Create(string description) =>
        NumberOption.Of("--port", description, 0, port => port is >= 0 and <= ushort.MaxValue, $"0 (a free port) to {ushort.MaxValue}");
}
