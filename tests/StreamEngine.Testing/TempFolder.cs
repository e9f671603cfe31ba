namespace StreamEngine.Testing;

/// <summary>A folder of a test's own, empty at first, which goes away with everything in it on <see cref="Dispose"/>.</summary>
public sealed class TempFolder : IDisposable
{
    /// <summary>Creates the folder in the system's place for temporary files.</summary>
    public TempFolder() => Path = Directory.CreateTempSubdirectory("streamengine-test-").FullName;

    /// <summary>The folder's absolute path.</summary>
    public string Path { get; }

    /// <summary>The absolute path of a file or folder in it, whether that exists or not.</summary>
    /// <param name="names">Names from the folder down, such as <c>"data", "posts.jsonl"</c>.</param>
    public string this[params ReadOnlySpan<string> names]
    {
        get
        {
            var path = Path;
            foreach (var name in names)
                path = System.IO.Path.Combine(path, name);
            return path;
        }
    }

    /// <summary>Deletes the folder. What a process that is just ending still writes there is deleted with it.</summary>
    public void Dispose()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (Directory.Exists(Path))
                    Directory.Delete(Path, recursive: true);
                return;
            }
            catch (IOException) when (attempt < 5)
            {
                // Another process added a file between the listing and the removal: list again.
            }
        }
    }
}
