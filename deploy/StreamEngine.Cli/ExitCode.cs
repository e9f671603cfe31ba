namespace StreamEngine.Cli;

/// <summary>How the program ends.</summary>
internal static class ExitCode
{
    /// <summary>It did what it was asked.</summary>
    public const int Done = 0;

    /// <summary>It could not; standard error says why.</summary>
    public const int Failed = 1;

    /// <summary>It was asked wrongly; standard error says how to ask.</summary>
    public const int Usage = 2;
}
