using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace StreamEngine.Cli.Demo;

/// <summary>Puts posts together from phrases.</summary>
internal sealed class PostText(Random random)
{
    private const int KeptForReposts = 40;

    private readonly StringBuilder _text = new();
    private readonly Dictionary<(string List, string Language), List<string>> _recent = [];

    /// <summary>An ordinary post about a brand.</summary>
    public string About(DemoBrand brand, string tone, Phrases phrases) =>
        Compose(phrases, brand, phrases[$"{brand.Key}.{tone}"], phrases[$"more.{tone}"], 0.4, tone);

    /// <summary>A post of a story; one in twelve is somebody else's, passed on.</summary>
    public string Of(DemoStory story, Phrases phrases)
    {
        var key = (story.Phrases, phrases.Language);
        if (!_recent.TryGetValue(key, out var recent))
        {
            _recent[key] = recent = [];
        }

        if (recent.Count > 5 && random.NextDouble() < 1 / 12.0)
        {
            return $"RT @{Author(phrases)}: {Pick(recent)}";
        }

        var text = Compose(phrases, story.Brand, phrases[story.Phrases], phrases[story.Phrases + ".more"], 0.7, story.Tone);
        if (recent.Count < KeptForReposts)
        {
            recent.Add(text);
        }
        else
        {
            recent[random.Next(KeptForReposts)] = text;
        }

        return text;
    }

    /// <summary>A post about no brand, although some have a word that looks like one.</summary>
    public string AboutNobody(Phrases phrases, bool aboutTheMatch) =>
        Compose(phrases, null, phrases[aboutTheMatch ? "arena" : "nobody"], [], 0, "neutral");

    /// <summary>Somebody who writes in a language: few write much, many write little.</summary>
    public string Author(Phrases phrases) =>
        string.Create(CultureInfo.InvariantCulture, $"{Pick(phrases["name"])}_{(int)(600 * Math.Pow(random.NextDouble(), 1.7)) + 1}");

    private string Compose(Phrases phrases, DemoBrand? brand, ImmutableArray<string> sentences, ImmutableArray<string> more, double moreOften, string tone)
    {
        _text.Clear();
        if (random.NextDouble() < 0.25)
        {
            Add(Pick(phrases[tone == "negative" && random.Next(3) == 0 ? "opening.negative" : "opening"]), phrases, brand);
            _text.Append(' ');
        }

        var start = _text.Length;
        var sentence = Pick(sentences);
        Add(sentence, phrases, brand);
        if (start == 0 || _text[start - 2] is '.' or '?')
        {
            _text[start] = char.ToUpperInvariant(_text[start]);
        }
        else if (char.IsUpper(sentence[0]) && char.IsLower(sentence[1]))
        {
            _text[start] = char.ToLowerInvariant(_text[start]);
        }

        if (random.NextDouble() < moreOften)
        {
            _text.Append(_text[^1] is '?' or '!' ? " " : ". ");
            Add(Pick(more), phrases, brand);
        }

        if (random.NextDouble() < 0.4)
        {
            _text.Append(' ').Append(Pick(phrases["ending." + tone]));
        }

        return random.NextDouble() switch
        {
            < 0.12 => _text.ToString().ToLowerInvariant(),
            > 0.97 when tone == "negative" => _text.ToString().ToUpperInvariant(),
            _ => _text.ToString(),
        };
    }

    private void Add(string template, Phrases phrases, DemoBrand? brand)
    {
        for (var at = 0; at < template.Length;)
        {
            var open = template.IndexOf('{', at);
            if (open < 0)
            {
                _text.Append(template, at, template.Length - at);
                return;
            }

            _text.Append(template, at, open - at);
            var close = template.IndexOf('}', open);
            _text.Append(Slot(template[(open + 1)..close], phrases, brand));
            at = close + 1;
        }
    }

    private string Slot(string name, Phrases phrases, DemoBrand? brand) => name switch
    {
        "brand" => random.Next(10) switch { 0 => brand!.Hashtag, < 3 => brand!.Handle, _ => brand!.Name },
        "product" => Pick(phrases[brand!.Key + ".product"]),
        "place" => Pick(phrases["place"]),
        "n" => random.Next(2, 10).ToString(CultureInfo.InvariantCulture),
        "min" => random.Next(15, 95).ToString(CultureInfo.InvariantCulture),
        "price" => $"{random.Next(1, 60)}{(phrases.Language == "en" ? '.' : ',')}{(random.Next(2) == 0 ? "95" : "50")}",
        "hour" => string.Create(CultureInfo.InvariantCulture, $"{random.Next(7, 22)}:{random.Next(6)}0"),
        _ => throw new InvalidOperationException($"phrases in '{phrases.Language}' name a slot {{{name}}} that there is not"),
    };

    private T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
