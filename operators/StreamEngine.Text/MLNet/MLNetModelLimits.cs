namespace StreamEngine.Text.MLNet;

/// <summary>
/// How much a model file may ask for. A file that asks for more is refused before the memory is taken;
/// the defaults hold models far larger than ML.NET's text pipelines usually are.
/// </summary>
public sealed record MLNetModelLimits
{
    /// <summary>Limits that <see cref="MLNetModel.Load(string, MLNetModelLimits?)"/> uses unless told otherwise.</summary>
    public static MLNetModelLimits Default { get; } = new();

    /// <summary>Greatest size of the zip file, in bytes.</summary>
    /// <value>256 MiB.</value>
    public long MaxFileBytes { get; init; } = 256L << 20;

    /// <summary>Greatest sum of the sizes of the parts that are read, unpacked, in bytes.</summary>
    /// <value>512 MiB.</value>
    public long MaxUnpackedBytes { get; init; } = 512L << 20;

    /// <summary>Greatest number of entries in the zip.</summary>
    /// <value>10,000.</value>
    public int MaxEntries { get; init; } = 10_000;

    /// <summary>Greatest number of features (slots) of one post. Each scorer holds about 5 bytes per feature.</summary>
    /// <value>16,777,216.</value>
    public int MaxFeatures { get; init; } = 1 << 24;

    /// <summary>Greatest number of weights (features × classes), 4 bytes each.</summary>
    /// <value>67,108,864.</value>
    public long MaxWeights { get; init; } = 1L << 26;
}
