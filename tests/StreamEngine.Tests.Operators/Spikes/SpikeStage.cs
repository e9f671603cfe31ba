using System.Text;
using System.Text.Json;
using StreamEngine.Core.Batches;
using StreamEngine.Core.State;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Spikes;

/// <summary>An alert as it came out.</summary>
internal sealed record Alert(string Brand, string State, string Incident, int Sequence, int Severity, DateTimeOffset WindowEnd, string Document)
{
    public static Alert From(RecordBatch batch, int row)
    {
        var document = Encoding.UTF8.GetString(batch.Utf8(1)[row]);
        using var json = JsonDocument.Parse(document);
        var root = json.RootElement;
        Assert.Equal(root.GetProperty("brand").GetString(), Encoding.UTF8.GetString(batch.Dictionary(0).Text(row)));
        return new Alert(
            root.GetProperty("brand").GetString()!, root.GetProperty("state").GetString()!, root.GetProperty("incident_id").GetString()!,
            root.GetProperty("sequence").GetInt32(), root.GetProperty("severity").GetInt32(), root.GetProperty("window").GetProperty("end").GetDateTimeOffset(), document);
    }
}

/// <summary>The spikes operator fed with windows of a minute, as window emits them: half full while open, then whole.</summary>
internal sealed class SpikeStage : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly JsonSchemaCheck _schema = new(File.ReadAllText(Path.Combine(Root(), "schemas", "alert.v1.json")));

    private readonly object? _options;
    private readonly StoredState _state = new();
    private readonly List<(string Brand, int Posts, int Negative)> _before = [];
    private readonly SampleStore _store = new();
    private readonly StateWriter _evidence = new();
    private long _authors = 1;
    private OperatorHarness _harness;
    private readonly RecordBatch _batch = new(WindowColumns.Output, 64);

    public SpikeStage(object? options = null)
    {
        _options = options;
        _harness = Make();
    }

    public List<Alert> Alerts { get; } = [];

    /// <summary>Asked after each cut whether the task dies then and starts again from it.</summary>
    public Func<bool> Crashes { get; init; } = () => false;

    public static long TimeOf(int minute) => Start.ToUnixTimeMilliseconds() + (minute * 60_000L);

    /// <summary>A minute passes: its windows open, and those of the minute before become final.</summary>
    public void Minute(int minute, params IEnumerable<(string Brand, int Posts, int Negative)> brands)
    {
        var now = brands.ToList();
        Push(minute, now.Select(b => (b.Brand, b.Posts / 2, b.Negative / 2)), 2, TimeOf(minute) - 5_000);
        Push(minute - 1, _before, 5, TimeOf(minute) + 5_000);
        Push(minute, now, 4, TimeOf(minute) + 50_000);
        _before.Clear();
        _before.AddRange(now);
    }

    /// <summary>Windows of a minute are shown as they stand, at a watermark, and the task is cut.</summary>
    public void Show(int minute, int version, long watermark, params IEnumerable<(string Brand, int Posts, int Negative)> brands) => Push(minute, brands, version, watermark);

    public void End() => Push(0, [], 9, long.MaxValue);

    public void Dispose() => _harness.Dispose();

    private void Push(int minute, IEnumerable<(string Brand, int Posts, int Negative)> brands, int version, long watermark)
    {
        var batch = _batch;
        batch.Clear();
        foreach (var (brand, posts, negative) in brands.Where(b => b.Posts > 0))
        {
            // Two languages share the posts.
            Row(batch, minute, brand, "nl", posts - (posts / 3), negative - (negative / 3), version);
            Row(batch, minute, brand, "pl", posts / 3, negative / 3, version);
        }

        batch.Watermark = watermark;
        _harness.Push(batch);
        _harness.Cut(Receive);
        if (Crashes())
        {
            _harness.Dispose();
            _harness = Make();
        }
    }

    private void Row(RecordBatch batch, int minute, string brand, string language, int posts, int negative, int version)
    {
        var row = batch.AppendRecord(batch.RowCount);
        void Number(string column, long value) => batch.Int64(batch.Schema.IndexOf(column))[row] = value;
        void Text(string column, string value)
        {
            var texts = batch.Dictionary(batch.Schema.IndexOf(column));
            texts[row] = texts.Dictionary.GetOrAdd(value);
        }

        Number("window_start", TimeOf(minute));
        Number("window_end", TimeOf(minute + 1));
        Text("brand", brand);
        Text("channel", "web");
        Text("language", language);
        Number("posts", posts);
        Number("negative", negative);
        Number("positive", (posts - negative) / 2);
        Number("first_event", TimeOf(minute) + 10);
        Number("last_event", TimeOf(minute) + 20_000);
        Number("version", version);
        SlotSamples samples = default;
        for (var i = 0; i < negative; i++)
        {
            _store.Offer(ref samples, new SampleOffer
            {
                Score = -900_000 + i,
                Time = TimeOf(minute) + i,
                Author = (ulong)_authors++,
                Id = Encoding.UTF8.GetBytes($"{brand}-{minute}-{language}-{i}"),
                Text = Encoding.UTF8.GetBytes($"\"{brand}\" zły {language} {minute}.{i}"),
            });
        }

        _evidence.Clear();
        _evidence.WriteCount(1);
        _evidence.WriteCount(0);
        _evidence.WriteCount(TimeOf(minute) + version);
        _store.Write(samples, _evidence);
        _store.Free(ref samples);
        batch.Utf8(batch.Schema.IndexOf("evidence")).Set(row, _evidence.Written);
    }

    private void Receive(RecordBatch batch)
    {
        for (var row = 0; row < batch.RowCount; row++)
        {
            Assert.Empty(_schema.Check(batch.Utf8(1)[row].ToArray()));
            Alerts.Add(Alert.From(batch, row));
        }
    }

    private OperatorHarness Make() => new(new SpikesDefinition(), _options, new HarnessSetting { Input = WindowColumns.Output, State = _state });

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "StreamEngine.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
