namespace StreamEngine.Text.MLNet;

/// <summary>
/// The weights of a linear model as the file has them, one row per class, dense or sparse. They are spread out only
/// when the number of features is known to be what the text yields: see <see cref="Interleaved"/>.
/// </summary>
internal sealed class LinearWeights
{
    private readonly int[]? _starts;
    private readonly int[]? _indices;
    private readonly float[] _values;

    private LinearWeights(int features, float[] biases, int[]? starts, int[]? indices, float[] values)
    {
        Features = features;
        Biases = biases;
        _starts = starts;
        _indices = indices;
        _values = values;
    }

    /// <summary>Number of features.</summary>
    public int Features { get; }

    /// <summary>Number of classes; 1 for a binary model.</summary>
    public int Classes => Biases.Length;

    /// <summary>One bias per class.</summary>
    public float[] Biases { get; }

    /// <summary>Reads a linear binary model.</summary>
    public static LinearWeights ReadBinary(ModelBlob blob)
    {
        var reader = blob.Open("LINEAR2C", 0x00020001, 0x00020002);
        reader.Range("size of a float", 4, 4);
        var bias = reader.FiniteSingle("bias");
        var features = reader.Range("number of features", 1, int.MaxValue);
        var indices = reader.Int32s(reader.Count("indices", 4));
        var values = reader.FiniteSingles(reader.Count("weights", 4), "weight");
        // No index and no weight at all is a sparse model of zeros.
        var sparse = indices.Length > 0 || values.Length == 0;
        if (values.Length != (sparse ? indices.Length : features))
            throw reader.Error($"{values.Length} weights for {(sparse ? indices.Length : features)} features");
        reader.Done();
        if (!sparse)
            return new LinearWeights(features, [bias], null, null, values);
        CheckIndices(blob, indices, 0, indices.Length, features);
        return new LinearWeights(features, [bias], [0, indices.Length], indices, values);
    }

    /// <summary>Reads a maximum-entropy model of several classes.</summary>
    public static LinearWeights ReadMulticlass(ModelBlob blob)
    {
        var reader = blob.Open("MULTI LR", 0x00010001, 0x00010003);
        reader.Range("size of a float", 4, 4);
        var features = reader.Range("number of features", 1, int.MaxValue);
        var classes = reader.Count("classes", 4);
        if (classes < 2)
            throw reader.Error($"{classes} classes, expected 2 or more");
        var biases = reader.FiniteSingles(classes, "bias");
        var starts = reader.Int32s(reader.Count("starts of rows", 4));
        var indices = reader.Int32s(reader.Count("indices", 4));
        var values = reader.FiniteSingles(reader.Count("weights", 4), "weight");
        reader.Done();
        if (starts.Length == 0)
        {
            if (indices.Length != 0 || values.Length != (long)classes * features)
                throw blob.Error($"{values.Length} weights and {indices.Length} indices for {classes} classes of {features} features");
            return new LinearWeights(features, biases, null, null, values);
        }
        if (starts.Length != classes + 1 || starts[0] != 0 || starts[^1] != indices.Length || values.Length != indices.Length)
            throw blob.Error($"{starts.Length} starts of rows, {indices.Length} indices and {values.Length} weights do not fit {classes} classes");
        for (var c = 0; c < classes; c++)
        {
            if (starts[c] > starts[c + 1] || starts[c + 1] > indices.Length)
                throw blob.Error($"the rows of classes {c} and {c + 1} overlap");
            CheckIndices(blob, indices, starts[c], starts[c + 1], features);
        }
        return new LinearWeights(features, biases, starts, indices, values);
    }

    /// <summary>All weights, dense, those of one feature side by side: feature f and class c at <c>f × classes + c</c>.</summary>
    public float[] Interleaved()
    {
        var classes = Classes;
        if (classes == 1 && _indices is null)
            return _values;
        var weights = new float[(long)Features * classes];
        for (var c = 0; c < classes; c++)
        {
            if (_indices is null || _starts is null)
            {
                for (var f = 0; f < Features; f++)
                    weights[(long)f * classes + c] = _values[(long)c * Features + f];
            }
            else
            {
                for (var i = _starts[c]; i < _starts[c + 1]; i++)
                    weights[(long)_indices[i] * classes + c] = _values[i];
            }
        }
        return weights;
    }

    private static void CheckIndices(ModelBlob blob, int[] indices, int start, int end, int features)
    {
        for (var i = start; i < end; i++)
        {
            if (indices[i] < 0 || indices[i] >= features || (i > start && indices[i] <= indices[i - 1]))
                throw blob.Error($"the index {indices[i]} of weight {i} is out of order or not below {features}");
        }
    }
}
