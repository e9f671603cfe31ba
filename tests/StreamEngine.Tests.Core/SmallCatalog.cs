using System.Collections.Immutable;
using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sinks;
using StreamEngine.Core.Sources;

namespace StreamEngine.Tests.Core;

/// <summary>Operators, sources and sinks that are small enough to see through, for tests of what the engine does with any.</summary>
internal static class SmallCatalog
{
    public static Catalog All(MemorySource? source = null, MemorySink? sink = null) => new(
        [new WordsDefinition(), new TallyDefinition(), new CrowdDefinition()],
        [source ?? new MemorySource([]), new TopicSource()],
        [sink ?? new MemorySink(), new TopicSink()]);
}

/// <summary>
/// <c>words</c>: a line "BRAND TEXT" becomes a brand and a text. The brand decides what befalls it: <c>-</c> unmatched, <c>bad</c> a dead
/// letter, <c>boom</c> an exception, <c>twice</c> two rows, <c>lost</c> dropped without a fate, which is a defect.
/// </summary>
internal sealed class WordsDefinition : OperatorDefinition
{
    private static readonly Option<long> _limit = Option.Integer("limit", "most bytes of a text", 100, 0, 1000);
    private static readonly Option<string> _mode = Option.Choice("mode", "a word out of a list", "plain", "plain", "fancy");

    public override string Name => "words";

    public override string Summary => "Splits lines.";

    public override string Description => Summary;

    public override string Example => "- words: {}";

    public override ImmutableArray<Option> Options { get; } = [_limit, _mode];

    public override OperatorColumns Columns(OptionSet options, BatchSchema input) => new(
        [new("value", ColumnType.Utf8)],
        [new("brand", ColumnType.Dictionary), new("text", ColumnType.Utf8)]);

    public override IOperator Create(OperatorContext context) => new Words(context);

    private sealed class Words(OperatorContext context) : RowOperator(context)
    {
        private readonly Utf8Dictionary _brands = new();
        private readonly int _brand = context.Column("brand");
        private readonly int _text = context.Column("text");

        protected override void Process(RecordBatch batch, int from, int to)
        {
            batch.Dictionary(_brand).Dictionary = _brands;
            for (var row = from; row < to; row++)
            {
                var line = Encoding.UTF8.GetString(batch.Utf8(SourceDefinition.ValueColumn)[row]);
                var brand = line.Split(' ')[0];
                batch.Dictionary(_brand)[row] = _brands.GetOrAdd(brand);
                batch.Utf8(_text).Set(row, Encoding.UTF8.GetBytes(line[brand.Length..].Trim()));
                switch (brand)
                {
                    case "-":
                        batch.Drop(row, RecordFate.Unmatched);
                        break;
                    case "bad":
                        Context.DeadLetter(batch, row, "bad line");
                        break;
                    case "boom":
                        throw new InvalidOperationException("it went boom");
                    case "twice":
                        batch.AppendCopy(row);
                        break;
                    case "lost":
                        batch.Drop(row, RecordFate.None);
                        break;
                    default:
                        break;
                }
            }
        }
    }
}

/// <summary><c>crowd</c>: works on tallies, and only there.</summary>
internal sealed class CrowdDefinition : OperatorDefinition
{
    public override string Name => "crowd";

    public override string Summary => "Passes tallies on.";

    public override string Description => Summary;

    public override string Example => "- crowd: {}";

    public override ImmutableArray<Option> Options => [];

    public override OperatorPlacement Placement => OperatorPlacement.Aggregate;

    public override StreamKind Emits => StreamKind.Windows;

    public override OperatorColumns Columns(OptionSet options, BatchSchema input) => new([new("posts", ColumnType.Int64)], []);

    public override IOperator Create(OperatorContext context) => new Pass();

    private sealed class Pass : IOperator
    {
        public IObservable<RecordBatch> Connect(IObservable<RecordBatch> source) => source;

        public void Dispose()
        {
        }
    }
}

/// <summary>A source with an end: lines in memory, one batch at a time.</summary>
internal sealed class MemorySource(IReadOnlyList<string> lines, int perBatch = 7) : BoundedSourceDefinition
{
    private static readonly Option<string> _name = Option.Text("name", "the source's name");

    public override string Name => "memory";

    public override string Summary => "Lines in memory.";

    public override string Description => Summary;

    public override string Example => "memory: {}";

    public override ImmutableArray<Option> Options { get; } = [_name];

    public override IBoundedSource Open(OptionSet options) => new Reader(options.Get(_name), lines, perBatch);

    private sealed class Reader(string name, IReadOnlyList<string> lines, int perBatch) : IBoundedSource
    {
        public string Name => name;

        public ReadOnlyMemory<byte> Beginning => Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));

        public bool Fill(RecordBatch batch, ref long nextOffset)
        {
            for (var i = 0; i < perBatch && nextOffset < lines.Count; i++)
            {
                var row = batch.AppendRecord(nextOffset);
                batch.Utf8(SourceDefinition.ValueColumn).Set(row, Encoding.UTF8.GetBytes(lines[(int)nextOffset++]));
                batch.Utf8(SourceDefinition.KeyColumn).SetAbsent(row);
                batch.Int64(SourceDefinition.TimestampColumn)[row] = 0;
            }

            return batch.RowCount > 0;
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>A source without an end, by name only.</summary>
internal sealed class TopicSource : SourceDefinition
{
    public override string Name => "topic";

    public override string Summary => "A topic.";

    public override string Description => Summary;

    public override string Example => "topic: {}";

    public override ImmutableArray<Option> Options => [];
}

/// <summary>A sink that is a topic.</summary>
internal sealed class TopicSink : TopicSinkDefinition
{
    private static readonly Option<string> _topic = Option.Text("name", "the topic");

    public override string Name => "out";

    public override string Summary => "A topic.";

    public override string Description => Summary;

    public override string Example => "- out: { name: x }";

    public override ImmutableArray<Option> Options { get; } = [_topic];

    public override ImmutableArray<StreamKind> TakesByDefault => [StreamKind.Windows];

    public override string Topic(OptionSet options) => options.Get(_topic);

    public override int Partitions(OptionSet options) => 3;
}

/// <summary>A sink that keeps what it was given once it is flushed, and refuses records whose value holds "refuse".</summary>
internal sealed class MemorySink : SinkDefinition
{
    public List<(string Input, string Value)> Flushed { get; } = [];

    public override string Name => "keep";

    public override string Summary => "Keeps records.";

    public override string Description => Summary;

    public override string Example => "- keep: {}";

    public override ImmutableArray<Option> Options => [];

    public override ImmutableArray<StreamKind> TakesByDefault => [StreamKind.Windows];

    public override ISinkWriter Create(SinkContext context) => new Writer(this);

    private sealed class Writer(MemorySink sink) : ISinkWriter
    {
        private readonly List<(string, string)> _pending = [];
        private IReadOnlyList<SinkInput> _inputs = [];

        public int PendingRows => _pending.Count;

        public long PendingBytes => 0;

        public Task OpenAsync(IReadOnlyList<SinkInput> inputs, CancellationToken stop)
        {
            _inputs = inputs;
            return Task.CompletedTask;
        }

        public void Append(int input, in SinkRecord record)
        {
            var value = Encoding.UTF8.GetString(record.Value);
            _pending.Add(value.Contains("refuse", StringComparison.Ordinal) ? throw new FormatException("refused") : (_inputs[input].Name, value));
        }

        public Task FlushAsync(CancellationToken stop)
        {
            sink.Flushed.AddRange(_pending);
            _pending.Clear();
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
