using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Tests.Core;

/// <summary><c>tally</c>: counts rows per brand in two phases; each record it emits is the whole count so far.</summary>
internal sealed class TallyDefinition : TwoPhaseDefinition
{
    private static readonly BatchSchema _schema = new(new ColumnDeclaration("brand", ColumnType.Dictionary), new("posts", ColumnType.Int64), new("version", ColumnType.Int64));

    public override string Name => "tally";

    public override string Summary => "Counts rows per brand.";

    public override string Description => Summary;

    public override string Example => "- tally: {}";

    public override ImmutableArray<Option> Options => [];

    public override ImmutableArray<StateTableDeclaration> State => [new("counts", 1, "brand → count")];

    public override string ExchangeKey => "brand";

    public override OperatorColumns Columns(OptionSet options, BatchSchema input) => new([new("brand", ColumnType.Dictionary)], [], _schema);

    public override BatchSchema ExchangeSchema(OptionSet options, BatchSchema input) => _schema;

    public override IOperator Create(OperatorContext context) => new First(context);

    public override IOperator CreateMerge(OperatorContext context) => new Second(context);

    private sealed class First : IOperator
    {
        private readonly Counts _table = new();
        private readonly Subject<RecordBatch> _out = new();
        private readonly int _brand;
        private long _rows;

        public First(OperatorContext context)
        {
            _brand = context.Column("brand");
            context.Task.Keep(_table);
            context.Task.OnCut(() => _table.Emit(_out, _table.Changed, k => k));
            context.Task.Count("rows", () => _rows);
        }

        public IObservable<RecordBatch> Connect(IObservable<RecordBatch> source) => Observable.Create<RecordBatch>(observer =>
        {
            var inner = source.Subscribe(batch =>
            {
                _rows += batch.RowCount;
                for (var row = 0; row < batch.RowCount; row++)
                {
                    _table.Add(Encoding.UTF8.GetString(batch.Dictionary(_brand).Text(row)));
                    batch.Origin.Mark(batch.Records[row], RecordFate.Counted);
                }
            });
            return new System.Reactive.Disposables.CompositeDisposable(inner, _out.Subscribe(observer));
        });

        public void Dispose() => _out.Dispose();
    }

    private sealed class Second : IOperator
    {
        private readonly Counts _bySource = new();
        private readonly Subject<RecordBatch> _out = new();

        public Second(OperatorContext context)
        {
            context.Task.Keep(_bySource);
            context.Task.OnCut(() => _bySource.Emit(_out, _bySource.Changed, key => key[(key.IndexOf('|', StringComparison.Ordinal) + 1)..]));
        }

        public IObservable<RecordBatch> Connect(IObservable<RecordBatch> source) => Observable.Create<RecordBatch>(observer =>
        {
            var inner = source.Subscribe(batch =>
            {
                for (var row = 0; row < batch.RowCount; row++)
                {
                    _bySource.Set($"{batch.Origin.Partition}|{Encoding.UTF8.GetString(batch.Dictionary(0).Text(row))}", batch.Int64(1)[row]);
                }
            });
            return new System.Reactive.Disposables.CompositeDisposable(inner, _out.Subscribe(observer));
        });

        public void Dispose() => _out.Dispose();
    }

    private sealed class Counts : IStateTable
    {
        private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
        private readonly SortedSet<string> _unstored = new(StringComparer.Ordinal);

        public string Name => "counts";

        public byte Version => 1;

        public SortedSet<string> Changed { get; } = new(StringComparer.Ordinal);

        public void Add(string key) => Set(key, _counts.GetValueOrDefault(key) + 1);

        public void Set(string key, long count)
        {
            _counts[key] = count;
            Changed.Add(key);
            _unstored.Add(key);
        }

        /// <summary>Sends the sums over all keys that mean the same brand as one that changed.</summary>
        public void Emit(Subject<RecordBatch> to, SortedSet<string> changed, Func<string, string> brandOf)
        {
            var batch = new RecordBatch(_schema, 16);
            foreach (var brand in changed.Select(brandOf).Distinct())
            {
                var row = batch.AppendRecord(0);
                batch.Dictionary(0)[row] = batch.Dictionary(0).Dictionary.GetOrAdd(brand);
                batch.Int64(1)[row] = batch.Int64(2)[row] = _counts.Where(c => brandOf(c.Key) == brand).Sum(c => c.Value);
            }

            changed.Clear();
            to.OnNext(batch);
        }

        public void WriteChanges(IStateChanges changes)
        {
            foreach (var key in _unstored)
            {
                var value = new byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(value, _counts[key]);
                changes.Put(Encoding.UTF8.GetBytes(key), value);
            }

            _unstored.Clear();
        }

        public void Restore(ReadOnlySpan<byte> key, byte version, ReadOnlySpan<byte> value) =>
            _counts[Encoding.UTF8.GetString(key)] = BinaryPrimitives.ReadInt64LittleEndian(value);

        public void RestoreDone()
        {
        }
    }
}
