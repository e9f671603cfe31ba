namespace StreamEngine.Core.Graph;

/// <summary>Sets single values over a graph's file: <c>--set operators.window.size=5m</c>.</summary>
public static class ConfigOverride
{
    /// <summary>
    /// Sets the value at a path of names joined by dots. In a list of operators or sinks a name selects the entry with that id
    /// (or, without one, that operator's name), and goes into its options. What follows <c>settings</c> is one name, dots and all.
    /// </summary>
    /// <param name="root">The graph's file.</param>
    /// <param name="assignment"><c>path=value</c>.</param>
    /// <exception cref="GraphException">The path does not lead to a place that can be set.</exception>
    public static ConfigNode Apply(ConfigNode root, string assignment)
    {
        var equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new GraphException(new SourcePosition("--set " + assignment, 0, 0), "must be path=value, for example operators.window.size=5m");
        }

        // The value may be a password: messages name the path only.
        var position = new SourcePosition("--set " + assignment[..equals], 0, 0);
        return Set(root, Path(assignment[..equals]), Value(assignment[(equals + 1)..], position), position);
    }

    /// <summary>A value as YAML would read it. One that is not YAML, as a password may be, is a plain text.</summary>
    private static ConfigNode Value(string text, SourcePosition position)
    {
        if (text.Length == 0)
        {
            return new ConfigScalar("", position);
        }

        var value = YamlText.TryRead(text, position.File) ?? new ConfigScalar(text, position);
        // A file named here is relative to where the program runs, not to a file with the name of this option.
        return value is ConfigScalar scalar ? scalar with { Position = position } : value;
    }

    /// <summary>The names of a path. What follows <c>settings</c> is one name: those of clients have dots in them.</summary>
    private static string[] Path(string path)
    {
        var names = path.Split('.');
        var settings = Array.IndexOf(names, "settings");
        return settings < 0 || settings == names.Length - 1 ? names : [.. names[..(settings + 1)], string.Join('.', names[(settings + 1)..])];
    }

    private static ConfigNode Set(ConfigNode? node, ReadOnlySpan<string> path, ConfigNode value, SourcePosition position)
    {
        if (path.IsEmpty)
        {
            return value;
        }

        return node switch
        {
            null or ConfigScalar { Text: null } => new ConfigMap([Entry(path[0], Set(null, path[1..], value, position), position)], position),
            ConfigMap map => SetInMap(map, path, value, position),
            ConfigList list => SetInList(list, path, value, position),
            _ => throw new GraphException(position, $"'{path[0]}' lies below a plain value"),
        };
    }

    private static ConfigMap SetInMap(ConfigMap map, ReadOnlySpan<string> path, ConfigNode value, SourcePosition position)
    {
        for (var i = 0; i < map.Entries.Length; i++)
        {
            if (map.Entries[i].Key.Text == path[0])
            {
                return map with { Entries = map.Entries.SetItem(i, map.Entries[i] with { Value = Set(map.Entries[i].Value, path[1..], value, position) }) };
            }
        }

        return map with { Entries = map.Entries.Add(Entry(path[0], Set(null, path[1..], value, position), position)) };
    }

    private static ConfigList SetInList(ConfigList list, ReadOnlySpan<string> path, ConfigNode value, SourcePosition position)
    {
        var names = new List<string>();
        for (var i = 0; i < list.Items.Length; i++)
        {
            if (list.Items[i] is not ConfigMap { Entries.Length: > 0 } item)
            {
                continue;
            }

            var use = item.Entries.FirstOrDefault(e => e.Key.Text is not (null or "id" or "from")).Key?.Text;
            if (use is null)
            {
                continue;
            }

            var id = (item["id"] as ConfigScalar)?.Text ?? use;
            names.Add(id);
            if (id == path[0])
            {
                ReadOnlySpan<string> inner = [use, .. path[1..]];
                return list with { Items = list.Items.SetItem(i, SetInMap(item, inner, value, position)) };
            }
        }

        throw new GraphException(position, $"there is no '{path[0]}' in the list{NearestWord.Hint(path[0], names)}; it has: {string.Join(", ", names)}");
    }

    private static ConfigEntry Entry(string name, ConfigNode value, SourcePosition position) => new(new ConfigScalar(name, position), value);
}
