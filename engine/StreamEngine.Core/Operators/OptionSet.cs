using System.Collections.Immutable;
using StreamEngine.Core.Graph;

namespace StreamEngine.Core.Operators;

/// <summary>The options of one operator, source or sink in one graph: checked values with their places.</summary>
public sealed class OptionSet
{
    private readonly Dictionary<string, (object? Value, SourcePosition Position)> _values;

    private OptionSet(SourcePosition position, Dictionary<string, (object?, SourcePosition)> values)
    {
        Position = position;
        _values = values;
    }

    /// <summary>Where the options as a whole stand.</summary>
    public SourcePosition Position { get; }

    /// <summary>Checks the values given against the declarations; what is wrong is added to <paramref name="problems"/>.</summary>
    /// <param name="owner">Who has these options, for messages: <c>operator 'match'</c>.</param>
    /// <param name="options">The declarations.</param>
    /// <param name="given">The values given, <see langword="null"/> for none.</param>
    /// <param name="position">Where the owner stands.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static OptionSet Bind(string owner, ImmutableArray<Option> options, ConfigNode? given, SourcePosition position, ICollection<GraphProblem> problems)
    {
        var values = options.ToDictionary(o => o.Name, o => (o.DefaultValue, position));
        var set = new OptionSet(position, values);
        if (given is null or ConfigScalar { Text: null or "" })
        {
            set.RequireAll(owner, options, [], problems);
            return set;
        }

        if (given is not ConfigMap map)
        {
            problems.Add(new GraphProblem(given.Position, $"{owner}: its options must be a map, 'name: value'"));
            return set;
        }

        var seen = new HashSet<string>();
        foreach (var (key, value) in map.Entries)
        {
            var name = key.Text ?? "";
            var option = options.FirstOrDefault(o => o.Name == name);
            if (option is null)
            {
                problems.Add(new GraphProblem(key.Position, $"{owner} has no option '{name}'{NearestWord.Hint(name, options.Select(o => o.Name))}; it has: {string.Join(", ", options.Select(o => o.Name))}"));
            }
            else if (!seen.Add(name))
            {
                problems.Add(new GraphProblem(key.Position, $"{owner}: option '{name}' is given twice"));
            }
            else if (!option.TryRead(value, out var read, out var error))
            {
                problems.Add(new GraphProblem(value.Position, $"{owner}: option '{name}' {error}"));
            }
            else
            {
                values[name] = (read, value.Position);
            }
        }

        set.RequireAll(owner, options, seen, problems);
        return set;
    }

    /// <summary>An option's value: the one given, else the default.</summary>
    public T Get<T>(Option<T> option) => (T)_values[option.Name].Value!;

    /// <summary>Where an option's value stands; where its owner stands if it was not given.</summary>
    public SourcePosition PositionOf(Option option) => _values[option.Name].Position;

    private void RequireAll(string owner, ImmutableArray<Option> options, HashSet<string> seen, ICollection<GraphProblem> problems)
    {
        foreach (var option in options.Where(o => o.Required && !seen.Contains(o.Name)))
        {
            problems.Add(new GraphProblem(Position, $"{owner} needs the option '{option.Name}' ({option.TypeName}): {option.Description}"));
        }
    }
}
