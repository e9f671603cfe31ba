using StreamEngine.Bench.Posts;

namespace StreamEngine.Bench;

/// <summary>A temporary folder with the brands that the benchmarks' posts mention.</summary>
internal sealed class BrandsFolder : IDisposable
{
    /// <summary>50 brands of the posts, and others that no post mentions.</summary>
    private const int Keywords = 200;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streamengine-bench-");

    public BrandsFolder()
        : this(JsonPosts.BrandsFile(Keywords))
    {
    }

    /// <summary>With brands of one's own.</summary>
    public BrandsFolder(string brands)
    {
        File = Path.Combine(_folder.FullName, "brands.yaml");
        System.IO.File.WriteAllText(File, brands);
    }

    /// <summary>The brands file.</summary>
    public string File { get; }

    public void Dispose() => _folder.Delete(recursive: true);
}
