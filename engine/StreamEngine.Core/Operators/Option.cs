using System.Collections.Immutable;
using StreamEngine.Core.Graph;

namespace StreamEngine.Core.Operators;

/// <summary>The declaration of one option: the source of validation, reference documentation and the editor's schema.</summary>
/// <param name="Name">The name in YAML, in snake_case.</param>
/// <param name="TypeName">What values look like, for readers: <c>text</c>, <c>duration</c>, <c>integer</c> …</param>
/// <param name="Description">What it does, with unit and range.</param>
/// <param name="Required">Whether a graph must give it.</param>
/// <param name="DefaultText">The default as a user would write it; <see langword="null"/> where there is none.</param>
/// <param name="Choices">The values allowed, where these can be listed.</param>
public abstract record Option(string Name, string TypeName, string Description, bool Required, string? DefaultText, ImmutableArray<string> Choices)
{
    /// <summary>Reads a value, or says what is wrong with it (a sentence part such as <c>must be a duration like 30s</c>).</summary>
    internal abstract bool TryRead(ConfigNode node, out object? value, out string error);

    /// <summary>The default's value.</summary>
    internal abstract object? DefaultValue { get; }

    /// <summary>A text.</summary>
    public static Option<string> Text(string name, string description, string? defaultValue = null) =>
        new(name, "text", description, defaultValue is null, defaultValue, defaultValue ?? "", OptionReaders.Text);

    /// <summary>A text that may be left out; absent = <see langword="null"/>.</summary>
    public static Option<string?> OptionalText(string name, string description) =>
        new(name, "text", description, false, null, null, OptionReaders.Text);

    /// <summary>A file or folder, relative to the graph's file.</summary>
    public static Option<string> Path(string name, string description) =>
        new(name, "path", description, true, null, "", OptionReaders.Path);

    /// <summary>A file or folder that may be left out; absent = <see langword="null"/>.</summary>
    public static Option<string?> OptionalPath(string name, string description) =>
        new(name, "path", description, false, null, null, OptionReaders.Path);

    /// <summary>A whole number within a range.</summary>
    public static Option<long> Integer(string name, string description, long defaultValue, long min = long.MinValue, long max = long.MaxValue) =>
        new(name, "integer", description, false, ConfigNode.From(defaultValue) is ConfigScalar s ? s.Text : null, defaultValue, OptionReaders.Integer(min, max));

    /// <summary>A number within a range.</summary>
    public static Option<double> Number(string name, string description, double defaultValue, double min = double.MinValue, double max = double.MaxValue) =>
        new(name, "number", description, false, ConfigNode.From(defaultValue) is ConfigScalar s ? s.Text : null, defaultValue, OptionReaders.Number(min, max));

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static Option<bool> Flag(string name, string description, bool defaultValue = false) =>
        new(name, "true|false", description, false, defaultValue ? "true" : "false", defaultValue, OptionReaders.Flag);

    /// <summary>A duration such as <c>30s</c>, within a range.</summary>
    public static Option<TimeSpan> Duration(string name, string description, TimeSpan? defaultValue, TimeSpan? min = null, TimeSpan? max = null) =>
        new(name, "duration", description, defaultValue is null, defaultValue is { } d ? Durations.Format(d) : null, defaultValue ?? default, OptionReaders.Duration(min ?? TimeSpan.Zero, max ?? TimeSpan.MaxValue));

    /// <summary>A duration that may be left out; absent = <see langword="null"/>.</summary>
    public static Option<TimeSpan?> OptionalDuration(string name, string description, TimeSpan? min = null, TimeSpan? max = null) =>
        new(name, "duration", description, false, null, null, OptionReaders.OptionalDuration(min ?? TimeSpan.Zero, max ?? TimeSpan.MaxValue));

    /// <summary>One word out of a list.</summary>
    public static Option<string> Choice(string name, string description, string? defaultValue, params ImmutableArray<string> choices) =>
        new(name, "choice", description, defaultValue is null, defaultValue, defaultValue ?? "", OptionReaders.Choice(choices)) { Choices = choices };

    /// <summary>A list of texts; a single text stands for a list of one.</summary>
    public static Option<ImmutableArray<string>> TextList(string name, string description, params ImmutableArray<string> defaultValue) =>
        new(name, "list of text", description, false, "[" + string.Join(", ", defaultValue) + "]", defaultValue, OptionReaders.TextList);

    /// <summary>Names with texts, passed on as they are.</summary>
    public static Option<ImmutableDictionary<string, string>> TextMap(string name, string description) =>
        new(name, "map of text", description, false, "{}", ImmutableDictionary<string, string>.Empty, OptionReaders.TextMap);
}

/// <summary>Reads an option's value, or says what is wrong with it.</summary>
internal delegate bool OptionReader<T>(ConfigNode node, out T value, out string error);

/// <summary>An option whose values are of type <typeparamref name="T"/>.</summary>
public sealed record Option<T> : Option
{
    private readonly OptionReader<T> _read;

    internal Option(string name, string typeName, string description, bool required, string? defaultText, T defaultValue, OptionReader<T> read)
        : base(name, typeName, description, required, defaultText, [])
    {
        Default = defaultValue;
        _read = read;
    }

    /// <summary>The value where a graph gives none.</summary>
    public T Default { get; }

    internal override object? DefaultValue => Default;

    internal override bool TryRead(ConfigNode node, out object? value, out string error)
    {
        var ok = _read(node, out var typed, out error);
        value = typed;
        return ok;
    }
}
