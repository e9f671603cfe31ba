using System.Text;

namespace StreamEngine.Connectors.Kafka;

/// <summary>A topic as records refer to it, and for each partition the offset of the next record to hand over (-1 = any).</summary>
internal sealed class TopicPositions(string name)
{
    private readonly byte[] _utf8 = Encoding.UTF8.GetBytes(name);
    private long[] _next = [];

    public string Name { get; } = name;

    public bool Is(ReadOnlySpan<byte> utf8) => utf8.SequenceEqual(_utf8);

    public ref long Next(int partition)
    {
        if (partition >= _next.Length)
        {
            Grow(partition);
        }

        return ref _next[partition];
    }

    public void CloseAll() => Array.Fill(_next, Closed);

    private void Grow(int partition)
    {
        var old = _next.Length;
        Array.Resize(ref _next, Math.Max(partition + 1, old * 2));
        Array.Fill(_next, Unknown, old, _next.Length - old);
    }

    /// <summary>Any record may come next.</summary>
    public const long Unknown = -1;

    /// <summary>No record may come: the partition is not assigned.</summary>
    public const long Closed = long.MaxValue;
}
