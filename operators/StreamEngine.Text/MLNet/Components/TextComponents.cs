namespace StreamEngine.Text.MLNet;

/// <summary>The components that make keys from text: normaliser, tokenisers, vocabulary, hash of words.</summary>
internal static class TextComponents
{
    private const int MaxHashBits = 30;

    /// <summary>Reads <paramref name="blob"/> if it is one of these components.</summary>
    public static bool TryRead(ModelBlob blob, ColumnScope scope)
    {
        switch (blob.Loader)
        {
            case "TextNormalizerTransform":
                Normalizer(blob, scope);
                return true;
            case "TokenizeTextTransform":
                Words(blob, scope);
                return true;
            case "CharToken":
                Chars(blob, scope);
                return true;
            case "HashTransform":
                HashedWords(blob, scope);
                return true;
            case "KeyToValueTransform":
                KeyToValue(blob, scope);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Reads a vocabulary: of words, or of the label.</summary>
    public static void Terms(ModelBlob blob, ModelBlob vocabulary, ColumnScope scope)
    {
        var reader = blob.Open("TERMTRNF", 0x00010002, 0x00010003);
        var columns = reader.Columns();
        if (blob.VersionWritten >= 0x00010003)
            reader.Bools(columns.Length);
        reader.Done();

        var terms = vocabulary.Open("TERM MAN", 0x00010001, 0x00010002);
        if (terms.Int32() != columns.Length)
            throw vocabulary.Error($"it does not hold one vocabulary for each of the {columns.Length} columns");
        for (var i = 0; i < columns.Length; i++)
        {
            var source = scope.Get(columns[i].Input, blob.Component);
            var kind = terms.Byte();
            if (kind > 1)
                throw terms.Error($"the kind of vocabulary {i} is {kind}, expected 0 (text) or 1 (other)");
            if (kind == 1)
            {
                // The values of another type follow in a coding of their own: readable for the last column only.
                if (i != columns.Length - 1)
                    throw vocabulary.Error($"the vocabulary of column \"{columns[i].Output}\" is not text");
                scope.Set(columns[i].Output, new ForeignTermColumn(blob.Component));
                return;
            }
            scope.Set(columns[i].Output, new TermColumn(blob.Component, source, Vocabulary.Read(ref terms)));
        }
        terms.Done();
    }

    private static void Normalizer(ModelBlob blob, ColumnScope scope)
    {
        var reader = blob.Open("TEXTNORM", 0x00010001, 0x00010001);
        var columns = reader.Columns();
        var letterCase = reader.Byte();
        if (letterCase > (byte)LetterCase.Unchanged)
            throw reader.Error($"the letter case is {letterCase}, expected 0 (lower), 1 (upper) or 2 (unchanged)");
        var fold = CharFold.Get((LetterCase)letterCase, reader.Bool(), reader.Bool(), reader.Bool());
        reader.Done();
        foreach (var (output, input) in columns)
            scope.Set(output, new FoldedText(blob.Component, scope.Get(input, blob.Component), fold));
    }

    private static void Words(ModelBlob blob, ColumnScope scope)
    {
        var reader = blob.Open("WRDTOKNS", 0x00010001, 0x00010001);
        foreach (var (output, input) in reader.Columns())
        {
            var separators = new char[reader.Count("separators", 2)];
            for (var i = 0; i < separators.Length; i++)
                separators[i] = (char)(reader.Byte() | (reader.Byte() << 8));
            scope.Set(output, new WordColumn(blob.Component, scope.Get(input, blob.Component), separators));
        }
        reader.Done();
    }

    private static void Chars(ModelBlob blob, ColumnScope scope)
    {
        var reader = blob.Open("CHARTOKN", 0x00010001, 0x00010002);
        var columns = reader.Columns();
        var markers = reader.Bool();
        if (blob.VersionWritten >= 0x00010002)
            reader.Bool();
        reader.Done();
        foreach (var (output, input) in columns)
        {
            var source = scope.Get(input, blob.Component);
            if (source is WordColumn)
                throw blob.Error("characters taken from a list of words (as stop words make it) are not supported");
            scope.Set(output, new CharColumn(blob.Component, source, markers));
        }
    }

    private static void HashedWords(ModelBlob blob, ColumnScope scope)
    {
        var reader = blob.Open("HASHTRNS", 0x00010003, 0x00010004);
        foreach (var (output, input) in reader.Columns())
        {
            var bits = reader.Range("number of hash bits", 1, MaxHashBits);
            var seed = reader.UInt32();
            if (reader.Bool())
                throw reader.Error("hashing words together with their positions is not supported");
            if (blob.VersionWritten >= 0x00010004 && reader.Bool())
                throw reader.Error("hashing all words of a row into one key is not supported");
            scope.Set(output, new HashedWordColumn(blob.Component, scope.Get(input, blob.Component), bits, seed));
        }
        reader.Done();
    }

    private static void KeyToValue(ModelBlob blob, ColumnScope scope)
    {
        var reader = blob.Open("KEY2VALT", 0x00010001, 0x00010001);
        var columns = reader.Columns();
        reader.Done();
        foreach (var (output, input) in columns)
        {
            if (scope.Get(input, blob.Component) is not (PredictionColumn or TermColumn or ForeignTermColumn or InputColumn))
                throw blob.Error($"turning the keys of column \"{input}\" into values is supported for labels only");
            scope.Set(output, new PredictionColumn(blob.Component));
        }
    }
}
