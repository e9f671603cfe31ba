using System.Collections.Immutable;

namespace StreamEngine.Core.Graph;

/// <summary>A value in a user's file, with its place: the form in which options reach operators, from YAML and from code alike.</summary>
public abstract record ConfigNode(SourcePosition Position)
{
    /// <summary>Makes a node out of a string, number, boolean, <see cref="TimeSpan"/>, list or dictionary.</summary>
    /// <exception cref="ArgumentException">The value is of another type.</exception>
    public static ConfigNode From(object? value) => value switch
    {
        ConfigNode node => node,
        null => new ConfigScalar(null, SourcePosition.Code),
        string text => new ConfigScalar(text, SourcePosition.Code),
        bool flag => new ConfigScalar(flag ? "true" : "false", SourcePosition.Code),
        TimeSpan time => new ConfigScalar(Durations.Format(time), SourcePosition.Code),
        IReadOnlyDictionary<string, string> map => new ConfigMap(
            [.. map.Select(pair => new ConfigEntry(new ConfigScalar(pair.Key, SourcePosition.Code), From(pair.Value)))], SourcePosition.Code),
        IReadOnlyDictionary<string, object?> map => new ConfigMap(
            [.. map.Select(pair => new ConfigEntry(new ConfigScalar(pair.Key, SourcePosition.Code), From(pair.Value)))], SourcePosition.Code),
        IEnumerable<string> items => new ConfigList([.. items.Select(From)], SourcePosition.Code),
        IFormattable number => new ConfigScalar(number.ToString(null, System.Globalization.CultureInfo.InvariantCulture), SourcePosition.Code),
        _ => throw new ArgumentException($"a {value.GetType().Name} cannot be an option's value", nameof(value)),
    };
}

/// <summary>A single value; <see langword="null"/> where YAML has an empty value.</summary>
public sealed record ConfigScalar(string? Text, SourcePosition Position) : ConfigNode(Position);

/// <summary>A list of values.</summary>
public sealed record ConfigList(ImmutableArray<ConfigNode> Items, SourcePosition Position) : ConfigNode(Position);

/// <summary>Named values, in the order written.</summary>
public sealed record ConfigMap(ImmutableArray<ConfigEntry> Entries, SourcePosition Position) : ConfigNode(Position)
{
    /// <summary>The value of a name, or <see langword="null"/> if there is none.</summary>
    public ConfigNode? this[string name]
    {
        get
        {
            foreach (var entry in Entries)
            {
                if (entry.Key.Text == name)
                {
                    return entry.Value;
                }
            }

            return null;
        }
    }
}

/// <summary>One name and its value.</summary>
public readonly record struct ConfigEntry(ConfigScalar Key, ConfigNode Value);
