namespace StreamEngine.Text.MLNet;

/// <summary>The components that make and arrange vectors: n-grams, norms, concatenation, choice of columns.</summary>
internal static class VectorComponents
{
    private const int MaxHashBits = 30;

    /// <summary>ML.NET's own bound on length plus skips of an n-gram.</summary>
    private const int MaxGramSpan = 10;

    /// <summary>Reads <paramref name="blob"/> if it is one of these components.</summary>
    public static bool TryRead(ModelBlob blob, ColumnScope scope)
    {
        switch (blob.Loader)
        {
            case "NgramTransform":
                Grams(blob, scope);
                return true;
            case "NgramHashTransform":
                HashedGrams(blob, scope);
                return true;
            case "GcnTransform":
                Norm(blob, scope);
                return true;
            case "ConcatTransform":
                Concatenate(blob, scope);
                return true;
            case "SelectColumnsTransform":
                SelectColumns(blob, scope);
                return true;
            case "CopyTransform":
                CopyColumns(blob, scope);
                return true;
            default:
                return false;
        }
    }

    private static void Grams(ModelBlob blob, ColumnScope scope)
    {
        var reader = blob.Open("NGRAMTRN", 0x00010002, 0x00010003);
        if (blob.VersionWritten < 0x00010003)
            reader.Range("size of a float", 4, 4);
        foreach (var (output, input) in reader.Columns())
        {
            var (length, skips) = Span(ref reader);
            var weighting = (GramWeighting)reader.Range("weighting", 0, 2);
            var levels = reader.Bools(length);
            var grams = GramDictionary.Read(ref reader, length, skips, levels, weighting);
            scope.Set(output, new GramColumn(blob.Component, scope.Get(input, blob.Component), grams));
        }
        reader.Done();
    }

    private static void HashedGrams(ModelBlob blob, ColumnScope scope)
    {
        var reader = blob.Open("HASHGRAM", 0x00010003, 0x00010003);
        var count = reader.Count("columns", 12);
        for (var i = 0; i < count; i++)
        {
            if (reader.Count("inputs", 4) != 1)
                throw reader.Error("hashed n-grams of other than one input column are not supported");
            var input = reader.Name();
            var output = reader.Name();
            var (length, skips) = Span(ref reader);
            var hash = new GramHash
            {
                Length = length,
                Skips = skips,
                Bits = reader.Range("number of hash bits", 1, MaxHashBits),
                Seed = reader.UInt32(),
                RehashSingles = reader.Bool(),
                Ordered = reader.Bool(),
                AllLengths = reader.Bool(),
            };
            scope.Set(output, new HashedGramColumn(blob.Component, scope.Get(input, blob.Component), hash));
        }
        reader.Done();
    }

    private static (int Length, int Skips) Span(ref BlockReader reader)
    {
        var length = reader.Range("length of n-grams", 1, MaxGramSpan);
        return (length, reader.Range("number of skips", 0, MaxGramSpan - length));
    }

    private static void Norm(ModelBlob blob, ColumnScope scope)
    {
        var reader = blob.Open("GCNORMAF", 0x00010002, 0x00010003);
        if (blob.VersionWritten < 0x00010003)
            reader.Range("size of a float", 4, 4);
        foreach (var (output, input) in reader.Columns())
        {
            if (reader.Bool())
                throw reader.Error("a norm that subtracts the mean is not supported");
            var norm = (NormKind)reader.Byte();
            if (norm is not (NormKind.L2 or NormKind.L1 or NormKind.Greatest))
                throw reader.Error($"the norm {(byte)norm} is not supported; supported are 0 (L2), 2 (L1) and 3 (greatest value)");
            var scale = reader.FiniteSingle("scale");
            if (scale <= 0)
                throw reader.Error($"the scale is {scale}, expected a positive number");
            scope.Set(output, new ScaledColumn(blob.Component, scope.Get(input, blob.Component), norm, scale));
        }
        reader.Done();
    }

    private static void Concatenate(ModelBlob blob, ColumnScope scope)
    {
        var reader = blob.Open("CONCAT F", 0x00010003, 0x00010003);
        var count = reader.Count("columns", 12);
        for (var i = 0; i < count; i++)
        {
            var output = reader.Name();
            var sources = new List<Column>();
            for (var left = reader.Count("sources", 8); left > 0; left--)
            {
                sources.Add(scope.Get(reader.Name(), blob.Component));
                reader.NameOrNull();
            }
            scope.Set(output, sources.Count == 1 ? sources[0] : new JoinedColumn(blob.Component, sources));
        }
        reader.Done();
    }

    private static void SelectColumns(ModelBlob blob, ColumnScope scope)
    {
        var reader = blob.Open("SELCOLST", 0x00010001, 0x00010001);
        var keep = reader.Bool();
        reader.Bool();
        reader.Bool();
        var names = new string[reader.Count("columns", 4)];
        for (var i = 0; i < names.Length; i++)
            names[i] = reader.Name();
        reader.Done();
        if (keep)
            scope.Keep(names, blob.Component);
        else
            scope.Drop(names, blob.Component);
    }

    private static void CopyColumns(ModelBlob blob, ColumnScope scope)
    {
        var reader = blob.Open("COPYCOLT", 0x00010001, 0x00010001);
        var columns = reader.Columns();
        reader.Done();
        foreach (var (output, input) in columns)
            scope.Set(output, scope.Get(input, blob.Component));
    }
}
