namespace StreamEngine.Core.Batches;

/// <summary>
/// Where a consumed record ended. A record that yields several rows (mentions, windows) has the highest fate any of them met:
/// a record counted for one brand is counted, whatever became of its other mentions.
/// </summary>
public enum RecordFate : byte
{
    /// <summary>No operator has said yet. What is still so when the batch is done was lost by an operator: the ledger shows it as unaccounted.</summary>
    None = 0,

    /// <summary>About no brand of the graph, or filtered out by it.</summary>
    Unmatched = 1,

    /// <summary>Refused with a reason; its bytes are in the dead-letter topic.</summary>
    Dead = 2,

    /// <summary>Older than its windows allow; its bytes are in the late topic.</summary>
    Late = 3,

    /// <summary>In at least one window; where no window follows, through all operators.</summary>
    Counted = 4,
}
