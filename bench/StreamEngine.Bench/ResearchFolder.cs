namespace StreamEngine.Bench;

/// <summary>Data that is not part of the project: the folder in STREAMENGINE_DATA, or ../shared/data where it is there.</summary>
internal static class ResearchFolder
{
    /// <summary>A file or folder in it; <see langword="null"/> where there is none.</summary>
    public static string? Find(params ReadOnlySpan<string> parts)
    {
        var root = Environment.GetEnvironmentVariable("STREAMENGINE_DATA") is { Length: > 0 } folder ? folder : Path.Combine("..", "shared", "data");
        var path = Path.Combine([root, .. parts]);
        return Path.Exists(path) ? path : null;
    }
}
