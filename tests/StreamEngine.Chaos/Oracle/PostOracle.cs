using StreamEngine.Chaos.Posts;

namespace StreamEngine.Chaos.Oracle;

/// <summary>Where the records of a partition should have gone.</summary>
internal sealed class ExpectedLedger
{
    public long NextOffset { get; set; }

    public long Consumed { get; set; }

    public long Counted { get; set; }

    public long Unmatched { get; set; }

    public long Late { get; set; }

    public long Dead { get; set; }

    public override string ToString() => $"consumed {Consumed} = counted {Counted} + unmatched {Unmatched} + late {Late} + dead {Dead}, next offset {NextOffset}";
}

/// <summary>
/// Counts the posts of a script by a plain loop over the source topic. It has the numbers of the records and the order that Kafka gave
/// them; what is in them it knows from the script. No code of the engine has a part in it.
/// </summary>
/// <remarks>
/// The rules are those of docs/graphs.md and `streamengine operators window`: a partition's watermark before a record is the greatest event
/// time of the records before it, less the disorder; a post counts in its window unless that ended the lateness or longer before the
/// watermark; it counts there as late when the watermark had reached the window's end.
/// </remarks>
internal sealed class PostOracle(IReadOnlyList<string> brands, ToneTable tones)
{
    private readonly Dictionary<WindowKey, ExpectedWindow> _windows = [];
    private readonly SortedDictionary<int, ExpectedLedger> _ledgers = [];
    private readonly Dictionary<int, long> _greatest = [];
    private readonly Dictionary<(int, long), long> _dead = [];
    private readonly Dictionary<(int, long), long> _late = [];

    public IReadOnlyDictionary<WindowKey, ExpectedWindow> Windows => _windows;

    public IReadOnlyDictionary<int, ExpectedLedger> Ledgers => _ledgers;

    /// <summary>Partition and offset of the records that cannot be processed, with the post's number.</summary>
    public IReadOnlyDictionary<(int Partition, long Offset), long> Dead => _dead;

    /// <summary>Partition and offset of the records that are too late, with the post's number.</summary>
    public IReadOnlyDictionary<(int Partition, long Offset), long> Late => _late;

    /// <summary>Takes the next record of a partition in.</summary>
    public void Take(int partition, long offset, in ScriptedPost post)
    {
        if (!_ledgers.TryGetValue(partition, out var ledger))
        {
            _ledgers[partition] = ledger = new ExpectedLedger();
        }

        ledger.Consumed++;
        ledger.NextOffset = offset + 1;
        if (post.Fault is PostFault.FarFuture ? post.Brand >= 0 : post.Fault != PostFault.None)
        {
            ledger.Dead++;
            _dead.Add((partition, offset), post.Number);
        }
        else if (post.Brand < 0)
        {
            ledger.Unmatched++;
        }
        else if (Count(post, partition))
        {
            ledger.Counted++;
        }
        else
        {
            ledger.Late++;
            _late.Add((partition, offset), post.Number);
        }

        if (post.Fault == PostFault.None)
        {
            _greatest[partition] = Math.Max(post.Time, _greatest.GetValueOrDefault(partition, long.MinValue));
        }
    }

    private bool Count(in ScriptedPost post, int partition)
    {
        var start = post.Time / PostScript.WindowMs * PostScript.WindowMs;
        var end = start + PostScript.WindowMs;
        var watermark = _greatest.TryGetValue(partition, out var greatest) ? greatest - PostScript.DisorderMs : long.MinValue;
        if (watermark >= end + (long)PostScript.Lateness.TotalMilliseconds)
        {
            return false;
        }

        Add(post, post.Brand, start, watermark >= end);
        if (post.OtherBrand >= 0)
        {
            Add(post, post.OtherBrand, start, watermark >= end);
        }

        return true;
    }

    private void Add(in ScriptedPost post, int brand, long start, bool late)
    {
        var name = brands[brand];
        var tone = tones[post.Text, post.Language, name];
        var key = new WindowKey(name, post.Channel, tone.Language, start);
        if (!_windows.TryGetValue(key, out var window))
        {
            _windows[key] = window = new ExpectedWindow();
        }

        window.Posts++;
        window.Negative += tone.Tone < 0 ? 1 : 0;
        window.Neutral += tone.Tone == 0 ? 1 : 0;
        window.Positive += tone.Tone > 0 ? 1 : 0;
        window.ScoreSum += tone.Score;
        window.Reach += Math.Max(0, post.Reach);
        window.Late += late ? 1 : 0;
        window.First = Math.Min(window.First, post.Time);
        window.Last = Math.Max(window.Last, post.Time);
        if (post.Author >= 0)
        {
            window.Authors.Add(post.Author);
        }
    }
}
