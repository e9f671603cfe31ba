using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Runtime;
using StreamEngine.Core.State;

namespace StreamEngine.Core.Planning;

/// <summary>
/// What of a graph must stay the same for its stored state to keep its meaning. Stored beside the state, and compared before a changed
/// graph is run.
/// </summary>
/// <param name="Source">What the stored positions are positions in: the source's topic.</param>
/// <param name="Partials">Partitions of the topic between stages, over which keys are spread; 0 where there is none.</param>
/// <param name="Operators">The operators that keep state.</param>
public sealed record GraphShape(string Source, int Partials, ImmutableArray<GraphShape.Kept> Operators)
{
    private const int Version = 1;

    private static readonly JsonSerializerOptions _json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    /// <summary>The key of the state's partition 0 that the shape is stored under.</summary>
    public static ImmutableArray<byte> StoredKey { get; } = [.. TaskState.Prefix("", "", "shape")];

    /// <summary>The digest of the savepoint that the state began with; <see langword="null"/> where it began with none.</summary>
    public string? Savepoint { get; init; }

    /// <summary>
    /// What tells the source from another one of the same name: a topic's id, or a digest of how a file begins; <see langword="null"/>
    /// where that is not known.
    /// </summary>
    public string? SourceId { get; init; }

    /// <summary>The shape of a graph.</summary>
    /// <param name="plan">The graph.</param>
    /// <param name="partials">Partitions that the topic between stages has or will have.</param>
    public static GraphShape Of(GraphPlan plan, int partials)
    {
        var kept = plan.Graph.Operators.Where(o => o.Definition.State.Length > 0).Select(o => new Kept(
            o.Id,
            o.Definition.Name,
            string.Join("+", plan.Stages.Where(s => s.Operators.Any(x => x.Node.Id == o.Id)).Select(s => s.Id)),
            o.Definition.StateShape(o.Options),
            o.Definition.State.ToImmutableSortedDictionary(t => t.Name, t => (int)t.Version, StringComparer.Ordinal))
        {
            Windows = o.Input.Windows is { } windows ? $"{(windows.IsSession ? "sessions with a gap" : "windows")} of {Durations.Format(windows.Length)}" : null,
        });
        return new GraphShape(plan.Topic(TopicRole.Source)?.Name ?? plan.Graph.Source.Definition.Name, plan.Topic(TopicRole.Partials) is null ? 0 : partials, [.. kept]);
    }

    /// <summary>The stored form.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(new Stored(Version, Source, SourceId, Partials, Savepoint, Operators), _json);

    /// <summary>Reads the stored form.</summary>
    /// <exception cref="StateException">It is damaged, or of another version.</exception>
    public static GraphShape Read(ReadOnlySpan<byte> stored)
    {
        try
        {
            var read = JsonSerializer.Deserialize<Stored>(stored, _json);
            return read is { Version: Version, Source: not null, Operators.IsDefault: false }
                ? new GraphShape(read.Source, read.Partials, read.Operators) { Savepoint = read.Savepoint, SourceId = read.SourceId }
                : throw new StateException($"what is stored of the graph's shape has version {read?.Version}; this program reads version {Version}");
        }
        catch (JsonException error)
        {
            throw new StateException($"what is stored of the graph's shape is damaged: {error.Message}", error);
        }
    }

    /// <summary>Whether the two say the same.</summary>
    public bool SameAs(GraphShape? other) => other is not null && Write().AsSpan().SequenceEqual(other.Write());

    /// <summary>Says why state with this shape cannot be carried over to a changed graph; nothing where it can.</summary>
    /// <param name="changed">The graph's shape now.</param>
    /// <param name="discard">Ids of operators whose state may be dropped.</param>
    public IEnumerable<string> Obstacles(GraphShape changed, ImmutableArray<string> discard)
    {
        if (Source != changed.Source)
        {
            yield return $"its positions are those of '{Source}', and the graph now reads '{changed.Source}': run it under another name";
        }
        else if (SourceId is not null && changed.SourceId is not null && SourceId != changed.SourceId)
        {
            yield return $"its positions are those of a topic '{Source}' that was deleted, and the one there now was made anew: run it under another name, or with --from-savepoint and --replace-state where the records are the same";
        }

        if (Partials > 0 && changed.Partials > 0 && Partials != changed.Partials)
        {
            yield return $"keys were spread over {Partials} partitions between the stages, and there are {changed.Partials} now: run it under another name, or with runtime.partitions: {Partials} where its topics do not exist yet";
        }

        foreach (var kept in Operators)
        {
            var now = changed.Operators.FirstOrDefault(o => o.Id == kept.Id);
            if (now is null && !discard.Contains(kept.Id))
            {
                yield return $"operator '{kept.Id}' keeps state, and the graph no longer has it: give it back (its id must be the same), or name it in runtime.discard_state to drop what it had counted";
            }
            else if (now is null && changed.Partials == 0 && kept.Stage.Contains("aggregate", StringComparison.Ordinal))
            {
                yield return $"operator '{kept.Id}' keeps state behind a window, and the graph no longer has any: nothing would drop it, and it would come back with the next window. Run the graph under another name";
            }
            else if (now is not null && kept.Difference(now) is { } difference)
            {
                yield return $"operator '{kept.Id}': {difference}. Keep that as it was, or give the operator another id and name '{kept.Id}' in runtime.discard_state to start it afresh";
            }
        }
    }

    /// <summary>An operator that keeps state.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Use">The name of its definition.</param>
    /// <param name="Stage">The stage that it is in, or both with a plus.</param>
    /// <param name="Shape">What of its options must stay, in words.</param>
    /// <param name="Tables">Its tables with the versions of their codecs.</param>
    public sealed record Kept(string Id, string Use, string Stage, string Shape, ImmutableSortedDictionary<string, int> Tables)
    {
        /// <summary>The windows that it works on, in words; <see langword="null"/> where these are none, or not known.</summary>
        public string? Windows { get; init; }

        internal string? Difference(Kept now)
        {
            if (Use != now.Use)
            {
                return $"its state was made by '{Use}', and it is '{now.Use}' now";
            }

            if (Stage != now.Stage)
            {
                return $"its state was made in stage {Stage}, and it is in {now.Stage} now";
            }

            if (Shape != now.Shape)
            {
                return $"its state was made with {Shape}, and the graph now has {now.Shape}";
            }

            if (Windows is not null && now.Windows is not null && Windows != now.Windows)
            {
                return $"its state was made of {Windows}, and it follows {now.Windows} now";
            }

            var table = Tables.FirstOrDefault(t => !now.Tables.TryGetValue(t.Key, out var version) || version != t.Value);
            return table.Key is null ? null
                : now.Tables.TryGetValue(table.Key, out var reads) ? $"its table '{table.Key}' is stored with version {table.Value}, and this program reads version {reads}"
                : $"its table '{table.Key}' is stored, and this program has no such table";
        }
    }

    private sealed record Stored(int Version, string Source, string? SourceId, int Partials, string? Savepoint, ImmutableArray<Kept> Operators);
}
