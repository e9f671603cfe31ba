using StreamEngine.Text;
using StreamEngine.Text.Features;
using StreamEngine.Text.Mentions;
using StreamEngine.Text.Sentiment;

namespace StreamEngine.Tests.Text.Mentions;

/// <summary>What <see cref="MentionScorer"/> says, without a mention model, worked out anew for each mention and word.</summary>
internal sealed class PlainMentionScorer(SentimentModel model)
{
    private readonly UnitCache _cache = new(model);
    private readonly SentimentOutput _output = new(model.Weights);

    public SentimentScore Score(byte[] text, Mention[] mentions, int target, ref MentionInputs inputs)
    {
        var units = new Unit[MentionInputs.UnitsRead];
        units = units[..new PostReader(text).Read(units)];
        var places = Places(text, units);
        var clauses = new ClauseFeatures();
        SentimentSums sums = default, whole = default;
        var compared = false;
        var mention = mentions[target];
        for (var i = 0; i < units.Length; i++)
        {
            var unit = units[i];
            if (unit.Kind == UnitKind.Break)
            {
                clauses.Next(0, false, UnitKind.Break, TokenFlags.None, default);
                continue;
            }
            var own = Distance(units, places, i, mention);
            var others = mentions.Where((_, m) => m != target).Select(m => Distance(units, places, i, m)).DefaultIfEmpty(int.MaxValue).Min();
            var weight = own < others ? own <= 12 ? 8 : own <= 24 ? 6 : 4
                : own == others ? 4
                : own - others <= 2 ? 2 : 1;
            var entry = _cache.Get(in unit, text);
            var keys = new uint[ClauseFeatures.MostPerUnit];
            var added = clauses.Next(entry.Word, entry.Negates != 0, unit.Kind, unit.Flags, keys);
            sums.Add(in entry, weight);
            whole.Add(in entry, 1);
            inputs.Add(entry.Word, weight, own, unit.Start < mention.Start);
            foreach (var key in keys[..added])
            {
                sums.AddClause(model.FindClause(key), weight);
                whole.AddClause(model.FindClause(key));
                inputs.AddClause(key, weight);
            }
            compared |= unit.Kind == UnitKind.Word && ClauseMarks.Of(entry.Word) == ClauseMark.Compares
                && unit.Start < mention.Start && mention.Start - (unit.Start + unit.Length) <= 8;
        }
        _output.Probabilities(in sums, out var score);
        _output.Probabilities(in whole, out var post);
        if (compared)
            score = new SentimentScore(score.Positive, score.Neutral, score.Negative);
        inputs.SetDense(score, post);
        return score;
    }

    private int[] Places(byte[] text, Unit[] units)
    {
        var places = new int[units.Length];
        var place = 0;
        for (var i = 0; i < units.Length; i++)
        {
            var first = text[units[i].Start];
            if (units[i].Kind == UnitKind.Symbol && first is (byte)'!' or (byte)'?' or (byte)'.')
            {
                places[i] = place + 1;
                place += 14;
                continue;
            }
            place += units[i].Kind switch
            {
                UnitKind.Break => first == (byte)'.' ? 14 : 5,
                UnitKind.Word => ClauseMarks.Of(_cache.Get(in units[i], text).Word) switch { ClauseMark.Turns => 8, ClauseMark.Joins => 2, _ => 1 },
                _ => 0,
            };
            places[i] = place;
        }
        return places;
    }

    private static int Distance(Unit[] units, int[] places, int unit, Mention mention)
    {
        var first = Array.FindIndex(units, u => u.Start + u.Length > mention.Start);
        if (first < 0)
            return int.MaxValue / 2;
        var last = Math.Max(first, Array.FindLastIndex(units, u => u.Start < mention.Start + mention.Length));
        return unit < first ? places[first] - places[unit] : unit > last ? places[unit] - places[last] : 0;
    }
}
