using System.Globalization;
using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Runtime;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Tests.Connectors.ClickHouse;

/// <summary>Records as the engine's topics hold them.</summary>
internal static class Records
{
    public static readonly SinkInput Windows = new("per_minute", StreamKind.Windows, "brand-sentiment");
    public static readonly SinkInput Alerts = new("spikes", StreamKind.Alerts, "brand-sentiment");
    public static readonly SinkInput DeadLetters = new("dead-letters", StreamKind.DeadLetters, "brand-sentiment");
    public static readonly SinkInput Late = new("late", StreamKind.Late, "brand-sentiment");
    public static readonly SinkInput Posts = new("scored", StreamKind.Posts, "brand-sentiment");

    /// <summary>2026-03-01T10:00:00Z in ms since 1970.</summary>
    public const long Start = 1_772_359_200_000;

    public static string Window(string brand, long start, int posts, long version, string channel = "x", bool final = false) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        {"window_start":{{start}},"window_end":{{start + 60_000}},"brand":"{{brand}}","channel":"{{channel}}","language":"nl","posts":{{posts}},"negative":{{posts / 2}},"neutral":0,"positive":{{posts - (posts / 2)}},"mean_score":-0.25,"reach":{{posts * 10L}},"authors":{{posts}},"late":1,"first_event":{{start + 1}},"last_event":{{start + 59_999}},"is_final":{{(final ? 1 : 0)}},"version":{{version}},"something_new":[1,{"a":null}]}
        """);

    public static byte[] Refused(long offset, string error, int partition = 0) => Headers(
        ("graph", "brand-sentiment"), ("operator", "decode"), ("error", error), ("source", "posts"),
        ("partition", $"{partition}"), ("offset", $"{offset}"));

    public static byte[] Headers(params (string Name, string Value)[] headers)
    {
        var arena = new ByteArena();
        foreach (var (name, value) in headers)
        {
            RecordHeaders.Add(arena, Encoding.UTF8.GetBytes(name), value);
        }

        return arena.Buffer[..arena.Length];
    }

    public static void Append(this ISinkWriter writer, int input, string json, long timestamp = Start) =>
        writer.Append(input, new SinkRecord(default, Encoding.UTF8.GetBytes(json), default, timestamp));
}
