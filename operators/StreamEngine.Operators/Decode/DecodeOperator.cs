using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sources;

namespace StreamEngine.Operators;

/// <summary>Decodes the records of one partition. Texts without escapes are not copied: their columns point into the record.</summary>
internal sealed unsafe class DecodeOperator : RowOperator
{
    /// <summary>
    /// Texts that a dictionary may hold when a batch begins; with more it begins anew. None is ever refused then, and what is made up
    /// (a channel per post, garbage for a language) takes bounded memory.
    /// </summary>
    private const int MostTexts = 1 << 16;

    private readonly string[] _paths;
    private readonly JsonReader _reader;
    private readonly PostTimeFormat _timeFormat;
    private readonly long _maxBytes;
    private readonly string? _defaultChannel;
    private Utf8Dictionary _channels = new(int.MaxValue);
    private Utf8Dictionary _languages = new(int.MaxValue);
    private int _defaultChannelCode = -1;
    private readonly int _value, _id, _time, _author, _channel, _language, _text, _reach;

    internal DecodeOperator(OperatorContext context)
        : base(context)
    {
        var options = context.Options;
        _paths = [.. DecodeDefinition.Paths.Select(options.Get)];
        _reader = new JsonReader(PathNode.Tree(_paths), _paths.Length);
        _timeFormat = PostTime.Format(options.Get(DecodeDefinition.TimeFormat));
        _maxBytes = options.Get(DecodeDefinition.MaxBytes);
        _defaultChannel = options.Get(DecodeDefinition.DefaultChannel) is { } channel && !string.IsNullOrWhiteSpace(channel) ? channel : null;
        _value = context.Column(SourceDefinition.Schema.Columns[SourceDefinition.ValueColumn].Name);
        (_id, _time, _author) = (context.Column("id"), context.Column("time"), context.Column("author"));
        (_channel, _language) = (context.Column("channel"), context.Column("language"));
        (_text, _reach) = (context.Column("text"), context.Column("reach"));
    }

    /// <inheritdoc/>
    protected override void Process(RecordBatch batch, int from, int to)
    {
        if (from == 0)
        {
            BeginDictionaries();
        }

        batch.Dictionary(_channel).Dictionary = _channels;
        batch.Dictionary(_language).Dictionary = _languages;
        for (var row = from; row < to; row++)
        {
            var error = Decode(batch, row);
            if (error is not null)
            {
                Context.DeadLetter(batch, row, error);
            }
        }
    }

    /// <summary>Makes dictionaries that are full anew. Within a batch they stay, since its rows have their codes already.</summary>
    private void BeginDictionaries()
    {
        if (_channels.Count >= MostTexts)
        {
            _channels = new Utf8Dictionary(int.MaxValue);
        }

        if (_languages.Count >= MostTexts)
        {
            _languages = new Utf8Dictionary(int.MaxValue);
        }

        if (_channels.Count == 0 && _defaultChannel is not null)
        {
            _defaultChannelCode = _channels.GetOrAdd(_defaultChannel);
        }
    }

    /// <summary>Fills one row; the reason where it cannot be done.</summary>
    private string? Decode(RecordBatch batch, int row)
    {
        var values = batch.Utf8(_value);
        var (offset, length) = (values.Offsets[row], values.Lengths[row]);
        if (length > _maxBytes)
        {
            return $"the record is {length} bytes long; the most is {_maxBytes} (option 'max_bytes' of '{Context.OperatorId}')";
        }

        // Room for all escaped texts of the record, for the id, and for the reader's look beyond the end: the buffer stays where it is.
        batch.Arena.Reserve(Math.Max(0, length) + 64);
        fixed (byte* buffer = batch.Arena.Buffer)
        {
            var record = new ReadOnlySpan<byte>(buffer + offset, Math.Max(0, length));
            if (!Utf8.IsValid(record))
            {
                return JsonErrors.Describe(JsonError.NotUtf8, JsonText.FirstInvalid(record));
            }

            var mark = record.StartsWith("\uFEFF"u8) ? 3 : 0;
            if (!_reader.Read(buffer + offset + mark, record.Length - mark))
            {
                return JsonErrors.Describe(_reader.Error, _reader.ErrorPosition + mark);
            }

            return _reader.Outermost == JsonKind.Object ? Fill(batch, row, offset + mark) : "the record's JSON is not an object";
        }
    }

    private string? Fill(RecordBatch batch, int row, int start)
    {
        ref readonly var text = ref _reader.Captures[(int)PostField.Text];
        if (text.Kind != JsonKind.Text)
        {
            return Wrong(PostField.Text, "a text");
        }

        ref readonly var time = ref _reader.Captures[(int)PostField.Time];
        if (time.Kind is not (JsonKind.Text or JsonKind.Number))
        {
            return Wrong(PostField.Time, "a text or a number");
        }

        var written = Content(batch.Arena, start, time);
        if (!PostTime.TryParse(written, _timeFormat, out var milliseconds))
        {
            return $"no time: the property '{_paths[(int)PostField.Time]}' is '{Shorten(written)}'; {Expected()}";
        }

        batch.Int64(_time)[row] = milliseconds;
        batch.Origin.EventTimes[batch.Records[row]] = milliseconds;
        Set(batch.Utf8(_text), row, start, text);
        return FillOptional(batch, row, start);
    }

    private string? FillOptional(RecordBatch batch, int row, int start)
    {
        ref readonly var id = ref _reader.Captures[(int)PostField.Id];
        ref readonly var author = ref _reader.Captures[(int)PostField.Author];
        ref readonly var channel = ref _reader.Captures[(int)PostField.Channel];
        ref readonly var language = ref _reader.Captures[(int)PostField.Language];
        ref readonly var reach = ref _reader.Captures[(int)PostField.Reach];
        if (!IsScalar(id) || !IsScalar(author) || !IsScalar(channel))
        {
            var wrong = !IsScalar(id) ? PostField.Id : !IsScalar(author) ? PostField.Author : PostField.Channel;
            return Wrong(wrong, "a text, a number or a boolean");
        }

        if (language.Kind is not (JsonKind.Text or JsonKind.Null or JsonKind.Absent))
        {
            return Wrong(PostField.Language, "a text");
        }

        if (IsAbsent(id))
        {
            SetDerivedId(batch, row);
        }
        else
        {
            Set(batch.Utf8(_id), row, start, id);
        }

        if (IsAbsent(author))
        {
            batch.Utf8(_author).SetAbsent(row);
        }
        else
        {
            Set(batch.Utf8(_author), row, start, author);
        }

        batch.Dictionary(_channel)[row] = IsAbsent(channel) ? _defaultChannelCode : ChannelCode(Content(batch.Arena, start, channel));
        batch.Dictionary(_language)[row] = language.Kind == JsonKind.Text ? LanguageCode(Content(batch.Arena, start, language)) : -1;
        batch.Int64(_reach)[row] = 0;
        if (IsAbsent(reach))
        {
            return null;
        }

        return reach.Kind is JsonKind.Number or JsonKind.Text && TryReach(Content(batch.Arena, start, reach), out batch.Int64(_reach)[row])
            ? null
            : Wrong(PostField.Reach, "a number");
    }

    /// <summary>The bytes of a captured scalar, unescaped where it must be.</summary>
    private static ReadOnlySpan<byte> Content(ByteArena arena, int start, in JsonCapture value)
    {
        if (!value.Escaped)
        {
            return arena.Buffer.AsSpan(start + value.Start, value.Length);
        }

        var offset = Unescape(arena, start, value, out var length);
        return arena.Buffer.AsSpan(offset, length);
    }

    private static void Set(Utf8Column column, int row, int start, in JsonCapture value)
    {
        if (value.Escaped)
        {
            column.Set(row, Unescape(column.Arena, start, value, out var length), length);
        }
        else
        {
            column.Set(row, start + value.Start, value.Length);
        }
    }

    private static int Unescape(ByteArena arena, int start, in JsonCapture value, out int length)
    {
        var plain = arena.Allocate(value.Length, out var offset);
        length = JsonText.Unescape(arena.Buffer.AsSpan(start + value.Start, value.Length), plain);
        arena.Trim(offset + length);
        return offset;
    }

    private void SetDerivedId(RecordBatch batch, int row)
    {
        var room = batch.Arena.Allocate(DerivedId.MostBytes, out var at);
        var length = DerivedId.Write(room, batch.Origin.Partition, batch.Origin.Offsets[batch.Records[row]]);
        batch.Arena.Trim(at + length);
        batch.Utf8(_id).Set(row, at, length);
    }

    private int ChannelCode(ReadOnlySpan<byte> channel) => IsBlank(channel) ? _defaultChannelCode : _channels.GetOrAdd(channel);

    /// <summary>Whether there is nothing but white space. Columns are written down with '' where they are absent, so an empty text must not be a value beside that.</summary>
    private static bool IsBlank(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty && Rune.DecodeFromUtf8(text, out var rune, out var length) == OperationStatus.Done && Rune.IsWhiteSpace(rune))
        {
            text = text[length..];
        }

        return text.IsEmpty;
    }

    private int LanguageCode(ReadOnlySpan<byte> tag)
    {
        var end = tag.IndexOfAny((byte)'-', (byte)'_');
        tag = end < 0 ? tag : tag[..end];
        if (tag.Length is < 2 or > 8)
        {
            return -1;
        }

        Span<byte> lower = stackalloc byte[8];
        for (var i = 0; i < tag.Length; i++)
        {
            lower[i] = (byte)(tag[i] | 0x20);
            if ((uint)(lower[i] - 'a') >= 26)
            {
                return -1;
            }
        }

        lower = lower[..tag.Length];
        return lower.SequenceEqual("und"u8) ? -1 : _languages.GetOrAdd(lower);
    }

    private static bool TryReach(ReadOnlySpan<byte> number, out long reach)
    {
        if (!Utf8Parser.TryParse(number, out reach, out var used) || used != number.Length)
        {
            if (!Utf8Parser.TryParse(number, out double value, out used) || used != number.Length || double.IsNaN(value))
            {
                reach = 0;
                return false;
            }

            reach = value >= long.MaxValue ? long.MaxValue : (long)value;
        }

        reach = Math.Max(0, reach);
        return true;
    }

    private static bool IsAbsent(in JsonCapture value) => value.Kind is JsonKind.Absent or JsonKind.Null;

    private static bool IsScalar(in JsonCapture value) => value.Kind is not (JsonKind.Object or JsonKind.Array);

    private string Wrong(PostField field, string expected)
    {
        var name = field.ToString().ToLowerInvariant();
        var path = _paths[(int)field];
        return _reader.Captures[(int)field].Kind switch
        {
            JsonKind.Absent => $"no {name}: the property '{path}' is missing",
            JsonKind.Null => $"no {name}: the property '{path}' is null",
            JsonKind.Text => $"no {name}: the property '{path}' is a text; it must be {expected}",
            JsonKind.Number => $"no {name}: the property '{path}' is a number; it must be {expected}",
            JsonKind.True or JsonKind.False => $"no {name}: the property '{path}' is a boolean; it must be {expected}",
            JsonKind.Object => $"no {name}: the property '{path}' is an object; it must be {expected}",
            _ => $"no {name}: the property '{path}' is an array; it must be {expected}",
        };
    }

    private string Expected() => _timeFormat switch
    {
        PostTimeFormat.Iso8601 => "it must be ISO 8601, like 2026-03-01T12:30:00Z",
        PostTimeFormat.EpochSeconds => "it must be seconds since 1970",
        PostTimeFormat.EpochMilliseconds => "it must be milliseconds since 1970",
        PostTimeFormat.EpochMicroseconds => "it must be microseconds since 1970",
        _ => "it must be ISO 8601, like 2026-03-01T12:30:00Z, or a number since 1970",
    };

    private static string Shorten(ReadOnlySpan<byte> text) =>
        text.Length <= 64 ? Encoding.UTF8.GetString(text) : Encoding.UTF8.GetString(text[..64]) + "…";
}
