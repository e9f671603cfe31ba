namespace StreamEngine.Text.MLNet;

/// <summary>N-grams as sequences of keys; the position of each is its slot.</summary>
/// <param name="Keys">Keys of all n-grams, one after the other.</param>
/// <param name="Starts">Where each begins, and where the last one ends.</param>
internal sealed record GramList(uint[] Keys, int[] Starts)
{
    public int Count => Starts.Length - 1;

    public ReadOnlySpan<uint> this[int slot] => Keys.AsSpan(Starts[slot], Starts[slot + 1] - Starts[slot]);
}
