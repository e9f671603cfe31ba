using System.Collections.Immutable;
using System.Text;
using StreamEngine.Connectors.ClickHouse.Tables;

namespace StreamEngine.Connectors.ClickHouse.Records;

/// <summary>A JSON property that is wanted: for a column, or because of properties within it.</summary>
internal sealed class PropertyNode(string name)
{
    private readonly byte[] _name = Encoding.UTF8.GetBytes(name);
    private PropertyNode[] _children = [];

    /// <summary>The column that takes the value; -1 where only properties within it are wanted.</summary>
    public int Column { get; private set; } = -1;

    /// <summary>The properties that the columns of a table name.</summary>
    public static PropertyNode Tree(ImmutableArray<TableColumn> columns)
    {
        var root = new PropertyNode("");
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i].From is { } path)
            {
                path.Split('.').Aggregate(root, (node, part) => node.Child(part)).Column = i;
            }
        }

        return root;
    }

    /// <summary>The wanted property of a name. Records of a stream keep their order: the search starts at <paramref name="expected"/>.</summary>
    public PropertyNode? Find(ReadOnlySpan<byte> name, ref int expected)
    {
        for (var i = 0; i < _children.Length; i++)
        {
            var at = expected + i;
            at = at >= _children.Length ? at - _children.Length : at;
            if (name.SequenceEqual(_children[at]._name))
            {
                expected = at + 1 == _children.Length ? 0 : at + 1;
                return _children[at];
            }
        }

        return null;
    }

    private PropertyNode Child(string part)
    {
        var found = Array.Find(_children, child => child._name.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(part)));
        if (found is null)
        {
            found = new PropertyNode(part);
            _children = [.. _children, found];
        }

        return found;
    }
}
