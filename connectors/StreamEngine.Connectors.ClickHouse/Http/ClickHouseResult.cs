using System.Collections.Immutable;
using System.Text.Json;

namespace StreamEngine.Connectors.ClickHouse.Http;

/// <summary>The answer to a query, as text.</summary>
/// <param name="Columns">The names of the columns.</param>
/// <param name="Rows">The rows; numbers as ClickHouse writes them, lists as JSON, NULL as an empty text.</param>
public sealed record ClickHouseResult(ImmutableArray<string> Columns, ImmutableArray<ImmutableArray<string>> Rows)
{
    /// <summary>The one value of an answer of one row and column.</summary>
    public string Value => Rows[0][0];

    /// <summary>Reads an answer in the format <c>JSONCompact</c>.</summary>
    internal static ClickHouseResult Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new ClickHouseResult(
            [.. root.GetProperty("meta").EnumerateArray().Select(column => column.GetProperty("name").GetString() ?? "")],
            [.. root.GetProperty("data").EnumerateArray().Select(row => row.EnumerateArray().Select(Text).ToImmutableArray())]);
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        _ => value.GetRawText(),
    };
}
