namespace StreamEngine.Text.MLNet;

/// <summary>
/// A text classifier that ML.NET saved (<c>Model.Save</c>), read without ML.NET: <c>FeaturizeText</c> or its parts,
/// hashed n-grams, and a linear predictor. Immutable; one model serves any number of scorers.
/// </summary>
public sealed class MLNetModel
{
    private readonly Predictor _predictor;
    private readonly MLNetModelLimits _limits;
    private readonly Lazy<float[]> _weights;

    private MLNetModel(string name, Predictor predictor, IReadOnlyList<string> components, MLNetModelLimits limits)
    {
        _predictor = predictor;
        _limits = limits;
        Name = name;
        var steps = StageBuilder.Build(name, predictor, limits);
        InputColumn = steps.InputColumn;
        Features = steps.Features.Size;
        _weights = new Lazy<float[]>(predictor.Weights.Interleaved);
        Description = $"{(Kind == MLNetModelKind.Binary ? "binary" : "multiclass")} linear model of ML.NET, {Features:N0} features of column "
            + $"\"{InputColumn}\", labels {string.Join(", ", Labels)}{(predictor.HasLabelNames ? "" : " (their names are not in the file)")}"
            + $"; components: {string.Join(" ", components)}";
    }

    /// <summary>Name of the file, as errors give it.</summary>
    public string Name { get; }

    /// <summary>What the model decides between.</summary>
    public MLNetModelKind Kind => _predictor.Kind;

    /// <summary>Names of the labels, in the order of the scores; "False" and "True" for a binary model.</summary>
    public IReadOnlyList<string> Labels => _predictor.Labels;

    /// <summary>How many scores a post gets: 1 for a binary model, otherwise one per label.</summary>
    public int ScoreCount => _predictor.Weights.Classes;

    /// <summary>Whether a binary model gives a probability. Averaged perceptrons and linear SVMs do not.</summary>
    public bool IsCalibrated => Kind == MLNetModelKind.Multiclass || _predictor.Calibrator is not null;

    /// <summary>Number of features.</summary>
    public int Features { get; }

    /// <summary>Name of the text column that the model was trained on.</summary>
    public string InputColumn { get; }

    /// <summary>One line about the model for people.</summary>
    public string Description { get; }

    internal Predictor Predictor => _predictor;

    internal float[] Weights => _weights.Value;

    /// <summary>Reads a model file.</summary>
    /// <param name="path">Path of the zip.</param>
    /// <param name="limits">How much it may ask for; null for the defaults.</param>
    /// <exception cref="MLNetModelException">The file is damaged, too large, or holds something that is not supported.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static MLNetModel Load(string path, MLNetModelLimits? limits = null)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return Load(stream, Path.GetFileName(path), limits);
    }

    /// <summary>Reads a model from a stream, from where it stands to its end.</summary>
    /// <param name="stream">The zip; it is left open.</param>
    /// <param name="name">Name of the file, for error messages.</param>
    /// <param name="limits">How much it may ask for; null for the defaults.</param>
    /// <exception cref="MLNetModelException">The file is damaged, too large, or holds something that is not supported.</exception>
    public static MLNetModel Load(Stream stream, string name = "model.zip", MLNetModelLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        limits ??= MLNetModelLimits.Default;
        using var archive = ModelArchive.Open(stream, name, limits);
        var reader = new PipelineReader(archive);
        return new MLNetModel(name, reader.Read(), reader.Components, limits);
    }

    /// <summary>Makes a scorer: one per thread.</summary>
    /// <param name="classes">Which labels are negative, neutral and positive; null to go by their names.</param>
    public MLNetScorer CreateScorer(MLNetClassMap? classes = null) => new(this, NewSteps(), classes);

    internal FeatureSteps NewSteps() => StageBuilder.Build(Name, _predictor, _limits);
}
