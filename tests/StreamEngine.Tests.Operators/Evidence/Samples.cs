using System.Text;
using StreamEngine.Core.State;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Evidence;

/// <summary>Evidence as windows encode it.</summary>
internal static class Samples
{
    /// <summary>The evidence of a row with these negative posts, all of source partition 0.</summary>
    public static byte[] Encode(IEnumerable<(string Id, long Time, ulong Author, string Text)> posts, long end = 1)
    {
        var (store, writer) = (new SampleStore(), new StateWriter());
        SlotSamples samples = default;
        foreach (var (id, time, author, text) in posts)
        {
            store.Offer(ref samples, new SampleOffer { Score = -500_000, Time = time, Author = author, Id = Encoding.UTF8.GetBytes(id), Text = Encoding.UTF8.GetBytes(text) });
        }

        writer.WriteCount(1);
        writer.WriteCount(0);
        writer.WriteCount(end);
        store.Write(samples, writer);
        return writer.Written.ToArray();
    }

    /// <summary>A text of nine words that no other number's text has in this order.</summary>
    public static string Text(int number)
    {
        var random = new Random(number);
        return string.Join(' ', Enumerable.Range(0, 9).Select(_ => $"{(char)('a' + random.Next(26))}{(char)('a' + random.Next(26))}{(char)('a' + random.Next(26))}"));
    }

    public static EvidencePost Post(string text, string? language = "en", string id = "", ulong author = 0, long time = 0, string mention = "")
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var start = mention.Length == 0 ? 0 : Encoding.UTF8.GetByteCount(text[..text.IndexOf(mention, StringComparison.Ordinal)]);
        return new EvidencePost(-500_000, time, author, new TextSignature().Of(utf8), start, Encoding.UTF8.GetByteCount(mention), language, id, utf8);
    }
}
