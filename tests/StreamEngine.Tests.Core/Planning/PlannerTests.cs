using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Planning;

namespace StreamEngine.Tests.Core.Planning;

/// <summary>Which streams go through which topics to which sinks.</summary>
public sealed class PlannerTests
{
    [Theory]
    [InlineData("tally", "again")]
    [InlineData("tally", "picky")]
    [InlineData("words", "upper")]
    public void Rows_of_two_operators_do_not_share_a_topic_in_which_their_keys_are_the_same(string one, string other)
    {
        var graph = Graph().To("out", new() { ["name"] = "shared" }, null, one, other).Build(SmallCatalog.All());

        var error = Assert.Throws<GraphException>(() => Planner.Plan(graph, "posts"));

        Assert.Equal($"sink 'out' writes '{other}' into the topic 'shared', as is done with '{one}': their rows have the same keys and could not be told apart; give each a topic of its own", Assert.Single(error.Problems).Message);
    }

    [Fact]
    public void Alerts_of_two_operators_may_share_a_topic_which_other_sinks_read_once()
    {
        var plan = Planner.Plan(Graph().To("out", new() { ["name"] = "alerts" }, null, "loud", "quiet").To("keep", null, null, "quiet", "loud").Build(SmallCatalog.All()), "posts");

        Assert.Equal(["alerts"], plan.Stages.Single(s => s.Kind == StageKind.Writer).Inputs.Select(i => i.Topic.Name));
        Assert.Equal(["alerts", "alerts"], plan.Stage(StageKind.Aggregate)!.Outputs.Where(o => o.Format == OutputFormat.Document).Select(o => o.Topic.Name));
    }

    [Fact]
    public void What_works_on_windows_in_place_gives_windows_and_a_sink_takes_them_behind_it_by_itself()
    {
        var plan = Planner.Plan(Graph().To("keep").Build(SmallCatalog.All()), "posts");

        var input = plan.Stages.Single(s => s.Kind == StageKind.Writer).Inputs;
        Assert.Equal([("again", StreamKind.Windows), ("picky", StreamKind.Windows)], input.Select(i => (i.Stream, i.Kind)));
        Assert.All(input, i => Assert.Equal((TopicRole.Windows, true), (i.Topic.Role, i.Topic.Compacted)));
    }

    [Fact]
    public void A_sink_in_the_middle_of_a_chain_is_keyed_by_what_is_there_by_then()
    {
        var plan = Planner.Plan(Graph().To("keep", null, null, "words").Build(SmallCatalog.All()), "posts");

        Assert.Equal("brand", Assert.Single(plan.Stage(StageKind.Ingest)!.Outputs.Single(o => o.Format == OutputFormat.Json).KeyColumns));
    }

    /// <summary>words → upper → tally → picky → loud and quiet; upper → again.</summary>
    private static GraphBuilder Graph() => new GraphBuilder("g")
        .From("topic")
        .Then("words")
        .Then(new RxDefinition("upper", (source, _) => source))
        .Then("tally")
        .Then("tally", id: "again", from: "upper")
        .Then(new PickyDefinition(), from: "tally")
        .Then(new AlarmDefinition(), id: "loud", from: "picky")
        .Then(new AlarmDefinition(), id: "quiet", from: "picky");

    private sealed class AlarmDefinition : OperatorDefinition
    {
        public override string Name => "alarm";

        public override string Summary => "Alerts.";

        public override string Description => Summary;

        public override string Example => "- alarm: {}";

        public override ImmutableArray<Option> Options => [];

        public override OperatorPlacement Placement => OperatorPlacement.Aggregate;

        public override StreamKind Emits => StreamKind.Alerts;

        public override OperatorColumns Columns(OptionSet options, BatchSchema input) =>
            new([], [], new BatchSchema(new ColumnDeclaration("brand", ColumnType.Dictionary), new("alert", ColumnType.Utf8)));

        public override IOperator Create(OperatorContext context) => throw new InvalidOperationException("it is only planned");
    }
}
