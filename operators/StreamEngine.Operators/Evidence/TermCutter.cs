using System.Buffers;
using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Text;

namespace StreamEngine.Operators;

/// <summary>
/// The terms of a text: its words and hashtags, folded, each once, in the order of the text. Left out are stop words of its language, words
/// of fewer than three letters, numbers, links, handles, and the brand's own names: what the mention covers, and the words of its name.
/// </summary>
internal sealed class TermCutter
{
    private const int MinLength = 3;
    private const int MaxLength = 40;

    private static readonly SearchValues<byte> _signs = SearchValues.Create("0123456789_-'"u8);

    private readonly List<Term> _terms = [];
    private readonly ByteArena _words = new();
    private readonly HashSet<ulong> _seen = [];
    private readonly byte[] _folded = new byte[TextFolding.MaxFoldedLength(SamplePost.MaxText)];

    /// <summary>Cuts a post's text. The list is valid until the next call.</summary>
    /// <param name="post">The post. Where its language is absent or unknown, the stop words of all languages count.</param>
    /// <param name="names">Words that are left out, as <see cref="Names"/> gives them.</param>
    public ReadOnlySpan<Term> Cut(EvidencePost post, HashSet<ulong> names)
    {
        _terms.Clear();
        _words.Clear();
        _seen.Clear();
        var stop = StopWords.Of(post.Language);
        var tokens = new Tokenizer(post.Utf8);
        while (tokens.MoveNext(out var token))
        {
            var isMention = token.Start < post.MentionStart + post.MentionLength && token.End > post.MentionStart;
            if (token.Kind is TokenKind.Word or TokenKind.Hashtag && !isMention)
            {
                Take(post.Utf8.AsSpan(token.Start, token.Length), token.Kind, stop, names);
            }
        }

        return CollectionsMarshal.AsSpan(_terms);
    }

    /// <summary>The word of a term of the last text.</summary>
    public string Text(in Term term) => Encoding.UTF8.GetString(_words.Buffer.AsSpan(term.Start, term.Length));

    /// <summary>Adds the words of a brand's name or of a mention, single and written as one.</summary>
    public static void Names(ReadOnlySpan<byte> name, HashSet<ulong> names)
    {
        var folded = new byte[TextFolding.MaxFoldedLength(name.Length)];
        var length = TextFolding.Fold(name, folded);
        var joined = new List<byte>();
        var tokens = new Tokenizer(folded.AsSpan(0, length));
        while (tokens.MoveNext(out var token))
        {
            var word = folded.AsSpan(token.Start, token.Length).TrimStart("#@"u8);
            if (token.Kind is TokenKind.Word or TokenKind.Hashtag or TokenKind.Handle or TokenKind.Number)
            {
                names.Add(Hash64.Of(word));
                joined.AddRange(word);
            }
        }

        names.Add(Hash64.Of(CollectionsMarshal.AsSpan(joined)));
    }

    private void Take(ReadOnlySpan<byte> token, TokenKind kind, FrozenSet<ulong> stop, HashSet<ulong> names)
    {
        var length = TextFolding.Fold(token, _folded);
        ReadOnlySpan<byte> word = _folded.AsSpan(0, length);
        if (kind == TokenKind.Hashtag)
        {
            word = word.TrimStart((byte)'#');
        }
        else if (!stop.Contains(Hash64.Of(word)))
        {
            word = Stem(word);
        }

        var hash = Hash64.Of(word);
        if (word.Length is >= MinLength and <= MaxLength && HasLetters(word) && !stop.Contains(hash) && !names.Contains(hash) && _seen.Add(hash))
        {
            _terms.Add(new Term(hash, _words.Length, word.Length));
            _words.Append(word);
        }
    }

    /// <summary>The longest part between apostrophes: "l'aereo" is "aereo", "airline's" is "airline".</summary>
    private static ReadOnlySpan<byte> Stem(ReadOnlySpan<byte> word)
    {
        ReadOnlySpan<byte> longest = default;
        foreach (var range in word.Split((byte)'\''))
        {
            longest = word[range].Length > longest.Length ? word[range] : longest;
        }

        return longest;
    }

    private static bool HasLetters(ReadOnlySpan<byte> word) => word.ContainsAnyExcept(_signs);
}

/// <summary>A folded word.</summary>
/// <param name="Hash">Its <see cref="Hash64"/>.</param>
/// <param name="Start">Where <see cref="TermCutter"/> has it.</param>
/// <param name="Length">Its length in bytes.</param>
internal readonly record struct Term(ulong Hash, int Start, int Length);
