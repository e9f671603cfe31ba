namespace StreamEngine.Text.MLNet;

/// <summary>
/// A column of the pipeline and how it comes from others. ML.NET's columns are values per row; here they are the
/// immutable plan from which each scorer builds its own stages.
/// </summary>
internal abstract record Column;

/// <summary>A column that a component of the file makes.</summary>
/// <param name="Origin">The component; errors about the column name it.</param>
internal abstract record MadeColumn(ModelComponent Origin) : Column;

/// <summary>A column that the pipeline reads from its caller: the text, or a label that scoring does not need.</summary>
internal sealed record InputColumn(string Name) : Column;

/// <summary>A column that the pipeline has dropped.</summary>
internal sealed record DroppedColumn(ModelComponent Origin) : MadeColumn(Origin);

/// <summary>Text with case folded and units dropped.</summary>
internal sealed record FoldedText(ModelComponent Origin, Column Text, CharFold Fold) : MadeColumn(Origin);

/// <summary>Words: text split at separators, blanks trimmed, empty ones dropped.</summary>
internal sealed record WordColumn(ModelComponent Origin, Column Text, char[] Separators) : MadeColumn(Origin);

/// <summary>Keys of words (or of a label) in a vocabulary; 0 = unknown.</summary>
internal sealed record TermColumn(ModelComponent Origin, Column Words, Vocabulary Terms) : MadeColumn(Origin);

/// <summary>Labels of a type other than text: they matter as names only.</summary>
internal sealed record ForeignTermColumn(ModelComponent Origin) : MadeColumn(Origin);

/// <summary>Keys of words by hash.</summary>
internal sealed record HashedWordColumn(ModelComponent Origin, Column Words, int Bits, uint Seed) : MadeColumn(Origin);

/// <summary>Keys of UTF-16 units, between markers for start and end if asked for.</summary>
internal sealed record CharColumn(ModelComponent Origin, Column Text, bool Markers) : MadeColumn(Origin);

/// <summary>Counts of the n-grams of a dictionary.</summary>
internal sealed record GramColumn(ModelComponent Origin, Column Keys, GramDictionary Grams) : MadeColumn(Origin);

/// <summary>Counts of hashed n-grams.</summary>
internal sealed record HashedGramColumn(ModelComponent Origin, Column Keys, GramHash Hash) : MadeColumn(Origin);

/// <summary>A vector divided by its length.</summary>
internal sealed record ScaledColumn(ModelComponent Origin, Column Vector, NormKind Norm, float Scale) : MadeColumn(Origin);

/// <summary>Vectors one after the other.</summary>
internal sealed record JoinedColumn(ModelComponent Origin, IReadOnlyList<Column> Vectors) : MadeColumn(Origin);

/// <summary>What the predictor makes: score, probability, predicted label.</summary>
internal sealed record PredictionColumn(ModelComponent Origin) : MadeColumn(Origin);
