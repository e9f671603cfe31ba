using System.Collections.Immutable;
using System.Text.Json;

namespace StreamEngine.Operators;

/// <summary>
/// Gives each expected row a row of its own that is as it must be, so that as many as possible have one: a matching in a bipartite graph,
/// by augmenting paths.
/// </summary>
internal sealed class RowMatching
{
    private readonly bool[,] _fits;
    private readonly int[] _rowOf;
    private readonly int[] _expectationOf;

    public RowMatching(ImmutableArray<RowExpectation> expected, IReadOnlyList<JsonElement> rows)
    {
        _fits = new bool[expected.Length, rows.Count];
        (_rowOf, _expectationOf) = (new int[expected.Length], new int[rows.Count]);
        _rowOf.AsSpan().Fill(-1);
        _expectationOf.AsSpan().Fill(-1);
        for (var e = 0; e < expected.Length; e++)
        {
            for (var r = 0; r < rows.Count; r++)
            {
                _fits[e, r] = expected[e].Differences(rows[r]).IsEmpty;
            }

            Augment(e, new bool[rows.Count]);
        }
    }

    /// <summary>Expectations without a row.</summary>
    public IEnumerable<int> Unmet => Enumerable.Range(0, _rowOf.Length).Where(e => _rowOf[e] < 0);

    /// <summary>Rows that nothing expects.</summary>
    public IEnumerable<int> Unexpected => Enumerable.Range(0, _expectationOf.Length).Where(r => _expectationOf[r] < 0);

    private bool Augment(int expectation, bool[] tried)
    {
        for (var row = 0; row < tried.Length; row++)
        {
            if (tried[row] || !_fits[expectation, row])
            {
                continue;
            }

            tried[row] = true;
            if (_expectationOf[row] < 0 || Augment(_expectationOf[row], tried))
            {
                (_expectationOf[row], _rowOf[expectation]) = (expectation, row);
                return true;
            }
        }

        return false;
    }
}
