using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace StreamEngine.Connectors.Embedded;

/// <summary>Leaves the process without the C library's clean-up, under which threads of the engine crash.</summary>
internal static partial class ProcessExit
{
    [DoesNotReturn]
    public static void Now(int code)
    {
        Console.Out.Flush();
        Console.Error.Flush();
        Exit(code);
        throw new InvalidOperationException("_exit returned");
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);
}
