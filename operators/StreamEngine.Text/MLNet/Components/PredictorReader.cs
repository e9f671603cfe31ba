using System.Buffers.Binary;

namespace StreamEngine.Text.MLNet;

/// <summary>The components that end a pipeline: prediction transformers, linear models, calibrators.</summary>
internal static class PredictorReader
{
    private const int MaxCalibratorDepth = 4;
    private static readonly string[] _binaryLabels = ["False", "True"];

    /// <summary>Reads a binary predictor.</summary>
    /// <param name="blob">The prediction transformer.</param>
    /// <param name="scope">Columns made so far.</param>
    /// <param name="directory">Where the model stands.</param>
    /// <param name="open">Reads the blob of a directory.</param>
    public static Predictor Binary(ModelBlob blob, ColumnScope scope, string directory, Func<string, ModelBlob> open)
    {
        var reader = blob.Open("BIN PRED", 0x00010001, 0x00010001);
        var features = FeatureColumn(ref reader, scope);
        var threshold = reader.FiniteSingle("threshold");
        if (reader.Name() is var thresholdColumn && thresholdColumn != "Score")
            throw reader.Error($"the threshold applies to column \"{thresholdColumn}\"; only \"Score\" is supported");
        reader.Done();

        PlattCalibrator? calibrator = null;
        var model = open(directory);
        for (var depth = 0; model.Loader is not "Linear2CExec"; depth++)
        {
            if (depth == MaxCalibratorDepth)
                throw model.Error($"calibrators are nested more than {MaxCalibratorDepth} deep");
            if (CalibratedSignature(model) is not { } signature)
                throw Unsupported(model);
            if (calibrator is not null)
                throw model.Error("a calibrator around a calibrator is not supported");
            model.Open(signature, 0x00010001, 0x00010001).Done();
            calibrator = Calibrator(open($"{directory}/Calibrator"));
            directory += "/Predictor";
            model = open(directory);
        }
        SetOutputs(scope, blob, "Score", "Probability", "PredictedLabel");
        return new Predictor
        {
            Origin = blob.Component,
            Kind = MLNetModelKind.Binary,
            Features = features,
            Weights = LinearWeights.ReadBinary(model),
            Labels = _binaryLabels,
            Threshold = threshold,
            Calibrator = calibrator,
        };
    }

    /// <summary>Reads a multiclass predictor.</summary>
    /// <param name="blob">The prediction transformer.</param>
    /// <param name="scope">Columns made so far.</param>
    /// <param name="directory">Where the model stands.</param>
    /// <param name="open">Reads the blob of a directory.</param>
    /// <param name="labelNames">Reads the label names of a directory, or gives null.</param>
    public static Predictor Multiclass(
        ModelBlob blob, ColumnScope scope, string directory, Func<string, ModelBlob> open, Func<string, byte[]?> labelNames)
    {
        var reader = blob.Open("MC  PRED", 0x00010001, 0x00010002);
        var features = FeatureColumn(ref reader, scope);
        var label = reader.NameOrNull() ?? "Label";
        var score = blob.VersionWritten >= 0x00010002 ? reader.NameOrNull() : null;
        var predicted = reader.NameOrNull();
        reader.Done();

        var model = open(directory);
        if (model.Loader != "MultiClassLRExec")
            throw Unsupported(model);
        var weights = LinearWeights.ReadMulticlass(model);
        var names = labelNames(directory) is { } stored
            ? StoredNames(model, stored, weights.Classes)
            : VocabularyNames(blob, scope.Find(label), weights.Classes);
        SetOutputs(scope, blob, score ?? "Score", predicted ?? "PredictedLabel");
        return new Predictor
        {
            Origin = blob.Component,
            Kind = MLNetModelKind.Multiclass,
            Features = features,
            Weights = weights,
            Labels = names ?? Enumerable.Range(1, weights.Classes).Select(i => $"class {i}").ToArray(),
            HasLabelNames = names is not null,
        };
    }

    private static Column FeatureColumn(ref BlockReader reader, ColumnScope scope)
    {
        var name = reader.NameOrNull() ?? throw reader.Error("the name of the feature column is missing");
        return scope.Get(name, reader.Blob.Component);
    }

    private static void SetOutputs(ColumnScope scope, ModelBlob blob, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            scope.Set(name, new PredictionColumn(blob.Component));
    }

    private static string? CalibratedSignature(ModelBlob model) => model.Loader switch
    {
        "PMixCaliPredExec" => "PMIXCALP",
        "CaliPredExec" => "CALIPRED",
        "BulkCaliPredExec" => "BCALPRED",
        "FeatWCaliPredExec" => "FTWTCALP",
        "SchemaBindableCalibrated" => "BINDCALI",
        _ => null,
    };

    private static PlattCalibrator Calibrator(ModelBlob blob)
    {
        if (blob.Loader != "PlattCaliExec")
            throw blob.Error($"the calibrator \"{blob.Loader}\" is not supported; supported is the sigmoid of Platt (PlattCaliExec)");
        var reader = blob.Open("PLATTCAL", 0x00010001, 0x00010001);
        var calibrator = new PlattCalibrator(reader.FiniteDouble("slope"), reader.FiniteDouble("offset"));
        reader.Done();
        return calibrator;
    }

    private static MLNetModelException Unsupported(ModelBlob model) => model.Error(
        $"the predictor \"{model.Loader}\" is not supported; supported are linear models (SDCA, LBFGS, averaged perceptron, linear SVM; "
        + "maximum entropy for several classes); others need the Microsoft.ML package");

    private static string[] StoredNames(ModelBlob model, byte[] stored, int classes)
    {
        if (stored.Length != 4 * classes)
            throw model.Error($"its LabelNames hold {stored.Length} bytes, expected {4 * classes} for {classes} classes");
        var names = new string[classes];
        for (var i = 0; i < classes; i++)
        {
            var index = BinaryPrimitives.ReadInt32LittleEndian(stored.AsSpan(4 * i));
            if ((uint)index >= (uint)model.StringCount)
                throw model.Error($"its LabelNames point to string {index} of a table of {model.StringCount}");
            names[i] = model.String(index).ToString();
        }
        return names;
    }

    private static string[]? VocabularyNames(ModelBlob blob, Column? label, int classes)
    {
        if (label is not TermColumn { Terms: var terms })
            return null;
        if (terms.Count != classes)
            throw blob.Error($"the label has {terms.Count} values, the model {classes} classes");
        return terms.Terms();
    }
}
