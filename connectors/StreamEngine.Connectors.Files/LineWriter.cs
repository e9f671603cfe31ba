using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Runtime;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Connectors.Files;

/// <summary>Writes records as lines of JSON.</summary>
internal sealed class LineWriter(string path, bool goesOn, ILogger logger) : ISinkWriter
{
    private readonly MemoryStream _pending = new();
    private IReadOnlyList<SinkInput> _inputs = [];
    private Stream? _file;

    public int PendingRows { get; private set; }

    public long PendingBytes => _pending.Length;

    /// <summary>A file has no cost per flush that would be worth waiting for.</summary>
    public bool IsFlushDue => PendingRows > 0;

    public Task OpenAsync(IReadOnlyList<SinkInput> inputs, CancellationToken stop)
    {
        _inputs = inputs;
        try
        {
            _file = LineFile.Open(path, goesOn, logger);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SinkException($"sink 'file' cannot write {path}: {error.Message}", error);
        }

        return Task.CompletedTask;
    }

    public void Append(int input, in SinkRecord record)
    {
        if (_inputs[input].Kind is StreamKind.DeadLetters or StreamKind.Late)
        {
            WriteRefused(record);
        }
        else
        {
            _pending.Write(record.Value);
        }

        _pending.WriteByte((byte)'\n');
        PendingRows++;
    }

    /// <remarks>Is not stopped once it has begun: half of it would be in the file, and all of it would be written again.</remarks>
    public async Task FlushAsync(CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        try
        {
            _pending.Position = 0;
            await _pending.CopyToAsync(_file!, CancellationToken.None).ConfigureAwait(false);
            await _file!.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw new SinkException($"sink 'file' cannot write {path}: {error.Message}", error);
        }

        _pending.SetLength(0);
        PendingRows = 0;
    }

    public async ValueTask DisposeAsync()
    {
        if (_file is not null)
        {
            await _file.DisposeAsync().ConfigureAwait(false);
        }

        await _pending.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The original bytes as text (invalid UTF-8 as U+FFFD), with what the headers say.</summary>
    private void WriteRefused(in SinkRecord record)
    {
        using var json = new Utf8JsonWriter(_pending, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        var headers = record.Headers;
        while (RecordHeaders.TryRead(ref headers, out var name, out var value))
        {
            var text = System.Text.Encoding.UTF8.GetString(value);
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            {
                json.WriteNumber(name, number);
            }
            else
            {
                json.WriteString(name, text);
            }
        }

        json.WriteString("value", System.Text.Encoding.UTF8.GetString(record.Value));
        json.WriteEndObject();
    }
}
