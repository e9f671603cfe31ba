namespace StreamEngine.Connectors.ClickHouse.Tables;

/// <summary>Names and texts as ClickHouse's SQL wants them.</summary>
internal static class Sql
{
    /// <summary>A name in backticks.</summary>
    public static string Name(string name) => $"`{Escaped(name).Replace("`", "\\`", StringComparison.Ordinal)}`";

    /// <summary>A text in quotes.</summary>
    public static string Text(string text) => $"'{Escaped(text).Replace("'", "\\'", StringComparison.Ordinal)}'";

    private static string Escaped(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal);
}
