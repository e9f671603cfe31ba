using StreamEngine.Connectors.ClickHouse.Columns;

namespace StreamEngine.Connectors.ClickHouse.Tables;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Comment">What that means, with unit and range: its comment on the server, for analysts.</param>
/// <param name="From">The JSON property that it is read from, <c>outer.inner</c> for a nested one; <see langword="null"/> where it comes from elsewhere.</param>
/// <param name="Required">Whether a record without it is refused.</param>
/// <param name="Bulky">Whether it holds long texts, to be compressed harder where the server can.</param>
internal sealed record TableColumn(string Name, ColumnKind Kind, string Comment, string? From = null, bool Required = false, bool Bulky = false);
