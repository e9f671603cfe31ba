using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;

namespace StreamEngine.Operators;

/// <summary><c>decode</c>: turns a record's JSON into the columns of a post.</summary>
public sealed class DecodeDefinition : OperatorDefinition
{
    internal static readonly Option<string> Id = Path("id", "id", "the post's id; where it is absent the id is 'PARTITION-OFFSET' of its record");
    internal static readonly Option<string> Time = Path("time", "time", "when the post was written; required in every post");
    internal static readonly Option<string> Author = Path("author", "author", "who wrote it; may be absent");
    internal static readonly Option<string> Channel = Path("channel", "channel", "where it was published; may be absent");
    internal static readonly Option<string> Language = Path("language", "language", "its language as a code such as 'nl' or 'en-US'; may be absent");
    internal static readonly Option<string> Text = Path("text", "text", "what it says; required in every post");
    internal static readonly Option<string> Reach = Path("reach", "reach", "how many people it reaches; may be absent");

    internal static readonly Option<string?> DefaultChannel =
        Option.OptionalText("default_channel", "the channel of posts that do not name one, or an empty one");

    internal static readonly Option<string> TimeFormat = Option.Choice(
        "time_format",
        "how times are written. 'auto' takes ISO 8601 (without a zone = UTC), also without hyphens and colons, and numbers of seconds, ms, µs or ns since 1970, told apart by their size, also as text. Eight digits that begin with 19 or 20 are a date: 20260301 is the first of March",
        "auto",
        "auto",
        "iso8601",
        "epoch_s",
        "epoch_ms",
        "epoch_us");

    internal static readonly Option<long> MaxBytes =
        Option.Integer("max_bytes", "the longest record that is decoded, in bytes; a longer one is a dead letter", 1 << 20, 16, 1 << 30);

    /// <inheritdoc/>
    public override string Name => "decode";

    /// <inheritdoc/>
    public override string Summary => "Turns a record's JSON into the columns of a post.";

    /// <inheritdoc/>
    public override string Description => """
        Reads one JSON object per record and takes the post's properties from the paths given: property names joined by dots
        ('user.name'), with positions within arrays counted from 0 ('photos.0.url'). Texts, numbers and booleans do for id, author and
        channel; a channel of nothing but white space is absent. A language keeps only its first part, in lower case ('en-US' is 'en');
        it is absent where that is 'und' or anything but 2 to 8 letters. Reach is cut to a whole number; where it is absent or negative
        it is 0.

        The whole record is checked: it must be valid JSON (RFC 8259) in valid UTF-8, nested at most 64 deep. Where a property stands
        twice, the last one counts. Half of a surrogate pair ('\ud83d' alone, as texts cut to a length have it) becomes U+FFFD.
        A record that cannot be decoded goes to the dead letters with the reason and the byte, counted from 0; the others go on.
        """;

    /// <inheritdoc/>
    public override string Example => """
        - decode:
            id: id_str
            time: created_at
            author: user.name
            language: lang
            reach: user.followers
            default_channel: twitter
        """;

    /// <inheritdoc/>
    public override ImmutableArray<Option> Options =>
        [Id, Time, Author, Channel, Language, Text, Reach, DefaultChannel, TimeFormat, MaxBytes];

    /// <inheritdoc/>
    public override OperatorColumns Columns(OptionSet options, BatchSchema input) => new(
        [new("value", ColumnType.Utf8, "the record's bytes as they came", Internal: true)],
        [
            new("id", ColumnType.Utf8, "the post's id"),
            new("time", ColumnType.Int64, "when it was written, ms since 1970"),
            new("author", ColumnType.Utf8, "who wrote it; may be absent"),
            new("channel", ColumnType.Dictionary, "where it was published; may be absent"),
            new("language", ColumnType.Dictionary, "its language, ISO 639; may be absent"),
            new("text", ColumnType.Utf8, "what it says"),
            new("reach", ColumnType.Int64, "how many people it reaches; 0 where unknown"),
        ]);

    /// <inheritdoc/>
    public override void Validate(OptionSet options, ICollection<GraphProblem> problems)
    {
        foreach (var option in Paths)
        {
            if (options.Get(option).Split('.').Contains(""))
            {
                problems.Add(new GraphProblem(options.PositionOf(option), $"decode: option '{option.Name}' must be property names joined by dots, like user.name"));
            }
        }
    }

    /// <inheritdoc/>
    public override IOperator Create(OperatorContext context) => new DecodeOperator(context);

    /// <summary>The options that are paths, in the order of <see cref="PostField"/>.</summary>
    internal static ImmutableArray<Option<string>> Paths => [Id, Time, Author, Channel, Language, Text, Reach];

    private static Option<string> Path(string name, string defaultPath, string description) =>
        Option.Text(name, $"path to {description}", defaultPath);
}

/// <summary>The properties of a post, in the order of the columns that <c>decode</c> adds.</summary>
internal enum PostField
{
    Id,
    Time,
    Author,
    Channel,
    Language,
    Text,
    Reach,
}
