using System.Runtime.CompilerServices;
using System.Text;
using StreamEngine.Text;

namespace StreamEngine.Operators;

/// <summary>A brand that a text mentions, and where it does so first, in bytes of the text.</summary>
internal readonly record struct Mention(int Brand, int Start, int Length);

/// <summary>Finds the brands in texts, one after another. Holds what it needs for that; not for several threads at once.</summary>
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
    private Mention[] _mentions = new Mention[16];
    private int _hitCount;
    private int _mentionCount;
    private int _foldedLength;
    private int _text;

    /// <summary>The brands that a text mentions, in the order of their file. Valid until the next call.</summary>
    public ReadOnlySpan<Mention> Find(ReadOnlySpan<byte> text)
    {
        _hitCount = 0;
        _mentionCount = 0;
        if (_text++ == int.MaxValue)
        {
            Array.Clear(_patternSeen);
            Array.Clear(_brandSeen);
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
        if (pattern.Exact is not null && !pattern.IsWrittenAs(text[TextFolding.SourceOffset(text, start)..TextFolding.SourceOffset(text, end)]))
        {
            return;
        }

        _patternSeen[number] = _text;
        if (_hitCount == _hits.Length)
        {
            Array.Resize(ref _hits, _hitCount * 2);
        }

        _hits[_hitCount++] = new Hit(number, start, end);
    }

    private static bool IsBehindWord(ReadOnlySpan<byte> before) =>
        Rune.DecodeLastFromUtf8(before, out var rune, out _) == System.Buffers.OperationStatus.Done && (Rune.IsLetterOrDigit(rune) || rune.Value == '_');

    /// <summary>Decides for each occurrence which brands it means.</summary>
    private void Resolve()
    {
        for (var i = 0; i < _hitCount; i++)
        {
            foreach (var use in brands.Uses[_hits[i].Pattern])
            {
                var rules = brands.Rules[use.Brand];
                if ((!use.NeedsContext || AnySeen(rules.Context)) && !AnySeen(rules.NeverWith) && !IsExcluded(_hits[i], rules.Exclude))
                {
                    Mention(use.Brand, _hits[i]);
                }
            }
        }
    }

    private void Mention(int brand, Hit hit)
    {
        if (_brandSeen[brand] == _text)
        {
            ref var mention = ref _mentions[_brandMention[brand]];
            if (hit.Start < mention.Start)
            {
                mention = new Mention(brand, hit.Start, hit.End - hit.Start);
            }

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
    private bool IsExcluded(Hit hit, int[] exclusions)
    {
        if (!AnySeen(exclusions))
        {
            return false;
        }

        foreach (ref readonly var other in _hits.AsSpan(0, _hitCount))
        {
            if (other.Start <= hit.Start && other.End >= hit.End && Array.IndexOf(exclusions, other.Pattern) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Turns places in the folded text into places in the text.</summary>
    private void ToSource(ReadOnlySpan<byte> text, Span<Mention> mentions)
    {
        // Folded ASCII of unchanged length has every byte in its place: nothing that folding cuts is ASCII but HTML entities.
        if (_foldedLength == text.Length && Ascii.IsValid(text))
        {
            return;
        }

        foreach (ref var mention in mentions)
        {
            var start = TextFolding.SourceOffset(text, mention.Start);
            mention = new Mention(mention.Brand, start, TextFolding.SourceOffset(text[start..], mention.Length));
        }
    }

    private readonly record struct Hit(int Pattern, int Start, int End);
}
