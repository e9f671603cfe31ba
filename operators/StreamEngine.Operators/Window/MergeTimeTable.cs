using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>The state table <c>merge_time</c>: where each source partition stands, and the whole.</summary>
internal sealed class MergeTimeTable
{
    private const byte WholeTag = 0;
    private const byte SourceTag = 1;

    private readonly OperatorContext _context;
    private readonly WindowSettings _settings;
    private readonly MergeClock _clock;
    private readonly WindowEmitter _emitter;
    private readonly StateWriter _key = new();
    private readonly StateWriter _value = new();

    public MergeTimeTable(OperatorContext context, WindowSettings settings, MergeClock clock, WindowEmitter emitter)
    {
        (_context, _settings, _clock, _emitter) = (context, settings, clock, emitter);
        context.Task.Keep(new CodedTable(context.OperatorId, "merge_time", 1, Write, Read, emitter.Restored));
    }

    private void Write(IStateChanges changes)
    {
        for (var partition = 0; partition < _clock.Heard; partition++)
        {
            if (_clock[partition].Stored)
            {
                continue;
            }

            _key.Clear();
            _key.WriteByte(SourceTag);
            _key.WriteCount(partition);
            _value.Clear();
            _clock.WriteSource(partition, _value);
            changes.Put(_key.Written, _value.Written);
            _clock.MarkStored(partition);
        }

        if (_clock.Changed || _emitter.Changed)
        {
            _key.Clear();
            _key.WriteByte(WholeTag);
            _value.Clear();
            _settings.WriteShape(_value);
            _clock.Write(_value);
            _emitter.Write(_value);
            changes.Put(_key.Written, _value.Written);
            _clock.MarkStored();
        }
    }

    private void Read(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var keyReader = new StateReader(key);
        var reader = new StateReader(value);
        switch (keyReader.ReadByte())
        {
            case SourceTag:
                _clock.ReadSource((int)keyReader.ReadCount(1 << 20), ref reader);
                break;
            case WholeTag:
                _settings.CheckShape(_context.OperatorId, ref reader);
                _clock.Read(ref reader);
                _emitter.Read(ref reader);
                break;
            default:
                throw new FormatException("its key is unknown");
        }

        keyReader.End();
        reader.End();
    }
}
