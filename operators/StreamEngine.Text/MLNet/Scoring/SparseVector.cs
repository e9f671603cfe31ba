namespace StreamEngine.Text.MLNet;

/// <summary>Features of one post: slots in ascending order and their values. Grows, and is used again.</summary>
internal sealed class SparseVector
{
    private int[] _slots = new int[256];
    private float[] _values = new float[256];

    public int Count { get; private set; }

    public ReadOnlySpan<int> Slots => _slots.AsSpan(0, Count);

    public Span<float> Values => _values.AsSpan(0, Count);

    public void Clear() => Count = 0;

    /// <summary>Appends <paramref name="count"/> entries, to be filled by the caller.</summary>
    public void Append(int count, out Span<int> slots, out Span<float> values)
    {
        var start = Count;
        if (start + count > _slots.Length)
        {
            var capacity = Math.Max(start + count, 2 * _slots.Length);
            Array.Resize(ref _slots, capacity);
            Array.Resize(ref _values, capacity);
        }
        Count = start + count;
        slots = _slots.AsSpan(start, count);
        values = _values.AsSpan(start, count);
    }
}
