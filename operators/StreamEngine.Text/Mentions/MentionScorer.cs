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

    /// <summary>From a mention behind the last unit read to any unit.</summary>
    private const int NoDistance = int.MaxValue / 2;

    /// <summary>How many bytes before a mention a word that compares ends at most.</summary>
    private const int CompareReach = 8;

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
    private readonly int[] _nearest = new int[UnitsRead];
    private readonly int[] _second = new int[UnitsRead];
    private readonly uint[] _keys = new uint[UnitsRead * ClauseFeatures.MostPerUnit];
    private readonly ulong[] _clauses = new ulong[UnitsRead * ClauseFeatures.MostPerUnit];
    private readonly int[] _keyEnds = new int[UnitsRead];
    private readonly MentionModel? _mentions;
    private readonly uint[] _rows = new uint[MentionInputs.Most];
    private readonly float[] _dense = new float[MentionModel.DenseInputs];
    private SentimentScore _post;

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
        var count = Read(utf8, mentions);
        var inputs = new MentionInputs(_rows, _dense);
        var far = -1;
        for (var i = 0; i < mentions.Length; i++)
        {
            // Far behind the last unit read one mention is like the other: a long list of names costs no more than its beginning.
            var isFar = count > 0 && mentions[i].Start > EndOf(count - 1) + CompareReach;
            if (isFar && far >= 0)
            {
                scores[i] = scores[far];
                continue;
            }
            scores[i] = ScoreOne(utf8, count, mentions[i], ref inputs);
            if (_mentions is not null)
                scores[i] = Learned(_mentions, inputs);
            far = isFar ? i : far;
        }
    }

    /// <summary>What a <see cref="MentionModel"/> learns from: the inputs for one mention of a post.</summary>
    internal int Describe(ReadOnlySpan<byte> utf8, ReadOnlySpan<Mention> mentions, int target, Span<uint> features, Span<float> dense)
    {
        var count = Read(utf8, mentions);
        var inputs = new MentionInputs(features, dense);
        ScoreOne(utf8, count, mentions[target], ref inputs);
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

    /// <summary>Reads a post and what all of its mentions share: the units with their places and clause features, the whole post's score.</summary>
    private int Read(ReadOnlySpan<byte> text, ReadOnlySpan<Mention> mentions)
    {
        var count = new PostReader(text).Read(_units);
        var clauses = new ClauseFeatures();
        var whole = default(SentimentSums);
        int place = 0, keys = 0;
        for (var i = 0; i < count; i++)
        {
            ref readonly var unit = ref _units[i];
            _marks[i] = ClauseMark.None;
            if (unit.Kind == UnitKind.Break)
                clauses.Next(0, false, UnitKind.Break, TokenFlags.None, default);
            else
            {
                ref readonly var entry = ref _cache.Get(in unit, text);
                if (unit.Kind == UnitKind.Word)
                    _marks[i] = ClauseMarks.Of(entry.Word);
                whole.Add(in entry, 1);
                var end = keys + clauses.Next(entry.Word, entry.Negates != 0, unit.Kind, unit.Flags, _keys.AsSpan(keys));
                for (; keys < end; keys++)
                {
                    _clauses[keys] = _model.FindClause(_keys[keys]);
                    whole.AddClause(_clauses[keys]);
                }
            }
            _keyEnds[i] = keys;
            Place(text, i, ref place);
        }
        _output.Probabilities(in whole, out _post);
        FindNearest(count, mentions);
        return count;
    }

    /// <summary>Places a unit on a line behind those before it: the distance between two is that of their places.</summary>
    private void Place(ReadOnlySpan<byte> text, int i, ref int place)
    {
        ref readonly var unit = ref _units[i];
        if (unit.Kind == UnitKind.Break)
            place += text[unit.Start] == (byte)'.' ? SentenceDistance : ClauseDistance;
        else if (unit.Kind == UnitKind.Word)
            place += _marks[i] == ClauseMark.Turns ? TurnDistance : _marks[i] == ClauseMark.Joins ? JoinDistance : 1;
        else if (text[unit.Start] is (byte)'!' or (byte)'?' or (byte)'.')
        {
            // The sign still belongs to what it ends.
            _places[i] = place + 1;
            place += SentenceDistance;
            return;
        }
        _places[i] = place;
    }

    /// <summary>Finds how far each unit's nearest and second-nearest mention are.</summary>
    private void FindNearest(int count, ReadOnlySpan<Mention> mentions)
    {
        var nearest = _nearest.AsSpan(0, count);
        var second = _second.AsSpan(0, count);
        nearest.Fill(int.MaxValue);
        second.Fill(int.MaxValue);
        var beyond = 0;
        foreach (var mention in mentions)
        {
            var (first, last) = Find(mention, count);
            // Behind the last unit read all are equally far: two of them stand for any number.
            if (first == count && ++beyond > 2)
                continue;
            for (var i = 0; i < count; i++)
            {
                var distance = Distance(i, first, last, count);
                second[i] = Math.Min(second[i], Math.Max(nearest[i], distance));
                nearest[i] = Math.Min(nearest[i], distance);
            }
        }
    }

    private SentimentScore ScoreOne(ReadOnlySpan<byte> text, int count, Mention mention, ref MentionInputs inputs)
    {
        var (first, last) = Find(mention, count);
        var sums = default(SentimentSums);
        var compared = false;
        var key = 0;
        inputs.Clear();
        for (var i = 0; i < count; i++)
        {
            ref readonly var unit = ref _units[i];
            if (unit.Kind == UnitKind.Break)
                continue;
            var distance = Distance(i, first, last, count);
            var weight = Weight(distance, distance == _nearest[i] ? _second[i] : _nearest[i]);
            ref readonly var entry = ref _cache.Get(in unit, text);
            sums.Add(in entry, weight);
            inputs.Add(entry.Word, weight, distance, unit.Start < mention.Start);
            for (; key < _keyEnds[i]; key++)
            {
                sums.AddClause(_clauses[key], weight);
                inputs.AddClause(_keys[key], weight);
            }
            compared |= _marks[i] == ClauseMark.Compares && unit.Start < mention.Start && mention.Start - EndOf(i) <= CompareReach;
        }
        _output.Probabilities(in sums, out var score);
        if (compared)
            score = new SentimentScore(score.Positive, score.Neutral, score.Negative);
        inputs.SetDense(score, _post);
        return score;
    }

    /// <summary>How much a unit counts for a mention, 0 to <see cref="OwnWeight"/>, by its distance and that of the nearest other mention.</summary>
    private static int Weight(int own, int nearest)
    {
        if (own < nearest)
            return own <= 12 ? OwnWeight : own <= 24 ? OwnWeight * 3 / 4 : OwnWeight / 2;
        return own == nearest ? OwnWeight / 2 : own - nearest <= 2 ? 2 : 1;
    }

    /// <summary>How far a unit is from the mention that stands from unit <paramref name="first"/> to <paramref name="last"/>.</summary>
    private int Distance(int unit, int first, int last, int count)
    {
        if (first == count)
            return NoDistance;
        return unit < first ? _places[first] - _places[unit] : unit > last ? _places[unit] - _places[last] : 0;
    }

    /// <summary>The first and last unit of a mention; where it lies between units, the one behind it; behind the last, their number.</summary>
    private (int First, int Last) Find(Mention mention, int count)
    {
        int first = 0, end = count;
        while (first < end)
        {
            var middle = (first + end) / 2;
            if (EndOf(middle) > mention.Start)
                end = middle;
            else
                first = middle + 1;
        }
        var last = first;
        while (last + 1 < count && _units[last + 1].Start < mention.Start + mention.Length)
            last++;
        return (first, last);
    }

    private int EndOf(int unit) => _units[unit].Start + _units[unit].Length;
}
