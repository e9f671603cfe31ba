using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Tests.Connectors.Kafka;

/// <summary>Keeps the values that it is given, of one process after another.</summary>
internal sealed class MemorySink : SinkDefinition
{
    private readonly ConcurrentQueue<string> _flushed = [];

    /// <summary>What was flushed, in order.</summary>
    public IReadOnlyList<string> Flushed => [.. _flushed];

    public override string Name => "memory";

    public override string Summary => "Keeps values.";

    public override string Description => Summary;

    public override string Example => "- memory: {}";

    public override ImmutableArray<Option> Options => [];

    public override ImmutableArray<StreamKind> TakesByDefault => [];

    public override ISinkWriter Create(SinkContext context) => new Writer(_flushed);

    private sealed class Writer(ConcurrentQueue<string> flushed) : ISinkWriter
    {
        private readonly List<string> _pending = [];

        public int PendingRows => _pending.Count;

        public long PendingBytes => 0;

        public bool IsFlushDue => true;

        public Task OpenAsync(IReadOnlyList<SinkInput> inputs, CancellationToken stop) => Task.CompletedTask;

        public void Append(int input, in SinkRecord record) => _pending.Add(Encoding.UTF8.GetString(record.Value));

        public Task FlushAsync(CancellationToken stop)
        {
            _pending.ForEach(flushed.Enqueue);
            _pending.Clear();
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
