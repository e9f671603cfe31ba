using System.Collections.Concurrent;

namespace StreamEngine.Operators;

/// <summary>
/// What was read from files, shared by all instances of an operator while any of them holds it; a file that has changed is read anew.
/// </summary>
internal sealed class SharedByFile<T>(Func<string, T> read)
    where T : class
{
    private readonly ConcurrentDictionary<string, (DateTime Written, long Length, WeakReference<T> Content)> _loaded = new();

    /// <summary>The content of a file.</summary>
    public T Get(string path)
    {
        var file = new FileInfo(path);
        var (written, length) = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
        if (_loaded.TryGetValue(path, out var loaded) && loaded.Written == written && loaded.Length == length && loaded.Content.TryGetTarget(out var content))
        {
            return content;
        }

        content = read(path);
        _loaded[path] = (written, length, new WeakReference<T>(content));
        return content;
    }
}
