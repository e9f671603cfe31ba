using System.Runtime.CompilerServices;
using System.Text;
using StreamEngine.Text;

namespace StreamEngine.Operators;

/// <summary>A brand that a text mentions, and where it does so first, in bytes of the text.</summary>
internal readonly record struct Mention(int Brand, int Start, int Length);

/// <summary>Finds the brands in texts, one after another. Holds what it needs for that; not for several threads at once.</summary>
/// <remarks>What it does grows with a text's length n by no more than n log n, whatever the text repeats.</remarks>
internal sealed class BrandMatcher(BrandSet brands)
{
    private readonly int[] _patternSeen = new int[brands.Patterns.Length];
    private readonly int[] _brandSeen = new int[brands.Names.Length];
    private readonly int[] _brandMention = new int[brands.Names.Length];
    private readonly WordCutter _cutter = new();
    private byte[] _folded = new byte[4096];
    private ulong[] _hashes = new ulong[256];
    private int[] _candidates = new int[256];
    private int[] _starts = new int[256];
    private Hit[] _hits = new Hit[64];
    private Hit[] _exclusions = new Hit[16];
    private int[] _sources = [];
    private Mention[] _mentions = new Mention[16];
    private int _hitCount;
    private int _exclusionCount;
    private int _mentionCount;
    private int _foldedLength;
    private int _sourcesOf;
    private bool _isInPlace;
    private int _text;

    /// <summary>The brands that a text mentions, in the order of their file. Valid until the next call.</summary>
    public ReadOnlySpan<Mention> Find(ReadOnlySpan<byte> text)
    {
        _hitCount = _exclusionCount = _mentionCount = 0;
        if (_text++ == int.MaxValue)
        {
            Array.Clear(_patternSeen);
            Array.Clear(_brandSeen);
            _sourcesOf = 0;
            _text = 1;
        }

        Fold(text);
        Scan(text);
        if (_hitCount == 0)
        {
            return [];
        }

        Resolve();
        var mentions = _mentions.AsSpan(0, _mentionCount);
        if (mentions.Length > 1)
        {
            mentions.Sort(static (a, b) => a.Brand.CompareTo(b.Brand));
        }

        ToSource(text, mentions);
        return mentions;
    }

    private void Fold(ReadOnlySpan<byte> text)
    {
        var room = TextFolding.MaxFoldedLength(text.Length) + WordCutter.Slack;
        if (_folded.Length < room)
        {
            _folded = new byte[Math.Max(room, _folded.Length * 2)];
        }

        _foldedLength = TextFolding.Fold(text, _folded);
    }

    private void Scan(ReadOnlySpan<byte> text)
    {
        var words = brands.Words;
        var count = _cutter.Cut(_folded, _foldedLength);
        var edges = _cutter.Edges.AsSpan(0, count);
        if (_hashes.Length < count / 2)
        {
            (_hashes, _candidates) = (new ulong[count], new int[count]);
        }

        var candidates = words.Candidates(ref _folded[0], edges, _hashes, _candidates);
        var (state, known, lastEnd, previous) = (PhraseAutomaton.Start, 0, 0, -1);
        foreach (var at in _candidates.AsSpan(0, candidates))
        {
            var (start, end) = (edges[2 * at], edges[(2 * at) + 1]);
            var word = words.Find(_hashes[at], ref _folded[start], end - start);
            if (word < 0 || at != previous + 1)
            {
                (state, known) = (PhraseAutomaton.Start, 0);
            }

            previous = at;
            if (word < 0)
            {
                continue;
            }

            var gap = 0UL;
            if (state != PhraseAutomaton.Start && !BrandPattern.TryPackGap(_folded.AsSpan(lastEnd, start - lastEnd), out gap))
            {
                (state, known) = (PhraseAutomaton.Start, 0);
            }

            if (known == _starts.Length)
            {
                Array.Resize(ref _starts, known * 2);
            }

            _starts[known++] = start;
            state = brands.Phrases.Next(state, gap, word);
            lastEnd = end;
            for (var report = brands.Phrases.FirstReport(state); report != 0; report = brands.Phrases.NextReport(report))
            {
                foreach (var pattern in brands.Phrases.Patterns(report))
                {
                    Report(text, pattern, _starts[known - brands.Patterns[pattern].Words.Length], end);
                }
            }
        }
    }

    /// <summary>Takes in an occurrence of a pattern's words, if what must stand around them does.</summary>
    private void Report(ReadOnlySpan<byte> text, int number, int start, int end)
    {
        var pattern = brands.Patterns[number];
        var before = _folded.AsSpan(0, start);
        if (pattern.Prefix.Length == 0)
        {
            // Within a handle or behind the @ of a mail address a word means nothing.
            if (start > 0 && before[^1] == '@')
            {
                return;
            }
        }
        else if (!before.EndsWith(pattern.Prefix) || (pattern.Prefix[0] == '@' && IsBehindWord(before[..^pattern.Prefix.Length])))
        {
            return;
        }

        if (pattern.Suffix.Length > 0 && !_folded.AsSpan(end, _foldedLength - end).StartsWith(pattern.Suffix))
        {
            return;
        }

        start -= pattern.Prefix.Length;
        end += pattern.Suffix.Length;
        if (pattern.Exact is not null && !pattern.IsWrittenAs(text[SourceOf(text, start)..SourceOf(text, end)]))
        {
            return;
        }

        _patternSeen[number] = _text;
        Append(ref _hits, ref _hitCount, new Hit(number, start, end));
        if (brands.Excludes[number])
        {
            Append(ref _exclusions, ref _exclusionCount, new Hit(number, start, end));
        }
    }

    private static void Append(ref Hit[] hits, ref int count, Hit hit)
    {
        if (count == hits.Length)
        {
            Array.Resize(ref hits, count * 2);
        }

        hits[count++] = hit;
    }

    private static bool IsBehindWord(ReadOnlySpan<byte> before) =>
        Rune.DecodeLastFromUtf8(before, out var rune, out _) == System.Buffers.OperationStatus.Done && (Rune.IsLetterOrDigit(rune) || rune.Value == '_');

    /// <summary>Decides for each occurrence which brands it means.</summary>
    private void Resolve()
    {
        if (_exclusionCount > 1)
        {
            _exclusions.AsSpan(0, _exclusionCount).Sort(static (a, b) => a.Pattern != b.Pattern ? a.Pattern.CompareTo(b.Pattern) : a.Start.CompareTo(b.Start));
        }

        foreach (ref readonly var hit in _hits.AsSpan(0, _hitCount))
        {
            foreach (var use in brands.Uses[hit.Pattern])
            {
                if (_brandSeen[use.Brand] == _text && _mentions[_brandMention[use.Brand]].Start <= hit.Start)
                {
                    continue; // the first place counts
                }

                var rules = brands.Rules[use.Brand];
                if ((!use.NeedsContext || AnySeen(rules.Context)) && !AnySeen(rules.NeverWith) && !IsExcluded(hit, rules.Exclude))
                {
                    Mention(use.Brand, hit);
                }
            }
        }
    }

    private void Mention(int brand, Hit hit)
    {
        if (_brandSeen[brand] == _text)
        {
            _mentions[_brandMention[brand]] = new Mention(brand, hit.Start, hit.End - hit.Start);
            return;
        }

        if (_mentionCount == _mentions.Length)
        {
            Array.Resize(ref _mentions, _mentionCount * 2);
        }

        _brandSeen[brand] = _text;
        _brandMention[brand] = _mentionCount;
        _mentions[_mentionCount++] = new Mention(brand, hit.Start, hit.End - hit.Start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool AnySeen(int[] patterns)
    {
        foreach (var pattern in patterns)
        {
            if (_patternSeen[pattern] == _text)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether an occurrence lies within one of <paramref name="exclusions"/>.</summary>
    private bool IsExcluded(in Hit hit, int[] exclusions)
    {
        foreach (var pattern in exclusions)
        {
            if (_patternSeen[pattern] == _text && LastEnd(pattern, hit.Start) >= hit.End)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The end of the last occurrence of an exclusion that starts no later than <paramref name="start"/>, or -1. Of one pattern, what starts later ends later.</summary>
    private int LastEnd(int pattern, int start)
    {
        var (from, to) = (0, _exclusionCount);
        while (from < to)
        {
            var middle = (from + to) >>> 1;
            ref readonly var other = ref _exclusions[middle];
            if (other.Pattern < pattern || (other.Pattern == pattern && other.Start <= start))
            {
                from = middle + 1;
            }
            else
            {
                to = middle;
            }
        }

        return from > 0 && _exclusions[from - 1].Pattern == pattern ? _exclusions[from - 1].End : -1;
    }

    /// <summary>Turns places in the folded text into places in the text.</summary>
    private void ToSource(ReadOnlySpan<byte> text, Span<Mention> mentions)
    {
        // Of a few the places are found sooner than those of all bytes.
        var few = mentions.Length <= 2 && _sourcesOf != _text;
        if (few && IsInPlace(text))
        {
            return;
        }

        foreach (ref var mention in mentions)
        {
            var start = few ? TextFolding.SourceOffset(text, mention.Start) : SourceOf(text, mention.Start);
            var end = few ? start + TextFolding.SourceOffset(text[start..], mention.Length) : SourceOf(text, mention.Start + mention.Length);
            mention = new Mention(mention.Brand, start, end - start);
        }
    }

    /// <summary>The offset of the character that a byte of the folded text came from.</summary>
    private int SourceOf(ReadOnlySpan<byte> text, int folded)
    {
        if (_sourcesOf != _text)
        {
            FindSources(text);
        }

        return _isInPlace ? folded : folded == _foldedLength ? text.Length : _sources[folded];
    }

    private void FindSources(ReadOnlySpan<byte> text)
    {
        _sourcesOf = _text;
        _isInPlace = IsInPlace(text);
        if (_isInPlace)
        {
            return;
        }

        if (_sources.Length < _foldedLength)
        {
            _sources = new int[_folded.Length];
        }

        TextFolding.Fold(text, _folded.AsSpan(0, _foldedLength), _sources.AsSpan(0, _foldedLength));
    }

    // Folded ASCII of unchanged length has every byte in its place: nothing that folding cuts is ASCII but HTML entities.
    private bool IsInPlace(ReadOnlySpan<byte> text) => _foldedLength == text.Length && Ascii.IsValid(text);

    private readonly record struct Hit(int Pattern, int Start, int End);
}
