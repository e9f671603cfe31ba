namespace StreamEngine.Text.MLNet;

/// <summary>What a count of an n-gram becomes; the values are those in the file.</summary>
internal enum GramWeighting
{
    /// <summary>The count.</summary>
    Count = 0,

    /// <summary>The n-gram's inverse document frequency, if it occurs.</summary>
    InverseFrequency = 1,

    /// <summary>The product of both.</summary>
    Product = 2,
}
