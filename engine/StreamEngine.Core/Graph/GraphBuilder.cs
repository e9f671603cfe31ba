using System.Collections.Immutable;
using StreamEngine.Core.Operators;

namespace StreamEngine.Core.Graph;

/// <summary>
/// Writes a graph in C#. What it makes is the same as the YAML with the same names, and is checked by the same <see cref="GraphReader"/>.
/// </summary>
/// <example>
/// <code>
/// var graph = new GraphBuilder("brand-sentiment")
///     .From("kafka", new() { ["topic"] = "posts" })
///     .Then("decode", new() { ["time"] = "created_at" })
///     .Then("match", new() { ["brands"] = "brands.yaml" })
///     .Then("window", new() { ["size"] = TimeSpan.FromMinutes(1) })
///     .To("clickhouse", new() { ["url"] = "http://localhost:8123" })
///     .Build(catalog);
/// </code>
/// </example>
public sealed class GraphBuilder(string name)
{
    private readonly List<OperatorDefinition> _own = [];
    private readonly List<ConfigNode> _operators = [];
    private readonly List<ConfigNode> _sinks = [];
    private ConfigNode? _source;
    private ConfigNode? _runtime;

    /// <summary>Sets the source.</summary>
    public GraphBuilder From(string source, Dictionary<string, object?>? options = null)
    {
        _source = Map((source, ConfigNode.From(options)));
        return this;
    }

    /// <summary>Adds an operator behind the one before it, or behind <paramref name="from"/>.</summary>
    public GraphBuilder Then(string use, Dictionary<string, object?>? options = null, string? id = null, string? from = null)
    {
        _operators.Add(Entry(use, options, id, from is null ? null : ConfigNode.From(from)));
        return this;
    }

    /// <summary>Adds an operator of one's own, such as an <see cref="RxDefinition"/>.</summary>
    public GraphBuilder Then(OperatorDefinition definition, Dictionary<string, object?>? options = null, string? id = null, string? from = null)
    {
        _own.Add(definition);
        return Then(definition.Name, options, id, from);
    }

    /// <summary>Adds a sink.</summary>
    public GraphBuilder To(string use, Dictionary<string, object?>? options = null, string? id = null, params string[] from)
    {
        _sinks.Add(Entry(use, options, id, from.Length == 0 ? null : ConfigNode.From(from)));
        return this;
    }

    /// <summary>Sets the section <c>runtime</c>.</summary>
    public GraphBuilder Runtime(Dictionary<string, object?> options)
    {
        _runtime = ConfigNode.From(options);
        return this;
    }

    /// <summary>Checks the graph.</summary>
    /// <exception cref="GraphException">Something is wrong with it.</exception>
    public LogicalGraph Build(Catalog catalog)
    {
        var sections = new List<(string, ConfigNode)>
        {
            ("name", ConfigNode.From(name)),
            ("operators", new ConfigList([.. _operators], SourcePosition.Code)),
            ("sinks", new ConfigList([.. _sinks], SourcePosition.Code)),
        };
        if (_source is not null)
        {
            sections.Add(("source", _source));
        }

        if (_runtime is not null)
        {
            sections.Add(("runtime", _runtime));
        }

        var own = _own.DistinctBy(o => o.Name).ToList();
        var all = own.Concat(catalog.Operators.Values.Where(o => own.All(x => x.Name != o.Name)));
        return GraphReader.Read(Map([.. sections]), new Catalog(all, catalog.Sources.Values, catalog.Sinks.Values));
    }

    private static ConfigMap Entry(string use, Dictionary<string, object?>? options, string? id, ConfigNode? from)
    {
        var entries = new List<(string, ConfigNode)> { (use, ConfigNode.From(options)) };
        if (id is not null)
        {
            entries.Add(("id", ConfigNode.From(id)));
        }

        if (from is not null)
        {
            entries.Add(("from", from));
        }

        return Map([.. entries]);
    }

    private static ConfigMap Map(params ImmutableArray<(string Name, ConfigNode Value)> entries) =>
        new([.. entries.Select(e => new ConfigEntry(new ConfigScalar(e.Name, SourcePosition.Code), e.Value))], SourcePosition.Code);
}
