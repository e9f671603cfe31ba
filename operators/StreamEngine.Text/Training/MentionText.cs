using System.Globalization;
using System.Text;
using StreamEngine.Text.Mentions;

namespace StreamEngine.Text.Training;

/// <summary>A post with all its mentions, of which each has a class.</summary>
/// <param name="Text">The post in UTF-8.</param>
/// <param name="Mentions">Where the mentions are.</param>
/// <param name="Labels">Their classes, in the same order.</param>
/// <param name="Set">The data set that it comes from.</param>
public sealed record MentionText(byte[] Text, Mention[] Mentions, SentimentLabel[] Labels, string Set)
{
    /// <summary>
    /// Reads a table (.csv) with a row per mention: <c>text</c>, <c>label</c>, <c>target</c> and optionally <c>from</c>
    /// and <c>to</c>, its place in characters; without them the target is looked for. Rows of one text are put together;
    /// mentions without a place or with another label are left out.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is no such table; the message names file, line and what is wrong.</exception>
    public static List<MentionText> Read(string path, string? set = null)
    {
        set ??= Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))) + "/" + Path.GetFileNameWithoutExtension(path);
        using var table = new DelimitedReader(path);
        int text = table.Column("text"), label = table.Column("label"), target = table.Column("target");
        int from = table.OptionalColumn("from"), to = table.OptionalColumn("to");
        var posts = new Dictionary<string, List<(Mention, SentimentLabel)>>();
        var order = new List<string>();
        while (table.Read())
        {
            if (LabelledFile.ParseLabel(table[label]) is not { } parsed)
                continue;
            var place = from >= 0 && to >= 0 ? Place(table[text], table[from], table[to], path) : Find(table[text], table[target]);
            if (place is not { } mention)
                continue;
            if (!posts.TryGetValue(table[text], out var mentions))
            {
                posts.Add(table[text], mentions = []);
                order.Add(table[text]);
            }
            if (mentions.All(other => other.Item1 != mention))
                mentions.Add((mention, parsed));
        }
        return [.. order.Select(post => new MentionText(Encoding.UTF8.GetBytes(post), [.. posts[post].Select(m => m.Item1)], [.. posts[post].Select(m => m.Item2)], set))];
    }

    private static Mention? Find(string text, string target)
    {
        var at = target.Length == 0 ? -1 : text.IndexOf(target, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : new Mention(Encoding.UTF8.GetByteCount(text.AsSpan(0, at)), Encoding.UTF8.GetByteCount(text.AsSpan(at, target.Length)));
    }

    private static Mention Place(string text, string from, string to, string path)
    {
        if (!int.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var start) || !int.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var end) || end < start)
            throw new InvalidDataException($"{path}: from \"{from}\" to \"{to}\" is no place in a text.");
        var first = Offset(text, start);
        return new Mention(first, Offset(text, end) - first);
    }

    private static int Offset(string text, int characters)
    {
        var bytes = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (characters-- == 0)
                break;
            bytes += rune.Utf8SequenceLength;
        }
        return bytes;
    }
}
