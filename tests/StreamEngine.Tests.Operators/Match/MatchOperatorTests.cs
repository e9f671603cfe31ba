using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Sources;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Match;

public sealed class MatchOperatorTests
{
    private static readonly BatchSchema _input = SourceDefinition.Schema.With(new ColumnDeclaration("text", ColumnType.Utf8));

    [Fact]
    public void A_post_gives_a_row_per_brand_and_one_without_a_brand_is_unmatched()
    {
        using var folder = new TempFolder();
        using var harness = new OperatorHarness(new MatchDefinition(), Options(folder, """
            brands:
              - name: Acme
                keywords: acme
              - name: Bolt
                keywords: bolt
            """), new HarnessSetting { Input = _input });
        var batch = harness.NewBatch();
        foreach (var text in new[] { "bolt and acme", "nothing", "our acme" })
        {
            batch.Utf8(_input.IndexOf("text")).Set(batch.AppendRecord(batch.RowCount), Encoding.UTF8.GetBytes(text));
        }

        var rows = new List<string>();
        harness.Push(batch, b =>
        {
            for (var row = 0; row < b.RowCount; row++)
            {
                var brand = b.Dictionary(b.Schema.IndexOf("brand"));
                rows.Add($"{b.Records[row]} {brand.Dictionary.GetString(brand[row])} {b.Int32(b.Schema.IndexOf("mention_start"))[row]}+{b.Int32(b.Schema.IndexOf("mention_length"))[row]} {Encoding.UTF8.GetString(b.Utf8(b.Schema.IndexOf("text"))[row])}");
            }
        });
        Assert.Equal(["0 Acme 9+4 bolt and acme", "2 Acme 4+4 our acme", "0 Bolt 0+4 bolt and acme"], rows);
        Assert.Equal([RecordFate.None, RecordFate.Unmatched, RecordFate.None], batch.Origin.Fates.ToArray());
    }

    [Theory]
    [InlineData("brands:\n  - name: A\n    keyword: a\n", ":3:5: a brand has no 'keyword' (did you mean 'keywords'?)")]
    [InlineData("brand:\n  - name: A\n", ": a brands file must hold 'brands:'")]
    [InlineData("brands:\n  - keywords: a\n", ":2:5: a brand needs 'name'")]
    [InlineData("brands:\n  - name: A\n", ":2:5: nothing says how posts name 'A'")]
    [InlineData("brands:\n  - name: A\n    keywords: [a, '!!']\n", ":3:19: 'keywords': '!!' has no letter or digit")]
    [InlineData("brands:\n  - name: A\n    ambiguous: a\n", ":3:16: 'ambiguous' of 'A' needs 'context'")]
    [InlineData("brands:\n  - name: A\n    keywords: a\n    context: b\n", ":4:14: 'context' of 'A' has no effect without 'ambiguous'")]
    [InlineData("brands:\n  - name: A\n    keywords: a\n  - name: A\n    keywords: b\n", ":4:5: the brand 'A' stands in the file twice")]
    [InlineData("brands:\n  - name: A\n    keywords: a\n    case_sensitive: maybe\n", ":4:21: 'case_sensitive' must be true or false")]
    [InlineData("brands: [\n", "is not valid YAML")]
    public void What_is_wrong_in_a_brands_file_is_told_with_its_place(string yaml, string expected)
    {
        using var folder = new TempFolder();
        var error = Assert.Throws<GraphException>(() => OperatorHarness.Bind(new MatchDefinition(), Options(folder, yaml)));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("brands.yaml", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_brands_file_that_is_not_there_is_named()
    {
        var error = Assert.Throws<GraphException>(() => OperatorHarness.Bind(new MatchDefinition(), new Dictionary<string, object?> { ["brands"] = "no/such.yaml" }));
        Assert.Contains("the file of option 'brands' does not exist", error.Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, object?> Options(TempFolder folder, string yaml)
    {
        File.WriteAllText(folder["brands.yaml"], yaml);
        return new Dictionary<string, object?> { ["brands"] = folder["brands.yaml"] };
    }
}
