namespace StreamEngine.Text.MLNet;

/// <summary>
/// Walks the saved transformers and builds the columns that the predictor needs. Every component is one
/// <c>Model.key</c> in a directory of its own; what a loader name means is decided here.
/// </summary>
internal sealed class PipelineReader
{
    private const int MaxDepth = 32;
    private const string BlobName = "Model.key";
    private const int ScopeScoring = 4;
    private readonly ModelArchive _archive;
    private readonly ColumnScope _scope = new();

    public PipelineReader(ModelArchive archive) => _archive = archive;

    /// <summary>The predictor, once the pipeline has been read.</summary>
    public Predictor? Predictor { get; private set; }

    /// <summary>Names of the components read, in order.</summary>
    public List<string> Components { get; } = [];

    /// <summary>Reads the pipeline of a whole model file.</summary>
    public Predictor Read()
    {
        if (!_archive.Contains($"TransformerChain/{BlobName}"))
            throw new MLNetModelException(_archive.File, $"TransformerChain/{BlobName}", "missing from the zip; this is not a model that ML.NET's Model.Save wrote");
        ReadTransformer("TransformerChain", 0);
        return Predictor
            ?? throw new MLNetModelException(_archive.File, "TransformerChain", "the pipeline has no predictor; a trained binary or multiclass classifier is expected");
    }

    private void ReadTransformer(string directory, int depth)
    {
        var blob = ReadBlob(directory);
        if (depth > MaxDepth)
            throw blob.Error($"chains are nested more than {MaxDepth} deep");
        Components.Add(blob.Loader);
        switch (blob.Loader)
        {
            case "TransformerChain":
                ReadChain(blob, directory, depth);
                break;
            case "Text":
                blob.Open("TEXT XFR", 0x00010002, 0x00010002).Done();
                ReadTransformer($"{directory}/Chain", depth + 1);
                break;
            case "TermTransform":
                TextComponents.Terms(blob, ReadBlob($"{directory}/Vocabulary"), _scope);
                break;
            case "BinaryPredXfer":
                SetPredictor(blob, PredictorReader.Binary(blob, _scope, $"{directory}/Model", ReadBlob));
                break;
            case "MulticlassPredXfer":
                SetPredictor(blob, PredictorReader.Multiclass(blob, _scope, $"{directory}/Model", ReadBlob, LabelNames));
                break;
            default:
                if (!TextComponents.TryRead(blob, _scope) && !VectorComponents.TryRead(blob, _scope))
                    throw Unsupported(blob);
                break;
        }
    }

    private void ReadChain(ModelBlob blob, string directory, int depth)
    {
        var reader = blob.Open("XF CHAIN", 0x00010001, 0x00010001);
        var scopes = reader.Int32s(reader.Count("transformers", 4));
        reader.Done();
        for (var i = 0; i < scopes.Length; i++)
        {
            if ((scopes[i] & ScopeScoring) != 0)
                ReadTransformer($"{directory}/Transform_{i:000}", depth + 1);
        }
    }

    private void SetPredictor(ModelBlob blob, Predictor predictor)
    {
        if (Predictor is not null)
            throw blob.Error("a second predictor in one pipeline is not supported");
        Predictor = predictor;
    }

    private ModelBlob ReadBlob(string directory)
    {
        var path = $"{directory}/{BlobName}";
        return new ModelBlob(_archive.File, path, _archive.Read(path));
    }

    private byte[]? LabelNames(string directory)
    {
        var path = $"{directory}/LabelNames";
        return _archive.Contains(path) ? _archive.Read(path) : null;
    }

    private static MLNetModelException Unsupported(ModelBlob blob) => blob.Error(
        $"the component \"{blob.Loader}\" is not supported. Supported are FeaturizeText and its parts (normaliser, word and character "
        + "tokens, n-grams, hashed n-grams, Lp norm), Concatenate, CopyColumns, SelectColumns, MapValueToKey and MapKeyToValue of labels, "
        + "and linear predictors (SDCA, LBFGS, averaged perceptron); other pipelines need the Microsoft.ML package");
}
