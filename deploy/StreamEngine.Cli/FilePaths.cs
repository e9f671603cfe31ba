namespace StreamEngine.Cli;

/// <summary>Files that a command reads and writes: looked at before it begins, so that what is wrong is told at once and in a sentence.</summary>
internal static class FilePaths
{
    /// <summary>Checks a file that is to be read, and gives its path.</summary>
    /// <exception cref="IOException">It is missing, a folder, or may not be read; the message names it.</exception>
    public static string ToRead(string path)
    {
        if (Directory.Exists(path))
        {
            throw new FileNotFoundException($"{path} is a folder; a file is needed here");
        }

        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path}: there is no such file");
        }

        // A pipe has no length, and must not be opened twice.
        if (new FileInfo(path).Length > 0)
        {
            Try(() => File.OpenRead(path).Dispose(), $"{path} cannot be read: this user may not read it");
        }

        return path;
    }

    /// <summary>Reads files one after another, when all of them are found to be there.</summary>
    /// <exception cref="IOException">One is missing, a folder, or may not be read; the message names it.</exception>
    public static List<T> ReadAll<T>(string[] paths, Func<string, IEnumerable<T>> read)
    {
        Array.ForEach(paths, path => ToRead(path));
        return [.. paths.SelectMany(read)];
    }

    /// <summary>Checks a file that is to be written.</summary>
    /// <exception cref="IOException">It is a folder, lies in none, or may not be written; the message names it.</exception>
    public static void ToWrite(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException($"{path} cannot be written: it is a folder; name a file");
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"{path} cannot be written: there is no folder {folder}");
        }

        var unfinished = Unfinished(path);
        Try(() => File.Create(unfinished).Dispose(), $"{path} cannot be written: this user may not write there");
        File.Delete(unfinished);
    }

    /// <summary>Writes a file, which takes the place of an older one in one step and only when it is whole.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        var unfinished = Unfinished(path);
        try
        {
            using (var file = File.Create(unfinished))
            {
                write(file);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static string Unfinished(string path) => path + ".unfinished";

    private static void Try(Action access, string refused)
    {
        try
        {
            access();
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException(refused, error);
        }
    }
}
