using StreamEngine.Core.Graph;
using StreamEngine.Core.Planning;

namespace StreamEngine.Tests.Core.Planning;

public sealed class PlanTextTests
{
    private static readonly GraphPlan _plan = Planner.Plan(
        new GraphBuilder("g").From("topic").Then("words").Then("tally").Then("crowd", id: "big-crowd")
            .To("out", new() { ["name"] = "tallies" }, null, "tally").To("keep", null, null, "big-crowd", "dead-letters").Build(SmallCatalog.All()),
        "posts");

    [Theory]
    [InlineData("posts", "sink 'out' writes the topic 'posts', which the graph reads: it would feed on itself; give it another")]
    [InlineData("g.state", "sink 'out' writes the topic 'g.state', which the graph uses for something else; give it another")]
    public void A_sink_cannot_write_a_topic_of_the_graph_itself(string topic, string message)
    {
        var graph = new GraphBuilder("g").From("topic").Then("words").To("out", new() { ["name"] = topic }, null, "words").Build(SmallCatalog.All());

        var error = Assert.Throws<GraphException>(() => Planner.Plan(graph, "posts"));

        Assert.Equal(message, Assert.Single(error.Problems).Message);
    }

    [Fact]
    public void A_plan_is_shown_as_text()
    {
        Assert.Equal(
            """
            graph g

            stage ingest   reads posts, one task per partition
              words
                  reads value
                  adds  brand, text
              tally: slots   after words
                  reads brand
                  gives brand, posts, version
                  keeps counts
              tally → g.partials   (exchange, key brand)

            stage aggregate   reads g.partials, one task per partition
              tally: merge
                  reads brand
                  gives brand, posts, version
                  keeps counts
              big-crowd (crowd)   after tally
                  reads posts
              tally → tallies   (json, key brand)
              big-crowd → g.windows   (json, key brand)

            stage writer.keep   reads g.windows, g.dead-letters
              → keep   (Keeps records)

            topics
              posts   the source; must exist
              g.partials   partitions as the source, kept 7d
              g.state   partitions as the source, compacted
              g.dead-letters   partitions as the source, kept 30d
              g.late   partitions as the source, kept 30d
              tallies   3 partitions, compacted
              g.windows   partitions as the source, compacted

            """,
            PlanText.Text(_plan),
            ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void Ids_that_differ_in_a_hyphen_are_two_nodes_of_a_flowchart()
    {
        var plan = Planner.Plan(new GraphBuilder("g").From("topic").Then("words").Then("tally", id: "a-b").Then("crowd", id: "a_b").To("keep", null, null, "a_b").Build(SmallCatalog.All()), "posts");

        var nodes = PlanText.Mermaid(plan).Split('\n').Where(line => line.Contains("[\"a-b: merge\"]") || line.Contains("[\"a_b (crowd)\"]")).Select(line => line.Trim().Split('[')[0]);

        Assert.Equal(2, nodes.Distinct().Count());
    }

    [Fact]
    public void A_plan_is_shown_as_a_flowchart()
    {
        Assert.Equal(
            """
            flowchart LR
              t0[("posts")]
              t1[("g.partials")]
              t3[("g.dead-letters")]
              t5[("tallies")]
              t6[("g.windows")]
              subgraph s0["ingest"]
                s0_words["words"]
                s0_tally["tally: slots"]
              end
              t0 --> s0_words
              s0_words --> s0_tally
              s0_tally --> t1
              subgraph s1["aggregate"]
                s1_tally["tally: merge"]
                s1_big_45_crowd["big-crowd (crowd)"]
              end
              t1 --> s1_tally
              s1_tally --> s1_big_45_crowd
              s1_tally --> t5
              s1_big_45_crowd --> t6
              s2["keep"]
              t6 --> s2
              t3 --> s2

            """,
            PlanText.Mermaid(_plan),
            ignoreLineEndingDifferences: true);
    }
}
