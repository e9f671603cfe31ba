using StreamEngine.Core.Planning;
using StreamEngine.Tests.Operators.GraphTests;

namespace StreamEngine.Tests.Operators.Spikes;

/// <summary>Whether a changed graph may take over what operators behind windows have stored.</summary>
public sealed class StoredShapeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void What_was_learnt_from_windows_of_one_length_is_not_taken_over_by_those_of_another()
    {
        var obstacles = Shape("1m", "window").Obstacles(Shape("5m", "other"), ["window"]).ToList();

        Assert.Equal(
            ["operator 'spikes': its state was made of windows of 1m, and it follows windows of 5m now", "operator 'rollup': its state was made of windows of 1m, and it follows windows of 5m now"],
            obstacles.Select(o => o[..o.IndexOf(". ", StringComparison.Ordinal)]));
        Assert.Empty(Shape("1m", "window").Obstacles(Shape("1m", "other"), ["window"]));
    }

    [Fact]
    public void What_is_stored_behind_a_window_cannot_be_dropped_by_a_graph_without_any()
    {
        var none = Shape("1m", "window") with { Partials = 0, Operators = [] };

        var obstacles = Shape("1m", "window").Obstacles(none, ["window", "spikes", "rollup"]).ToList();

        Assert.Equal(["operator 'window'", "operator 'spikes'", "operator 'rollup'"], obstacles.Select(o => o[..o.IndexOf(" keeps state behind a window", StringComparison.Ordinal)]));
        Assert.Empty(Shape("1m", "window").Obstacles(none with { Partials = 3 }, ["window", "spikes", "rollup"]));
    }

    [Fact]
    public void Shapes_stored_before_they_told_of_windows_are_taken()
    {
        var stored = Shape("1m", "window");
        stored = stored with { Operators = [.. stored.Operators.Select(o => o with { Windows = null })] };

        Assert.Empty(GraphShape.Read(stored.Write()).Obstacles(Shape("5m", "other"), ["window"]));
    }

    public void Dispose() => _folder.Dispose();

    private GraphShape Shape(string size, string id) => GraphShape.Of(Planner.Plan(TestedGraph.Read(_folder, $$"""
        { size: {{size}} }
            id: {{id}}
          - spikes: {}
          - rollup: { to: 1h }
            from: {{id}}
        """), null), 3);
}
