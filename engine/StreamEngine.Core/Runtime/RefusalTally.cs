using System.Globalization;
using System.Text;

namespace StreamEngine.Core.Runtime;

/// <summary>Why records of a run became dead letters: how often for each reason, and where first. Keeps a hundred reasons; further ones are counted together.</summary>
public sealed class RefusalTally
{
    private const int MostReasons = 100;
    private const int MostShown = 3;

    private readonly Dictionary<(string Operator, string Error), (long Count, long First)> _reasons = [];
    private long _further;

    /// <summary>Records that were refused.</summary>
    public long Count { get; private set; }

    /// <summary>Takes in a dead letter as a task has written it.</summary>
    public void Take(in OutputRecord record)
    {
        Count++;
        var (op, error, offset) = ("", "", 0L);
        var headers = record.Headers;
        while (RecordHeaders.TryRead(ref headers, out var name, out var value))
        {
            if (name.SequenceEqual("operator"u8))
            {
                op = Encoding.UTF8.GetString(value);
            }
            else if (name.SequenceEqual("error"u8))
            {
                error = Encoding.UTF8.GetString(value);
            }
            else if (name.SequenceEqual("offset"u8))
            {
                offset = long.Parse(value, CultureInfo.InvariantCulture);
            }
        }

        if (_reasons.TryGetValue((op, error), out var known))
        {
            _reasons[(op, error)] = known with { Count = known.Count + 1 };
        }
        else if (_reasons.Count < MostReasons)
        {
            _reasons[(op, error)] = (1, offset);
        }
        else
        {
            _further++;
        }
    }

    /// <summary>Lines for a user: the reasons met most often, and what to look at where nothing at all could be read. None where nothing was refused.</summary>
    /// <param name="consumed">Records of the run.</param>
    /// <param name="what">What has a number: "line".</param>
    /// <param name="numberOfZero">The number of the one at offset 0.</param>
    public IEnumerable<string> Tell(long consumed, string what, int numberOfZero)
    {
        if (Count == 0)
        {
            yield break;
        }

        yield return string.Create(CultureInfo.InvariantCulture, $"{Count:N0} of {consumed:N0} posts were refused:");
        var shown = _reasons.OrderByDescending(reason => reason.Value.Count).ThenBy(reason => reason.Key.Error, StringComparer.Ordinal).Take(MostShown).ToList();
        foreach (var (reason, (count, first)) in shown)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"  {count:N0} by {reason.Operator}, first {what} {first + numberOfZero}: {reason.Error}");
        }

        if (_reasons.Count > shown.Count)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"  {Count - shown.Sum(reason => reason.Value.Count):N0} for other reasons{(_further > 0 ? "" : $" ({_reasons.Count - shown.Count})")}");
        }

        if (Count == consumed)
        {
            yield return "  not one could be read: does the graph name the right properties? decode: { time: created_at, text: message, author: user.name }";
        }
    }
}
