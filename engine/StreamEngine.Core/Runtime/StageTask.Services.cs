using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Sources;
using StreamEngine.Core.State;

namespace StreamEngine.Core.Runtime;

/// <content>What operators may ask of their task.</content>
public sealed partial class StageTask
{
    /// <summary>What operators may ask of their task.</summary>
    private sealed class Services(StageTask task) : ITaskServices
    {
        /// <summary>Bytes of a record that are kept where it is sent aside: with headers and framing below the 1 MB that topics take by default.</summary>
        private const int MostBytesAside = 900_000;

        /// <summary>Bytes that such a record has besides its key, value and headers at the most, as one of a batch of its own.</summary>
        private const int Framing = 500;

        private readonly List<Action> _cutActions = [];
        private readonly ByteArena _headers = new(256);

        internal string Connecting { get; set; } = "";

        public TimeSpan Silence => task.Ended ? TimeSpan.MaxValue
            : task.CaughtUp ? task._environment.Time.GetUtcNow() - task.LastRecordAt
            : TimeSpan.Zero;

        public void Keep(IStateTable table) => task._state.Keep(Connecting, table);

        public void OnCut(Action action) => _cutActions.Add(action);

        public void DeadLetter(RecordBatch batch, int record, string operatorId, ReadOnlySpan<byte> error)
        {
            Header(batch, record, operatorId);
            RecordHeaders.Add(_headers, "error"u8, error);
            Send(TopicRole.DeadLetters, batch, record);
        }

        public void Late(RecordBatch batch, int record, string operatorId, long eventTime, long watermark)
        {
            Header(batch, record, operatorId);
            RecordHeaders.Add(_headers, "event_time"u8, eventTime.ToString());
            RecordHeaders.Add(_headers, "watermark"u8, watermark.ToString());
            Send(TopicRole.Late, batch, record);
        }

        public void Count(string what, Func<long> count) => task._counters.Add((Connecting, what, count));

        internal void RunCutActions()
        {
            foreach (var action in _cutActions)
            {
                action();
            }
        }

        private void Header(RecordBatch batch, int record, string operatorId)
        {
            _headers.Clear();
            RecordHeaders.Add(_headers, "graph"u8, task._plan.Graph.Name);
            RecordHeaders.Add(_headers, "operator"u8, operatorId);
            var (source, partition, offset) = PlaceOf(batch, record);
            RecordHeaders.Add(_headers, "source"u8, source);
            RecordHeaders.Add(_headers, "partition"u8, partition.ToString());
            RecordHeaders.Add(_headers, "offset"u8, offset.ToString());
        }

        /// <summary>Where a record was read. A row behind windows comes of the partial that is worked on.</summary>
        private (string Source, int Partition, long Offset) PlaceOf(RecordBatch batch, int record) => task._batch is null
            ? (task._environment.InputName, task.Partition, Math.Max(0, task.NextOffset))
            : (batch.Origin.Source, batch.Origin.Partition, batch.Origin.Offsets[record]);

        private void Send(TopicRole role, RecordBatch batch, int record)
        {
            var row = task._batch is null ? -1 : batch.Records.IndexOf(record);
            var value = row < 0 ? default : batch.Utf8(SourceDefinition.ValueColumn)[row];
            var topic = task._plan.Topic(role)!;
            var (source, at, offset) = PlaceOf(batch, record);
            var key = Encoding.UTF8.GetBytes($"{source}|{at}|{offset}");
            var most = Math.Clamp(task._environment.RecordLimitOf(topic) - key.Length - _headers.Length - Framing, 0, MostBytesAside);
            if (value.Length > most)
            {
                RecordHeaders.Add(_headers, "original_bytes"u8, value.Length.ToString());
                value = value[..most];
            }

            var partition = task.Partition % Math.Max(1, task._environment.PartitionsOf(topic));
            task._environment.Outputs.Append(topic.Index, partition, key, value, _headers.Buffer.AsSpan(0, _headers.Length));
        }
    }
}
