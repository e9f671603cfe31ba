using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using StreamEngine.Core.Operators;

namespace StreamEngine.Operators;

/// <summary>Writes alerts as JSON documents (<c>schemas/alert.v1.json</c>).</summary>
internal sealed class AlertDocument : IDisposable
{
    /// <summary>The version of the detector's method: another one judges differently.</summary>
    public const string Detector = "spikes-3";

    private readonly ArrayBufferWriter<byte> _bytes = new(4096);
    private readonly Utf8JsonWriter _json;
    private readonly OperatorContext _context;
    private readonly Lazy<ImmutableArray<(string Operator, string Version)>> _models;

    public AlertDocument(OperatorContext context)
    {
        _context = context;
        _models = new(() => [.. context.ModelVersions()]);
        _json = new Utf8JsonWriter(_bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    /// <summary>The document of an incident's new state. Valid until the next call.</summary>
    /// <param name="state"><c>open</c>, <c>escalated</c> or <c>resolved</c>.</param>
    /// <param name="series">The brand.</param>
    /// <param name="watch">What is watched, with its incident.</param>
    /// <param name="bucket">The bucket that led to it, where it is still open.</param>
    public ReadOnlySpan<byte> Write(string state, BrandSeries series, BrandWatch watch, OpenBucket? bucket)
    {
        var incident = watch.Incident!;
        _bytes.ResetWrittenCount();
        _json.Reset(_bytes);
        _json.WriteStartObject();
        _json.WriteString("schema", "alert.v1");
        _json.WriteString("incident_id", incident.Id);
        _json.WriteNumber("sequence", incident.Sequence);
        _json.WriteString("state", state);
        _json.WriteString("kind", watch.Kind == AlertKind.Negative ? "negative" : "praise");
        _json.WriteNumber("severity", incident.Severity);
        _json.WriteString("brand", series.Brand);
        _json.WriteString("graph", _context.Graph);
        _json.WriteString("operator", _context.OperatorId);
        WriteFinding(incident.Last);
        WriteContent(incident, watch.Kind, bucket);
        Time("opened_at", incident.OpenedAt);
        Time("first_seen", incident.FirstSeen);
        Time("last_seen", incident.LastSeen);
        _json.WriteNumber("suppressed", watch.Suppressed);
        _json.WriteStartObject("versions");
        _json.WriteString("detector", Detector);
        _json.WriteStartObject("models");
        foreach (var (name, version) in _models.Value)
        {
            _json.WriteString(name, version);
        }

        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.Flush();
        return _bytes.WrittenSpan;
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void WriteFinding(in Finding finding)
    {
        _json.WriteStartObject("window");
        Time("start", finding.Start);
        Time("end", finding.End);
        _json.WriteEndObject();
        _json.WriteNumber("observed", finding.Observed);
        _json.WriteNumber("effective", finding.Effective);
        _json.WriteNumber("expected", Math.Round(finding.Expected, 3));
        var (low, high) = finding.Interval;
        _json.WriteStartObject("expected_interval");
        _json.WriteNumber("low", low);
        _json.WriteNumber("high", high);
        _json.WriteEndObject();
        _json.WriteNumber("p_value", finding.PValue);
        _json.WriteNumber("posts", finding.Posts);
        _json.WriteNumber("negative_share", Math.Round(finding.Share, 4));
        _json.WriteNumber("usual_share", Math.Round(finding.UsualShare, 4));
    }

    private void WriteContent(Incident incident, AlertKind kind, OpenBucket? bucket)
    {
        var channels = new SortedDictionary<string, long>(incident.Channels, StringComparer.Ordinal);
        var languages = new SortedDictionary<string, long>(incident.Languages, StringComparer.Ordinal);
        foreach (var ((channel, language), part) in bucket?.Parts ?? [])
        {
            Incident.Count(channels, channel, part.Counts.Observed(kind));
            Incident.Count(languages, language, part.Counts.Observed(kind));
        }

        WriteCounts("channels", channels);
        WriteCounts("languages", languages);
        WriteEvidence(incident.Evidence);
        _json.WriteStartArray("source_offsets");
        foreach (var (partition, offset) in incident.Sources)
        {
            _json.WriteStartObject();
            _json.WriteNumber("partition", partition);
            _json.WriteNumber("offset", offset);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteEvidence(AlertEvidence evidence)
    {
        _json.WriteNumber("duplicate_share", Math.Round(evidence.DuplicateShare, 4));
        _json.WriteNumber("author_share", Math.Round(evidence.AuthorShare, 4));
        _json.WriteStartArray("top_terms");
        foreach (var term in evidence.Terms)
        {
            _json.WriteStartObject();
            _json.WriteString("term", term.Text);
            _json.WriteNumber("posts", term.Posts);
            _json.WriteNumber("share", Math.Round(term.Share, 4));
            _json.WriteNumber("usual_share", Math.Round(term.UsualShare, 4));
            _json.WriteNumber("score", Math.Round(term.Score, 3));
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteStartArray("samples");
        foreach (var sample in evidence.Samples)
        {
            WriteSample(sample);
        }

        _json.WriteEndArray();
    }

    private void WriteSample(EvidencePost sample)
    {
        _json.WriteStartObject();
        _json.WriteString("id", sample.Id);
        Time("time", sample.Time);
        _json.WriteString("text", sample.Text);
        _json.WriteNumber("score", Math.Round(sample.Score / MentionReader.ScoreUnit, 6));
        if (sample.Language is not null)
        {
            _json.WriteString("language", sample.Language);
        }

        if (sample.Author != 0)
        {
            _json.WriteString("author_hash", sample.Author.ToString("x16", CultureInfo.InvariantCulture));
        }

        _json.WriteEndObject();
    }

    private void WriteCounts(string name, SortedDictionary<string, long> counts)
    {
        _json.WriteStartArray(name);
        foreach (var (key, count) in counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal))
        {
            _json.WriteStartObject();
            _json.WriteString("name", key);
            _json.WriteNumber("negative", count);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void Time(string name, long milliseconds) =>
        _json.WriteString(name, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
}
