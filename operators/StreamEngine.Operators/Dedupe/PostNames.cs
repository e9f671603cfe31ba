using System.Collections.Immutable;
using System.Numerics;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;

namespace StreamEngine.Operators;

/// <summary>Reads what names a post: a hash of the columns of <c>by</c>, in their order. It is stored, so it must not change within a version of the state.</summary>
internal sealed class PostNames
{
    private const ulong Absent = 0xA5B3_5C4D_1E6F_7089;

    private readonly ImmutableArray<Part> _parts;
    private RecordBatch _batch = null!;

    public PostNames(OperatorContext context, ImmutableArray<string> by) =>
        _parts = [.. by.Select(name => new Part(context.Column(name), context.Schema.Columns[context.Column(name)].Type, IsId: name == "id"))];

    /// <summary>Turns to a batch.</summary>
    public void Open(RecordBatch batch)
    {
        _batch = batch;
        foreach (var part in _parts)
        {
            part.Open(batch);
        }
    }

    /// <summary>The name of a row's post; 0 where it has none.</summary>
    public ulong Of(int row)
    {
        ulong name = 0;
        foreach (var part in _parts)
        {
            if (!TryRead(part, row, out var hash))
            {
                return 0;
            }

            name = Hash64.Mix(BitOperations.RotateLeft(name, 23) ^ hash);
        }

        return name == 0 ? 1 : name;
    }

    private bool TryRead(Part part, int row, out ulong hash)
    {
        switch (part.Type)
        {
            case ColumnType.Dictionary:
                hash = part.Category(_batch.Dictionary(part.Column), row);
                return true;
            case ColumnType.Int64:
                var number = _batch.Int64(part.Column)[row];
                hash = Hash64.Mix((ulong)number + Absent);
                return number != long.MinValue;
            default:
                var text = _batch.Utf8(part.Column)[row];
                hash = Hash64.Of(text);
                return text.Length > 0 && !(part.IsId && DerivedId.Is(text, _batch.Origin.Partition, _batch.Origin.Offsets[_batch.Records[row]]));
        }
    }

    /// <summary>A column of <c>by</c>, with the hashes of the texts that a dictionary had so far.</summary>
    private sealed record Part(int Column, ColumnType Type, bool IsId)
    {
        private readonly List<ulong> _known = [];
        private Utf8Dictionary? _dictionary;

        internal void Open(RecordBatch batch)
        {
            if (Type == ColumnType.Dictionary && batch.Dictionary(Column).Dictionary != _dictionary)
            {
                _dictionary = batch.Dictionary(Column).Dictionary;
                _known.Clear();
            }
        }

        internal ulong Category(DictionaryColumn column, int row)
        {
            var code = column[row];
            if (code < 0)
            {
                return Absent;
            }

            while (_known.Count <= code)
            {
                _known.Add(Hash64.Of(_dictionary![_known.Count]));
            }

            return _known[code];
        }
    }
}
