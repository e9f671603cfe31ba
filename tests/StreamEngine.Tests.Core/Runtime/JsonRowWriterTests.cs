using System.Text;
using System.Text.Json;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Tests.Core.Runtime;

public sealed class JsonRowWriterTests
{
    private static readonly BatchSchema _schema = new(
        new("value", ColumnType.Utf8, Internal: true), new("brand", ColumnType.Dictionary), new("text", ColumnType.Utf8), new("start", ColumnType.Int64), new("score", ColumnType.Float64), new("ratio", ColumnType.Float32), new("alert", ColumnType.Utf8));

    private static readonly TopicPlan _topic = new(4, "g.windows", TopicRole.Windows, 0, true, null);

    [Fact]
    public void A_row_is_an_object_of_its_public_columns_without_the_absent_ones_under_its_key()
    {
        var batch = new RecordBatch(_schema);
        Set(batch, "Ålesund \"Bank\"", "a\nb\u0001 🙂", 12, 0.25, 0.5f);
        Set(batch, "Birch", null, long.MinValue, double.NaN, float.PositiveInfinity);
        Set(batch, null, "", -5, 1e300, -0.5f);
        var outputs = new OutputBuffer();
        using var writer = new JsonRowWriter(new StageOutput("w", _topic, OutputFormat.Json, ["brand", "start"]), _schema, _schema, 5);

        writer.Write(batch, outputs);

        Assert.Equal(3, outputs.Count);
        Check(outputs[0], "Ålesund \"Bank\"|12", new { brand = "Ålesund \"Bank\"", text = "a\nb\u0001 🙂", start = 12, score = 0.25, ratio = 0.5, alert = "{}" });
        Check(outputs[1], "Birch|-9223372036854775808", new { brand = "Birch", alert = "{}" });
        Check(outputs[2], "|-5", new { text = "", start = -5, score = 1e300, ratio = -0.5, alert = "{}" });
        Assert.Equal(Partitioning.Of("Birch"u8, 5), outputs[1].Partition);
    }

    [Fact]
    public void Keys_of_several_columns_differ_where_a_column_does_whatever_the_texts_hold()
    {
        string[] texts = ["", "x", "|", "\\", "x|", "|y", "x|y", "x\\", "\\|y", "||", "\\\\"];
        var batch = new RecordBatch(_schema);
        foreach (var (brand, text) in texts.SelectMany(brand => texts.Select(text => (brand, text))))
        {
            Set(batch, brand, text, 1, 1, 1);
        }

        Assert.Equal(batch.RowCount, Keys(batch, "brand", "text").Distinct().Count());
        Assert.Contains("x\\|y|\\\\", Keys(batch, "brand", "text"));
        Assert.Equal(texts.SelectMany(brand => texts.Select(_ => brand)), Keys(batch, "brand"));
    }

    [Fact]
    public void A_document_is_sent_as_it_is()
    {
        var batch = new RecordBatch(_schema);
        Set(batch, "Birch", "x", 1, 1, 1);
        var outputs = new OutputBuffer();
        using var writer = new JsonRowWriter(new StageOutput("w", _topic, OutputFormat.Document, ["brand"]), _schema, _schema, 1);

        writer.Write(batch, outputs);

        Assert.Equal("{}", Encoding.UTF8.GetString(outputs[0].Value));
    }

    [Fact]
    public void Columns_of_operators_behind_are_not_written_and_a_row_that_is_refused_leaves_the_batch()
    {
        var batch = new RecordBatch(_schema);
        Set(batch, "Birch", "x", 1, 1, 1);
        Set(batch, "Alder", new string('x', 500), 2, 1, 1);
        var outputs = new OutputBuffer();
        var refused = new List<int>();
        using var writer = new JsonRowWriter(new StageOutput("w", _topic, OutputFormat.Json, ["brand"]), new BatchSchema(_schema.Columns[..3]), _schema, 1, 600, (from, row, _) =>
        {
            refused.Add(row);
            from.Drop(row, RecordFate.Dead);
        });

        writer.Write(batch, outputs);

        Assert.Equal(1, outputs.Count);
        Check(outputs[0], "Birch", new { brand = "Birch", text = "x" });
        Assert.Equal([1], refused);
        Assert.Equal((1, 1L), (batch.RowCount, batch.Int64(3)[0]));
    }

    private static List<string> Keys(RecordBatch batch, params string[] columns)
    {
        var outputs = new OutputBuffer();
        using var writer = new JsonRowWriter(new StageOutput("w", _topic, OutputFormat.Json, [.. columns]), _schema, _schema, 5);
        writer.Write(batch, outputs);
        return [.. Enumerable.Range(0, outputs.Count).Select(i => Encoding.UTF8.GetString(outputs[i].Key))];
    }

    private static void Check(OutputRecord record, string key, object expected)
    {
        Assert.Equal((4, key), (record.Topic, Encoding.UTF8.GetString(record.Key)));
        Assert.True(JsonElement.DeepEquals(JsonSerializer.SerializeToElement(expected), JsonElement.Parse(record.Value)), Encoding.UTF8.GetString(record.Value));
    }

    private static void Set(RecordBatch batch, string? brand, string? text, long start, double score, float ratio)
    {
        var row = batch.AppendRecord(batch.RowCount);
        batch.Utf8(0).Set(row, "secret"u8);
        batch.Dictionary(1)[row] = brand is null ? -1 : batch.Dictionary(1).Dictionary.GetOrAdd(brand);
        if (text is null)
        {
            batch.Utf8(2).SetAbsent(row);
        }
        else
        {
            batch.Utf8(2).Set(row, Encoding.UTF8.GetBytes(text));
        }

        batch.Int64(3)[row] = start;
        batch.Float64(4)[row] = score;
        batch.Float32(5)[row] = ratio;
        batch.Utf8(6).Set(row, "{}"u8);
    }
}
