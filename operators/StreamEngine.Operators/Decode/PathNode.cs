using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace StreamEngine.Operators;

/// <summary>A step of the paths that lead to a post's properties: all paths together are a tree.</summary>
internal sealed unsafe class PathNode
{
    private readonly byte[] _name;
    private readonly ulong _prefix;
    private readonly int _index;
    private PathNode[] _children = [];
    private int _expected;

    private PathNode(string name)
    {
        _name = Encoding.UTF8.GetBytes(name);
        Span<byte> first = stackalloc byte[8];
        first.Clear();
        _name.AsSpan(0, Math.Min(8, _name.Length)).CopyTo(first);
        _prefix = BinaryPrimitives.ReadUInt64LittleEndian(first);
        _index = int.TryParse(name, out var index) && index.ToString() == name ? index : -1;
    }

    /// <summary>The fields whose path ends here.</summary>
    public int[] Fields { get; private set; } = [];

    /// <summary>The fields whose path ends here or further down, one bit each.</summary>
    public int Below { get; private set; }

    /// <summary>Makes the tree of <paramref name="paths"/>; the position in the list is the field.</summary>
    public static PathNode Tree(IReadOnlyList<string> paths)
    {
        var root = new PathNode("");
        for (var field = 0; field < paths.Count; field++)
        {
            var node = root;
            foreach (var name in paths[field].Split('.'))
            {
                node = node.ChildOrNew(name);
                node.Below |= 1 << field;
            }

            node.Fields = [.. node.Fields, field];
        }

        return root;
    }

    /// <summary>The child of that name, or null. Posts mostly have their properties in one order: the one after the last found is tried first.</summary>
    /// <param name="name">The name's bytes; 8 bytes from here can be read.</param>
    /// <param name="length">The name's length.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PathNode? Child(byte* name, int length)
    {
        var prefix = Unsafe.ReadUnaligned<ulong>(name);
        if (length < 8)
        {
            prefix &= (1UL << (8 * length)) - 1;
        }

        var children = _children;
        var at = _expected;
        for (var tried = 0; tried < children.Length; tried++)
        {
            if (at >= children.Length)
            {
                at = 0;
            }

            var child = children[at++];
            if (child._prefix == prefix && child._name.Length == length && (length <= 8 || new ReadOnlySpan<byte>(name, length).SequenceEqual(child._name)))
            {
                _expected = at;
                return child;
            }
        }

        return null;
    }

    /// <summary>The child for an array's element, or null.</summary>
    public PathNode? Child(int index)
    {
        foreach (var child in _children)
        {
            if (child._index == index)
            {
                return child;
            }
        }

        return null;
    }

    private PathNode ChildOrNew(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        foreach (var child in _children)
        {
            if (child._name.AsSpan().SequenceEqual(bytes))
            {
                return child;
            }
        }

        var added = new PathNode(name);
        _children = [.. _children, added];
        return added;
    }
}
