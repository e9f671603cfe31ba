using System.Collections.Immutable;
using System.Globalization;
using StreamEngine.Core.Graph;

namespace StreamEngine.Core.Operators;

/// <summary>How each type of option is read from a user's value.</summary>
internal static class OptionReaders
{
    internal static bool Text(ConfigNode node, out string value, out string error)
    {
        (value, error) = ("", "must be a text");
        if (node is ConfigScalar { Text: { } text })
        {
            value = text;
            return true;
        }

        return false;
    }

    internal static bool Path(ConfigNode node, out string value, out string error)
    {
        (value, error) = ("", "must be a path");
        if (node is not ConfigScalar { Text: { Length: > 0 } text })
        {
            return false;
        }

        var folder = node.Position.Line == 0 ? "" : System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(node.Position.File)) ?? "";
        value = System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, text));
        return true;
    }

    internal static OptionReader<long> Integer(long min, long max) => (ConfigNode node, out long value, out string error) =>
    {
        error = $"must be a whole number{Range(min == long.MinValue ? null : min, max == long.MaxValue ? null : max)}";
        value = 0;
        return node is ConfigScalar { Text: { } text }
            && long.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
            && value >= min && value <= max;
    };

    internal static OptionReader<double> Number(double min, double max) => (ConfigNode node, out double value, out string error) =>
    {
        error = $"must be a number{Range(min == double.MinValue ? null : min, max == double.MaxValue ? null : max)}";
        value = 0;
        return node is ConfigScalar { Text: { } text }
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && value >= min && value <= max;
    };

    internal static bool Flag(ConfigNode node, out bool value, out string error)
    {
        error = "must be true or false";
        value = false;
        return node is ConfigScalar { Text: { } text } && bool.TryParse(text, out value);
    }

    internal static OptionReader<TimeSpan> Duration(TimeSpan min, TimeSpan max) => (ConfigNode node, out TimeSpan value, out string error) =>
    {
        error = (min > TimeSpan.Zero, max < TimeSpan.MaxValue) switch
        {
            (false, false) => "must be a duration like 200ms, 30s, 5m, 1h or 7d",
            (true, false) => $"must be a duration like 30s or 1h, of at least {Durations.Format(min)}",
            (false, true) => $"must be a duration like 30s or 1h, of at most {Durations.Format(max)}",
            (true, true) => $"must be a duration like 30s or 1h, from {Durations.Format(min)} to {Durations.Format(max)}",
        };
        value = default;
        return node is ConfigScalar { Text: { } text } && Durations.TryParse(text, out value) && value >= min && value <= max;
    };

    internal static OptionReader<TimeSpan?> OptionalDuration(TimeSpan min, TimeSpan max) => (ConfigNode node, out TimeSpan? value, out string error) =>
    {
        var ok = Duration(min, max)(node, out var read, out error);
        value = ok ? read : null;
        return ok;
    };

    internal static OptionReader<string> Choice(ImmutableArray<string> choices) => (ConfigNode node, out string value, out string error) =>
    {
        value = (node as ConfigScalar)?.Text ?? "";
        error = $"must be one of {string.Join(", ", choices)}{NearestWord.Hint(value, choices)}";
        return choices.Contains(value);
    };

    internal static bool TextList(ConfigNode node, out ImmutableArray<string> value, out string error)
    {
        (value, error) = ([], "must be a list of texts");
        switch (node)
        {
            case ConfigScalar { Text: { } text }:
                value = [text];
                return true;
            case ConfigList list when list.Items.All(item => item is ConfigScalar { Text: not null }):
                value = [.. list.Items.Select(item => ((ConfigScalar)item).Text!)];
                return true;
            default:
                return false;
        }
    }

    internal static bool TextMap(ConfigNode node, out ImmutableDictionary<string, string> value, out string error)
    {
        (value, error) = (ImmutableDictionary<string, string>.Empty, "must be a map of names to texts");
        if (node is not ConfigMap map || map.Entries.Any(entry => entry.Key.Text is null || entry.Value is not ConfigScalar { Text: not null }))
        {
            return false;
        }

        value = map.Entries.ToImmutableDictionary(entry => entry.Key.Text!, entry => ((ConfigScalar)entry.Value).Text!);
        return true;
    }

    private static string Range(IFormattable? min, IFormattable? max)
    {
        static string Number(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
        return (min, max) switch
        {
            (null, null) => "",
            ({ } low, null) => $" of at least {Number(low)}",
            (null, { } high) => $" of at most {Number(high)}",
            ({ } low, { } high) => $" from {Number(low)} to {Number(high)}",
        };
    }
}
