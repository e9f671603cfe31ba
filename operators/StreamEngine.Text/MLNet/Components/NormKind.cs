namespace StreamEngine.Text.MLNet;

/// <summary>Length by which a vector is divided; the values are those in the file.</summary>
internal enum NormKind : byte
{
    L2 = 0,
    StandardDeviation = 1,
    L1 = 2,
    Greatest = 3,
}
