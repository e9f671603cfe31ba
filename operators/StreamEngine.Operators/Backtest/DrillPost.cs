using System.Text.Json.Nodes;

namespace StreamEngine.Operators;

/// <summary>A post of a drill.</summary>
/// <param name="Time">When it was written, ms since 1970.</param>
/// <param name="Id">Its id.</param>
/// <param name="Json">All of it.</param>
/// <param name="Line">The same as the source gives it.</param>
internal sealed record DrillPost(long Time, string Id, JsonObject Json, ReadOnlyMemory<byte> Line);
