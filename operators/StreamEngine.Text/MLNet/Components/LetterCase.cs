namespace StreamEngine.Text.MLNet;

/// <summary>What a normaliser does with letter case; the values are those in the file.</summary>
internal enum LetterCase : byte
{
    Lower = 0,
    Upper = 1,
    Unchanged = 2,
}
