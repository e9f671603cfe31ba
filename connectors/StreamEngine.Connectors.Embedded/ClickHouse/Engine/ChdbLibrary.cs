using System.Globalization;
using System.Runtime.InteropServices;

namespace StreamEngine.Connectors.Embedded;

/// <summary>Finds and loads libchdb.</summary>
internal static class ChdbLibrary
{
    private const string FileVariable = "STREAMENGINE_CHDB";
    private const string DependenciesVariable = "STREAMENGINE_DEPS";
    private const string FileName = "libchdb.so";
    private static readonly Lock _loading = new();
    private static nint _handle;

    /// <summary>Loads the library once; later calls do nothing.</summary>
    /// <exception cref="EmbeddedServiceException">There is no libchdb, or it cannot be loaded.</exception>
    public static void Load()
    {
        lock (_loading)
        {
            if (_handle != 0)
                return;
            _handle = Open();
            NativeLibraries.Resolve();
        }
    }

    /// <summary>The library's handle; 0 before <see cref="Load"/>.</summary>
    public static nint Handle => _handle;

    private static nint Open()
    {
        string? file = Environment.GetEnvironmentVariable(FileVariable);
        if (!string.IsNullOrEmpty(file))
        {
            if (!File.Exists(file))
                throw new EmbeddedServiceException($"libchdb is missing: {FileVariable} names '{file}', which does not exist. Run 'make setup', or correct {FileVariable}.");
            return OpenFile(file);
        }
        string folder = Path.Combine(DependenciesFolder(), "chdb");
        if (NewestIn(folder) is { } newest)
            return OpenFile(newest);
        if (NativeLibrary.TryLoad(FileName, out nint handle))
            return handle;
        throw new EmbeddedServiceException($"libchdb is missing: there is no '{Path.Combine(folder, "*", FileName)}' and the system has none either. Run 'make setup', or set {FileVariable} to the file.");
    }

    private static nint OpenFile(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new EmbeddedServiceException($"libchdb at '{path}' cannot be loaded: {e.Message.ReplaceLineEndings(" ")} Run 'make setup' again.", e);
        }
    }

    private static string DependenciesFolder()
    {
        string? folder = Environment.GetEnvironmentVariable(DependenciesVariable);
        return !string.IsNullOrEmpty(folder)
            ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "streamengine");
    }

    private static string? NewestIn(string folder) =>
        !Directory.Exists(folder)
            ? null
            : Directory.EnumerateDirectories(folder)
                .Where(version => File.Exists(Path.Combine(version, FileName)))
                .OrderByDescending(version => Path.GetFileName(version), Comparer<string?>.Create(CompareVersions))
                .Select(version => Path.Combine(version, FileName))
                .FirstOrDefault();

    /// <summary>Compares the numbers in two names, so that 26.10 comes after 26.7.</summary>
    internal static int CompareVersions(string? left, string? right)
    {
        foreach ((long a, long b) in Numbers(left).Zip(Numbers(right)))
        {
            if (a != b)
                return a.CompareTo(b);
        }
        return string.CompareOrdinal(left, right);
    }

    private static IEnumerable<long> Numbers(string? name) =>
        (name ?? "").Split([.. (name ?? "").Where(c => !char.IsAsciiDigit(c)).Distinct()], StringSplitOptions.RemoveEmptyEntries)
            .Select(digits => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : long.MaxValue);
}
