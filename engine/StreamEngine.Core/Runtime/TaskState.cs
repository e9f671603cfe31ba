using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.State;

namespace StreamEngine.Core.Runtime;

/// <summary>
/// The stored state of one task: its operators' tables, and how far it is. An entry's key is stage, operator id, table (each with its
/// length before it) and the table's own key; its value starts with the version of the table's codec.
/// </summary>
internal sealed class TaskState : IStateChanges
{
    private readonly string _stage;
    private readonly int _partition;
    private readonly int _topic;
    private readonly ImmutableArray<string> _discard;
    private readonly List<KeptTable> _tables = [];
    private readonly ByteArena _key = new(256);
    private readonly ByteArena _value = new(1024);
    private readonly byte[] _progressKey;
    private readonly List<byte[]> _discarded = [];
    private KeptTable _writing;
    private OutputBuffer? _into;
    private long _writtenOffset = -1;

    internal TaskState(string stage, int partition, int topic, ImmutableArray<string> discard)
    {
        (_stage, _partition, _topic, _discard) = (stage, partition, topic, discard);
        _progressKey = TaskProgress.KeyOf(stage);
    }

    internal void Keep(string operatorId, IStateTable table) =>
        _tables.Add(new KeptTable(operatorId, table, Prefix(_stage, operatorId, table.Name)));

    /// <summary>What every key of a stage's state begins with.</summary>
    internal static byte[] PrefixOf(string stage)
    {
        var writer = new StateWriter(64);
        writer.WriteString(stage);
        return writer.Written.ToArray();
    }

    /// <summary>The key of an entry.</summary>
    internal static byte[] Prefix(string stage, string operatorId, string table)
    {
        var writer = new StateWriter(64);
        writer.WriteString(stage);
        writer.WriteString(operatorId);
        writer.WriteString(table);
        return writer.Written.ToArray();
    }

    /// <summary>Restores all tables and returns the position and ledger, or nothing where none are stored.</summary>
    internal TaskProgress? Restore(StateImage image)
    {
        TaskProgress? progress = null;
        foreach (var (key, value) in image.Entries)
        {
            if (!ReadKey(key, out var operatorId, out var table, out var own))
            {
                continue;
            }

            if (value.Length == 0)
            {
                throw Damaged($"an entry of table '{table}' of operator '{operatorId}' has no version");
            }

            if (operatorId.Length == 0)
            {
                progress = TaskProgress.Read(value);
            }
            else if (!RestoreEntry(operatorId, table, own, value))
            {
                _discarded.Add(key);
            }
        }

        foreach (var table in _tables)
        {
            table.Table.RestoreDone();
        }

        _writtenOffset = progress?.NextOffset ?? -1;
        return progress;
    }

    internal void WriteChanges(OutputBuffer into, long nextOffset, Ledger ledger)
    {
        _into = into;
        foreach (var table in _tables)
        {
            _writing = table;
            table.Table.WriteChanges(this);
        }

        foreach (var key in _discarded)
        {
            into.AppendTombstone(_topic, _partition, key);
        }

        _discarded.Clear();
        if (nextOffset != _writtenOffset)
        {
            Span<byte> progress = stackalloc byte[TaskProgress.Size];
            new TaskProgress(nextOffset, ledger).Write(progress);
            into.Append(_topic, _partition, _progressKey, progress);
            _writtenOffset = nextOffset;
        }
    }

    void IStateChanges.Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        _value.Clear();
        _value.Append([_writing.Table.Version]);
        _value.Append(value);
        _into!.Append(_topic, _partition, FullKey(key), _value.Buffer.AsSpan(0, _value.Length));
    }

    void IStateChanges.Delete(ReadOnlySpan<byte> key) => _into!.AppendTombstone(_topic, _partition, FullKey(key));

    private ReadOnlySpan<byte> FullKey(ReadOnlySpan<byte> key)
    {
        _key.Clear();
        _key.Append(_writing.Prefix);
        _key.Append(key);
        return _key.Buffer.AsSpan(0, _key.Length);
    }

    /// <summary>Takes the key of an entry apart; false where it is another stage's.</summary>
    private bool ReadKey(ReadOnlySpan<byte> key, out string operatorId, out string table, out ReadOnlySpan<byte> own)
    {
        (operatorId, table) = ("", "");
        own = default;
        try
        {
            var reader = new StateReader(key);
            if (reader.ReadString() != _stage)
            {
                return false;
            }

            (operatorId, table) = (reader.ReadString(), reader.ReadString());
            own = reader.ReadRaw(reader.Left);
            return true;
        }
        catch (FormatException error)
        {
            throw Damaged(error.Message, error);
        }
    }

    private StateException Damaged(string why, Exception? error = null) => new($"state of partition {_partition} is damaged: {why}", error);

    /// <summary>Restores an entry; false where it is to be dropped.</summary>
    private bool RestoreEntry(string operatorId, string table, ReadOnlySpan<byte> key, byte[] value)
    {
        foreach (var kept in _tables)
        {
            if (kept.OperatorId == operatorId && kept.Table.Name == table)
            {
                kept.Table.Restore(key, value[0], value.AsSpan(1));
                return true;
            }
        }

        return _discard.Contains(operatorId)
            ? false
            : throw new StateException($"state is stored for table '{table}' of operator '{operatorId}', which this graph does not have in stage {_stage}: give the operator back (its id must be the same), or name it in runtime.discard_state to drop what it had counted");
    }

    private readonly record struct KeptTable(string OperatorId, IStateTable Table, byte[] Prefix);
}
