using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>
/// Emits changed slots in batches for the exchange. The partition's new watermark goes with the last batch, so that whoever has seen a
/// watermark has seen every slot that led to it.
/// </summary>
/// <remarks>
/// Samples go along only when they have changed, as they are stored (<see cref="SlotTable"/>), unless <paramref name="alwaysWhole"/>. The
/// exchange keeps the order, so the second phase has the last ones.
/// </remarks>
internal sealed class SlotSender(OperatorContext context, KeyTexts texts, SlotStore slots, bool alwaysWhole)
{
    private const int MaxRows = 1024;
    private const int MaxBytes = 256 * 1024;

    private readonly RecordBatch _batch = new(WindowColumns.Exchange, MaxRows);
    private readonly StateWriter _slot = new();

    public IObserver<RecordBatch>? Observer { get; set; }

    /// <summary>Emits the slots and where the partition stands in time; nothing where neither has changed.</summary>
    public void Send(List<int> changed, SlotTables time, long watermark, bool idle, bool ended)
    {
        var comesBack = time.SentEnded && !ended;
        Begin(time.SentWatermark, idle);
        foreach (var position in changed)
        {
            if (_batch.RowCount >= MaxRows || _batch.Arena.Length >= MaxBytes)
            {
                Observer?.OnNext(_batch);
                Begin(time.SentWatermark, idle);
            }

            Append(position);
        }

        if (changed.Count > 0 || watermark != time.SentWatermark || idle != time.SentIdle || comesBack)
        {
            _batch.Watermark = watermark;
            Observer?.OnNext(_batch);
        }

        if (ended && (!time.SentEnded || changed.Count > 0))
        {
            Begin(long.MaxValue, idle);
            Observer?.OnNext(_batch);
        }

        (time.SentWatermark, time.SentIdle, time.SentEnded) = (watermark, idle, ended);
    }

    private void Begin(long watermark, bool idle)
    {
        _batch.Clear();
        _batch.Origin.Source = context.OperatorId;
        _batch.Origin.Partition = context.Partition;
        _batch.Watermark = watermark;
        _batch.SourcePartitionCount = context.PartitionCount;
        _batch.SourceIdle = idle;
        _batch.Dictionary(WindowColumns.ExchangeBrand).Dictionary = texts[0];
        _batch.Dictionary(WindowColumns.ExchangeChannel).Dictionary = texts[1];
        _batch.Dictionary(WindowColumns.ExchangeLanguage).Dictionary = texts[2];
    }

    private void Append(int position)
    {
        ref var slot = ref slots[position];
        var row = _batch.AppendRecord(slot.Version - 1);
        _batch.Int64(WindowColumns.ExchangeStart)[row] = slot.Key.Start;
        _batch.Dictionary(WindowColumns.ExchangeBrand)[row] = slot.Key.Brand;
        _batch.Dictionary(WindowColumns.ExchangeChannel)[row] = slot.Key.Channel;
        _batch.Dictionary(WindowColumns.ExchangeLanguage)[row] = slot.Key.Language;
        _batch.Int64(WindowColumns.ExchangeVersion)[row] = slot.Version;
        _slot.Clear();
        slots.Write(position, _slot, withSamples: alwaysWhole || slot.Samples.Revision != slot.Samples.Sent);
        slot.Samples.Sent = slot.Samples.Revision;
        _batch.Utf8(WindowColumns.ExchangeSlot).Set(row, _slot.Written);
    }
}
