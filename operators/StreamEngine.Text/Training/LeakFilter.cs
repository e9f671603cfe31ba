using StreamEngine.Text.Features;

namespace StreamEngine.Text.Training;

/// <summary>
/// Keeps texts that also stand in a validation set out of training. Texts are compared by what they say: lower case,
/// without diacritics, links, handles, entities and signs; letters and digits only. So copies match that were tokenised,
/// masked or shortened by their links.
/// </summary>
public sealed class LeakFilter
{
    private readonly HashSet<ulong> _held = [];

    /// <summary>Holds a text back.</summary>
    public void Hold(ReadOnlySpan<byte> text)
    {
        if (Key(text) is { } key)
            _held.Add(key);
    }

    /// <summary>Whether the text is one of those held back.</summary>
    public bool Holds(ReadOnlySpan<byte> text) => Key(text) is { } key && _held.Contains(key);

    /// <summary>The texts that are not held back, in their order.</summary>
    public List<LabelledText> Keep(IEnumerable<LabelledText> texts) => [.. texts.Where(text => !Holds(text.Text))];

    /// <summary>
    /// The classes of a set's language of which most texts are held back. What is left of such a set teaches that its
    /// language has the classes that remain: better another set validates, or the whole set is left out.
    /// </summary>
    /// <param name="texts">All texts.</param>
    /// <param name="fewest">The number of texts below which a class is not looked at.</param>
    public List<ClassLoss> Losses(IEnumerable<LabelledText> texts, int fewest = 20) =>
    [
        .. texts.GroupBy(text => (text.Set, text.Language, text.Label))
            .Select(own => new ClassLoss(own.Key.Set, own.Key.Language, own.Key.Label, own.Count(), own.Count(text => Holds(text.Text))))
            .Where(loss => loss.Texts >= fewest && 2 * loss.Held > loss.Texts)
            .OrderBy(loss => loss.Set, StringComparer.Ordinal).ThenBy(loss => loss.Language, StringComparer.Ordinal).ThenBy(loss => loss.Label),
    ];

    /// <summary>A hash of what the text says; null where nothing is left of it.</summary>
    public static ulong? Key(ReadOnlySpan<byte> text)
    {
        var said = new List<byte>(text.Length);
        var tokens = new Tokenizer(text);
        Span<byte> folded = stackalloc byte[512];
        while (tokens.MoveNext(out var token))
        {
            if (token.Kind is not (TokenKind.Word or TokenKind.Number or TokenKind.Hashtag))
                continue;
            var length = TextFolding.Fold(text.Slice(token.Start, Math.Min(token.Length, 160)), folded);
            var word = folded[..length];
            // Published copies mask links and handles by these words.
            if (word.SequenceEqual("http"u8) || word.SequenceEqual("https"u8) || word.SequenceEqual("rt"u8))
                continue;
            foreach (var b in word)
            {
                if (b >= 0x80 || (uint)(b - 'a') < 26 || (uint)(b - '0') < 10)
                    said.Add(b);
            }
        }
        return said.Count == 0 ? null : WordHash.OfBytes(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(said));
    }
}
