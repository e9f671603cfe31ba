using System.Runtime.CompilerServices;
using StreamEngine.Text.Features;
using StreamEngine.Text.Sentiment;

namespace StreamEngine.Text.Mentions;

/// <summary>Where a brand is mentioned in a post.</summary>
/// <param name="Start">Offset of the first byte.</param>
/// <param name="Length">Length in bytes.</param>
public readonly record struct Mention(int Start, int Length);

/// <summary>
/// Scores what a post says of each thing it mentions. Every word belongs to the mention that it is nearest to, where
/// the ends of clauses and sentences and words of contrast count as distance; a mention's score is the sentiment
/// model's on the post with its own words in full and the others' words faint. A mention that something else is
/// compared with ("better than …") gets the opposite. A post with one mention scores nearly as a whole.
/// </summary>
/// <remarks>One per thread. It allocates nothing after construction.</remarks>
public sealed class MentionScorer
{
    /// <summary>What lies between a word and a mention, in words of distance.</summary>
    private const int JoinDistance = 2, ClauseDistance = 5, TurnDistance = 8, SentenceDistance = 14;

    private const int UnitsRead = MentionInputs.UnitsRead;
    private const int OwnWeight = 8;

    /// <summary>The share of the mention model in the mean of logarithms.</summary>
    private const float LearnedShare = 0.7f;

    private readonly SentimentModel _model;
    private readonly UnitCache _cache;
    private readonly SentimentOutput _output;
    private readonly Unit[] _units = new Unit[UnitsRead];
    private readonly int[] _places = new int[UnitsRead];
    private readonly ClauseMark[] _marks = new ClauseMark[UnitsRead];
    private readonly uint[] _keys = new uint[ClauseFeatures.MostPerUnit];
    private readonly MentionModel? _mentions;
    private readonly uint[] _rows = new uint[MentionInputs.Most];
    private readonly float[] _dense = new float[MentionModel.DenseInputs];

    /// <summary>Makes a scorer.</summary>
    /// <param name="model">The sentiment model; it may be shared.</param>
    /// <param name="mentions">What was learned about mentions; null: distance alone decides.</param>
    public MentionScorer(SentimentModel model, MentionModel? mentions = null)
        : this(new SentimentScorer(model), mentions)
    {
    }

    /// <summary>Makes a scorer that shares the cache of one for whole posts, on the same thread.</summary>
    /// <param name="posts">Whose model and cache to use.</param>
    /// <param name="mentions">What was learned about mentions; null: distance alone decides.</param>
    public MentionScorer(SentimentScorer posts, MentionModel? mentions = null)
    {
        ArgumentNullException.ThrowIfNull(posts);
        _model = posts.Model;
        _mentions = mentions;
        _cache = posts.Cache;
        _output = posts.Output;
    }

    /// <summary>Scores each mention of a post.</summary>
    /// <param name="utf8">The post in UTF-8; words beyond the 256th do not count.</param>
    /// <param name="mentions">The mentions in it, in any order.</param>
    /// <param name="scores">Receives a score per mention; at least as long as <paramref name="mentions"/>.</param>
    /// <exception cref="ArgumentException">There is too little room for the scores.</exception>
    [SkipLocalsInit]
    public void Score(ReadOnlySpan<byte> utf8, ReadOnlySpan<Mention> mentions, Span<SentimentScore> scores)
    {
        if (scores.Length < mentions.Length)
            throw new ArgumentException($"Room for {scores.Length} scores where {mentions.Length} mentions are.", nameof(scores));
        var count = new PostReader(utf8).Read(_units);
        Measure(utf8, count);
        var inputs = new MentionInputs(_rows, _dense);
        for (var i = 0; i < mentions.Length; i++)
        {
            scores[i] = ScoreOne(utf8, count, mentions, i, ref inputs);
            if (_mentions is not null)
                scores[i] = Learned(_mentions, inputs);
        }
    }

    /// <summary>What a <see cref="MentionModel"/> learns from: the inputs for one mention of a post.</summary>
    internal int Describe(ReadOnlySpan<byte> utf8, ReadOnlySpan<Mention> mentions, int target, Span<uint> features, Span<float> dense)
    {
        var count = new PostReader(utf8).Read(_units);
        Measure(utf8, count);
        var inputs = new MentionInputs(features, dense);
        ScoreOne(utf8, count, mentions, target, ref inputs);
        return inputs.Count;
    }

    private static SentimentScore Learned(MentionModel model, in MentionInputs inputs)
    {
        Span<float> odds = stackalloc float[MentionModel.Classes];
        odds.Clear();
        foreach (var feature in inputs.Features[..inputs.Count])
        {
            var row = (int)(feature >> (32 - model.Bits)) * MentionModel.Classes;
            for (var c = 0; c < odds.Length; c++)
                odds[c] += model.Rows[row + c];
        }
        var scale = model.Scale / MathF.Sqrt(Math.Max(1, inputs.Count));
        for (var c = 0; c < odds.Length; c++)
        {
            odds[c] *= scale;
            for (var i = 0; i < MentionModel.DenseInputs; i++)
                odds[c] += inputs.Dense[i] * model.Dense[(i * MentionModel.Classes) + c];
        }
        // What was learned stems from reviews and news; the mean with what the words say holds for other posts too.
        Normalize(odds);
        for (var c = 0; c < odds.Length; c++)
            odds[c] = (LearnedShare * MathF.Log(odds[c])) + ((1 - LearnedShare) * inputs.Dense[c]);
        Normalize(odds);
        return new SentimentScore(odds[0], odds[1], odds[2]);
    }

    private static void Normalize(Span<float> odds)
    {
        var top = MathF.Max(odds[0], MathF.Max(odds[1], odds[2]));
        var total = 0f;
        for (var c = 0; c < odds.Length; c++)
            total += odds[c] = MathF.Exp(odds[c] - top);
        for (var c = 0; c < odds.Length; c++)
            odds[c] /= total;
    }

    /// <summary>Places units on a line: the distance between two is that of their places.</summary>
    private void Measure(ReadOnlySpan<byte> text, int count)
    {
        var place = 0;
        for (var i = 0; i < count; i++)
        {
            ref readonly var unit = ref _units[i];
            _marks[i] = ClauseMark.None;
            if (unit.Kind == UnitKind.Break)
                place += text[unit.Start] == (byte)'.' ? SentenceDistance : ClauseDistance;
            else if (unit.Kind == UnitKind.Word)
            {
                _marks[i] = ClauseMarks.Of(_cache.Get(in unit, text).Word);
                place += _marks[i] == ClauseMark.Turns ? TurnDistance : _marks[i] == ClauseMark.Joins ? JoinDistance : 1;
            }
            else if (text[unit.Start] is (byte)'!' or (byte)'?' or (byte)'.')
            {
                // The sign still belongs to what it ends.
                _places[i] = place + 1;
                place += SentenceDistance;
                continue;
            }
            _places[i] = place;
        }
    }

    private SentimentScore ScoreOne(ReadOnlySpan<byte> text, int count, ReadOnlySpan<Mention> mentions, int target, ref MentionInputs inputs)
    {
        var clauses = new ClauseFeatures();
        SentimentSums sums = default, whole = default;
        var compared = false;
        inputs.Clear();
        for (var i = 0; i < count; i++)
        {
            ref readonly var unit = ref _units[i];
            if (unit.Kind == UnitKind.Break)
            {
                clauses.Next(0, false, UnitKind.Break, TokenFlags.None, default);
                continue;
            }
            var weight = Weight(i, count, mentions, target, out var distance);
            ref readonly var entry = ref _cache.Get(in unit, text);
            var added = clauses.Next(entry.Word, entry.Negates != 0, unit.Kind, unit.Flags, _keys);
            sums.Add(in entry, weight);
            whole.Add(in entry, 1);
            inputs.Add(entry.Word, weight, distance, unit.Start < mentions[target].Start);
            foreach (var key in _keys.AsSpan(0, added))
            {
                var clause = _model.FindClause(key);
                sums.AddClause(clause, weight);
                whole.AddClause(clause);
                inputs.AddClause(key, weight);
            }
            compared |= _marks[i] == ClauseMark.Compares && unit.Start < mentions[target].Start && mentions[target].Start - (unit.Start + unit.Length) <= 8;
        }
        _output.Probabilities(in sums, out var score);
        _output.Probabilities(in whole, out var post);
        if (compared)
            score = new SentimentScore(score.Positive, score.Neutral, score.Negative);
        inputs.SetDense(score, post);
        return score;
    }

    /// <summary>How much a unit counts for a mention, 0 to <see cref="OwnWeight"/>.</summary>
    private int Weight(int unit, int count, ReadOnlySpan<Mention> mentions, int target, out int own)
    {
        own = Distance(unit, count, mentions[target]);
        var nearest = int.MaxValue;
        for (var i = 0; i < mentions.Length; i++)
        {
            if (i != target)
                nearest = Math.Min(nearest, Distance(unit, count, mentions[i]));
        }
        if (own < nearest)
            return own <= 12 ? OwnWeight : own <= 24 ? OwnWeight * 3 / 4 : OwnWeight / 2;
        return own == nearest ? OwnWeight / 2 : own - nearest <= 2 ? 2 : 1;
    }

    private int Distance(int unit, int count, Mention mention)
    {
        // The places of the mention's first and last unit.
        int first = -1, last = -1;
        for (var i = 0; i < count; i++)
        {
            if (_units[i].Start + _units[i].Length <= mention.Start)
                continue;
            if (_units[i].Start >= mention.Start + mention.Length && first >= 0)
                break;
            first = first < 0 ? i : first;
            last = i;
        }
        if (first < 0)
            return int.MaxValue / 2;
        return unit < first ? _places[first] - _places[unit] : unit > last ? _places[unit] - _places[last] : 0;
    }
}
