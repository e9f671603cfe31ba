namespace StreamEngine.Operators;

/// <summary>
/// Blocks of <paramref name="blockSize"/> values out of pages of 2^<paramref name="pageBits"/> blocks, named by handles from 0. Returned blocks are used again; in the steady
/// state nothing is allocated.
/// </summary>
internal sealed class BlockPool<T>(int blockSize, int pageBits)
    where T : unmanaged
{
    private readonly List<T[]> _pages = [];
    private readonly Stack<int> _free = new();
    private int _count;

    /// <summary>The values of a block.</summary>
    public Span<T> this[int handle] => _pages[handle >> pageBits].AsSpan((handle & ((1 << pageBits) - 1)) * blockSize, blockSize);

    /// <summary>A block of zeros.</summary>
    public int Rent()
    {
        if (_free.TryPop(out var handle))
        {
            this[handle].Clear();
            return handle;
        }

        if (_count == _pages.Count << pageBits)
        {
            _pages.Add(new T[blockSize << pageBits]);
            _free.EnsureCapacity(_pages.Count << pageBits);
        }

        return _count++;
    }

    /// <summary>Gives a block back.</summary>
    public void Return(int handle) => _free.Push(handle);
}
