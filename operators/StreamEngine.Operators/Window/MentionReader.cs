using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;

namespace StreamEngine.Operators;

/// <summary>Reads what a window counts out of a batch's rows; columns that the graph does not have read as absent.</summary>
internal sealed class MentionReader
{
    /// <summary>What one score of 1.0 is in a slot's sum.</summary>
    public const double ScoreUnit = 1_000_000;

    /// <summary>
    /// Bytes of the longest channel or language that windows are kept for: they stand in the key and in the value of a window's record,
    /// which a topic must be able to take.
    /// </summary>
    public const int MostKeyBytes = 1_000;

    private const double MaxScore = 1_000;
    private const long MaxReach = 1_000_000_000_000;

    private readonly int _time;
    private readonly int _sentiment;
    private readonly bool _sentimentIsText;
    private readonly int _score;
    private readonly int _reach;
    private readonly int _author;
    private readonly int _text;
    private readonly int _id;
    private readonly int _mentionStart;
    private readonly int _mentionLength;
    private readonly GroupCodes[] _groups;
    private long[] _times = [];
    private int[] _sentimentCodes = [];
    private float[] _scores = [];
    private long[] _reaches = [];
    private int[] _mentionStarts = [];
    private int[] _mentionLengths = [];
    private Utf8Column? _authors;
    private Utf8Column? _bodies;
    private Utf8Column? _ids;
    private Utf8Dictionary? _sentiments;
    private sbyte[] _classes = [];

    public MentionReader(OperatorContext context, WindowSettings settings, KeyTexts texts)
    {
        var schema = context.Schema;
        _time = context.Column("time");
        _sentiment = schema.IndexOf("sentiment");
        _sentimentIsText = _sentiment >= 0 && schema.Columns[_sentiment].Type == ColumnType.Dictionary;
        _score = schema.IndexOf("score");
        _reach = schema.IndexOf("reach");
        _author = schema.IndexOf("author");
        _text = schema.IndexOf("text");
        _id = schema.IndexOf("id");
        (_mentionStart, _mentionLength) = (schema.IndexOf("mention_start"), schema.IndexOf("mention_length"));
        _groups = [.. WindowDefinition.Groups.Select((name, i) => new GroupCodes(settings.By[i] ? context.Column(name) : -1, texts, i))];
    }

    /// <summary>The columns that are read where they are there.</summary>
    public static IEnumerable<ColumnDeclaration> Optional(BatchSchema input)
    {
        ImmutableArray<ColumnDeclaration> columns =
        [
            new("sentiment", input.Has("sentiment", ColumnType.Dictionary) ? ColumnType.Dictionary : ColumnType.Int32, "'negative', 'neutral' or 'positive'; as a number below, at or above 0"),
            new("score", ColumnType.Float32, "-1 to 1"),
            new("reach", ColumnType.Int64, "people reached"),
            new("author", ColumnType.Utf8, "who wrote it"),
            new("text", ColumnType.Utf8, "what it says, for samples"),
            new("id", ColumnType.Utf8, "its id, for samples"),
            new("mention_start", ColumnType.Int32, "where the text names the brand, for samples", Internal: true),
            new("mention_length", ColumnType.Int32, "length of that, for samples", Internal: true),
        ];
        return columns.Where(column => input.IndexOf(column.Name) >= 0);
    }

    /// <summary>Whether mentions have a sentiment.</summary>
    public bool HasSentiments => _sentiment >= 0;

    /// <summary>Whether mentions have scores.</summary>
    public bool HasScores => _score >= 0;

    /// <summary>Starts on a batch.</summary>
    public void Open(RecordBatch batch)
    {
        _times = batch.Int64(_time).Values;
        _scores = _score < 0 ? [] : batch.Float32(_score).Values;
        _reaches = _reach < 0 ? [] : batch.Int64(_reach).Values;
        (_mentionStarts, _mentionLengths) = _mentionStart < 0 || _mentionLength < 0 ? ([], []) : (batch.Int32(_mentionStart).Values, batch.Int32(_mentionLength).Values);
        (_authors, _bodies, _ids) = (TextColumn(batch, _author), TextColumn(batch, _text), TextColumn(batch, _id));
        foreach (var group in _groups)
        {
            group.Open(batch);
        }

        if (_sentimentIsText)
        {
            _sentimentCodes = batch.Dictionary(_sentiment).Values;
            OpenSentiments(batch.Dictionary(_sentiment).Dictionary);
        }
        else if (_sentiment >= 0)
        {
            _sentimentCodes = batch.Int32(_sentiment).Values;
        }
    }

    /// <summary>A row's event time, or <see cref="long.MinValue"/>.</summary>
    public long Time(int row) => _times[row];

    /// <summary>A row's key within a window. <see cref="SlotKey.TooLong"/> stands for a text that is longer than <see cref="MostKeyBytes"/>.</summary>
    public SlotKey Key(int row) => new(0, _groups[0].Code(row), _groups[1].Code(row), _groups[2].Code(row));

    /// <summary>-1 negative, 0 neutral, 1 positive; anything else: not known.</summary>
    public int Sentiment(int row)
    {
        if (_sentiment < 0)
        {
            return int.MinValue;
        }

        if (!_sentimentIsText)
        {
            return Math.Sign(_sentimentCodes[row]);
        }

        var code = _sentimentCodes[row];
        if (code < 0)
        {
            return int.MinValue;
        }

        if (code >= _classes.Length)
        {
            LearnSentiments();
        }

        return _classes[code];
    }

    /// <summary>A row's score in millionths; false where it has none.</summary>
    public bool TryScore(int row, out long score)
    {
        score = 0;
        if (_score < 0)
        {
            return false;
        }

        var value = _scores[row];
        if (float.IsNaN(value))
        {
            return false;
        }

        score = (long)Math.Round(Math.Clamp((double)value, -MaxScore, MaxScore) * ScoreUnit);
        return true;
    }

    /// <summary>People reached: 0 where absent or negative, at most 10¹².</summary>
    public long Reach(int row) => _reach < 0 ? 0 : Math.Clamp(_reaches[row], 0, MaxReach);

    /// <summary>The hash of a row's author; 0 where it has none.</summary>
    public ulong Author(int row) => Text(_authors, row) is { Length: > 0 } author ? Hash64.Of(author) : 0;

    /// <summary>A row as evidence.</summary>
    /// <param name="row">The row.</param>
    /// <param name="author">The hash of its author.</param>
    /// <param name="score">Its score.</param>
    public SampleOffer Sample(int row, ulong author, long score) => new()
    {
        Score = score,
        Time = _times[row],
        Author = author,
        MentionStart = _mentionStarts.Length == 0 ? 0 : _mentionStarts[row],
        MentionLength = _mentionLengths.Length == 0 ? 0 : _mentionLengths[row],
        Id = Text(_ids, row),
        Text = Text(_bodies, row),
    };

    private static Utf8Column? TextColumn(RecordBatch batch, int column) => column < 0 ? null : batch.Utf8(column);

    private static ReadOnlySpan<byte> Text(Utf8Column? column, int row) => column is null ? default : column[row];

    private void OpenSentiments(Utf8Dictionary dictionary)
    {
        if (!ReferenceEquals(dictionary, _sentiments))
        {
            _sentiments = dictionary;
            LearnSentiments();
        }
    }

    private void LearnSentiments()
    {
        _classes = new sbyte[_sentiments!.Count];
        for (var code = 0; code < _classes.Length; code++)
        {
            _classes[code] = _sentiments.GetString(code) switch { "negative" => -1, "neutral" => 0, "positive" => 1, _ => sbyte.MinValue };
        }
    }

    /// <summary>Turns the codes of a batch's column into those of the task's own dictionary. Either may begin anew.</summary>
    private sealed class GroupCodes(int column, KeyTexts texts, int group)
    {
        private Utf8Dictionary? _source;
        private Utf8Dictionary? _target;
        private int[] _codes = [];
        private int[] _rows = [];

        public void Open(RecordBatch batch)
        {
            if (column < 0)
            {
                return;
            }

            var values = batch.Dictionary(column);
            _rows = values.Values;
            if (!ReferenceEquals(values.Dictionary, _source) || !ReferenceEquals(texts[group], _target))
            {
                (_source, _target) = (values.Dictionary, texts[group]);
                _codes = [];
            }
        }

        public int Code(int row)
        {
            if (column < 0 || _rows[row] < 0)
            {
                return -1;
            }

            var code = _rows[row];
            if (code < _codes.Length && _codes[code] >= 0)
            {
                return _codes[code];
            }

            return Learn(code);
        }

        private int Learn(int code)
        {
            if (code >= _codes.Length)
            {
                var known = _codes.Length;
                Array.Resize(ref _codes, Math.Max(code + 1, Math.Max(16, known * 2)));
                Array.Fill(_codes, -1, known, _codes.Length - known);
            }

            // Rows are written down with '' where a column is absent: an empty text beside that would be a second row with one key.
            var text = _source![code];
            return text.IsEmpty ? -1 : text.Length > MostKeyBytes ? SlotKey.TooLong : _codes[code] = _target!.GetOrAdd(text);
        }
    }
}
