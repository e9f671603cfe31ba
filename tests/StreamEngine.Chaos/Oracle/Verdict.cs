using System.Globalization;

namespace StreamEngine.Chaos.Oracle;

/// <summary>What was found to differ from what should be.</summary>
internal sealed class Verdict
{
    private const int Shown = 20;

    private readonly List<string> _differences = [];
    private long _unshown;

    public long Windows { get; set; }

    public long Missing { get; set; }

    public long Double { get; set; }

    public long Wrong { get; set; }

    public bool LedgerBalanced { get; set; } = true;

    /// <summary>Whether nothing differs.</summary>
    public bool IsClean => Missing == 0 && Double == 0 && Wrong == 0 && LedgerBalanced && _differences.Count == 0;

    /// <summary>The first differences.</summary>
    public IReadOnlyList<string> Differences => _unshown == 0 ? _differences : [.. _differences, $"… and {_unshown} more"];

    /// <summary>The last line of a run.</summary>
    public string Summary => string.Create(
        CultureInfo.InvariantCulture,
        $"windows {Windows}, missing {Missing}, double {Double}, wrong {Wrong}, ledger {(LedgerBalanced ? "balanced" : "not balanced")}");

    public void Differs(string what)
    {
        if (_differences.Count < Shown)
        {
            _differences.Add(what);
        }
        else
        {
            _unshown++;
        }
    }

    /// <summary>Adds what another run found.</summary>
    public void Add(Verdict other)
    {
        (Windows, Missing, Double, Wrong) = (Windows + other.Windows, Missing + other.Missing, Double + other.Double, Wrong + other.Wrong);
        LedgerBalanced &= other.LedgerBalanced;
        _unshown += other._unshown;
        other._differences.ForEach(Differs);
    }
}
