using System.Text;
using StreamEngine.Core.Graph;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Match;

public sealed class BrandMatcherTests
{
    private const string Brands = """
        brands:
          - name: ING
            keywords: [ING bank]
            hashtags: [ing]
            handles: ['@ING_nl']
            ambiguous: [ING]
            context: [rekening, app, '@degiro']
            exclude: [trading ing]
            never_with: [ing. jansen]
          - name: Żabka
            keywords: żabka
          - name: Coca-Cola
            phrases: [coca cola, coke]
            exclude: [diet coke]
          - name: H&M
            keywords: [h&m, 'disney+', .net]
          - name: Orange
            keywords: [Orange, Orange Mobile]
            case_sensitive: true
        """;

    [Theory]
    [InlineData("Ik bel ING Bank.", "ING:7+8")]
    [InlineData("ik bel de ing", "")]
    [InlineData("de ING app doet het niet, ing!", "ING:3+3")]
    [InlineData("vraag @degiro naar ing", "ING:19+3")]
    [InlineData("#ING faalt", "ING:0+4")]
    [InlineData("#ing_faalt #ingeklapt", "")]
    [InlineData("hé @ing_NL help", "ING:4+7")]
    [InlineData("@ing_nl_fan of mail@ing_nl", "")]
    [InlineData("trading ing op mijn rekening", "")]
    [InlineData("trading ing, maar ook ING op mijn rekening", "ING:22+3")]
    [InlineData("ing. Jansen van de ING bank", "")]
    [InlineData("ZABKA i żabka's", "Żabka:0+5")]
    [InlineData("w Żabce w Żabka", "Żabka:11+6")]
    [InlineData("żabkażabka @żabka żabka_", "")]
    [InlineData("👍żabka👎", "Żabka:4+6")]
    [InlineData("l'COCA-COLA", "Coca-Cola:2+9")]
    [InlineData("coca \n cola", "Coca-Cola:0+11")]
    [InlineData("coca, cola; cocacola; diet coke", "")]
    [InlineData("h&amp;m en H & M", "H&M:0+7")]
    [InlineData("hm h+m disney disneyplus", "")]
    [InlineData("op Disney+?", "H&M:3+7")]
    [InlineData("learn .NET now", "H&M:6+4")]
    [InlineData("internet net", "")]
    [InlineData("Orange orange ORANGE", "Orange:0+6")]
    [InlineData("orange ORANGE Orange  Mobile", "Orange:14+6")]
    [InlineData("Coke and Żabka and ING bank, coke", "ING:20+8 Żabka:9+6 Coca-Cola:0+4")]
    [InlineData("", "")]
    [InlineData("\u0130", "")]
    public void A_text_mentions_what_its_words_say(string text, string expected) => Assert.Equal(expected, Find(Matcher(Brands), text));

    [Theory]
    [InlineData("AT&T", "wij van AT&amp;T", "8+8")]
    [InlineData("AT&T", "AT&#38;T at&amp;t", "0+8")]
    [InlineData("AT&T", "at&amp;t At&T", "")]
    [InlineData("AT&amp;T", "het AT&T-net", "4+4")]
    [InlineData("McDonald's", "bij McDonald’s", "4+12")]
    [InlineData("McDonald's", "McDonald&#39;s, McDonald&rsquo;s", "0+14")]
    [InlineData("McDonald’s", "mcdonald's of McDonald's", "14+10")]
    [InlineData("McDonald's", "McDonalds Mcdonald’s", "")]
    [InlineData("Coca-Cola", "“Coca‑Cola” Coca\u00A0Cola", "3+11")]
    [InlineData("Coca-Cola", "COCA&ndash;COLA Coca &ndash; Cola", "16+17")]
    [InlineData("Orange", "ＯＲＡＮＧＥ Ｏｒａｎｇｅ", "19+18")]
    [InlineData("Orange", "o\u00ADrange Or\u200Bange", "9+9")]
    [InlineData("Café Noir", "Caf&eacute; Noir", "0+16")]
    [InlineData("Café Noir", "Cafe Noir CAFÉ NOIR", "")]
    [InlineData("ŁÓDŹ", "łódź Łódź ŁÓDŹ", "16+7")]
    [InlineData("İş", "is İş", "3+4")]
    public void Where_case_counts_entities_and_typography_make_no_difference(string keyword, string text, string expected)
    {
        var matcher = new BrandMatcher(new BrandSet([new Brand("it") { Certain = [Pattern(keyword, caseSensitive: true)] }]));
        Assert.Equal(expected, string.Join(' ', matcher.Find(Encoding.UTF8.GetBytes(text)).ToArray().Select(m => $"{m.Start}+{m.Length}")));
    }

    [Fact]
    public void Excludes_the_same_as_a_plain_search_whatever_the_rules()
    {
        const int seed = 9;
        var random = new Random(seed);
        for (var round = 0; round < 2_000; round++)
        {
            string Words(int most) => string.Join(' ', Enumerable.Range(0, random.Next(1, most + 1)).Select(_ => (char)('a' + random.Next(3))));
            List<string> List(int most) => [.. Enumerable.Range(0, random.Next(most + 1)).Select(_ => Words(3))];
            var rules = Enumerable.Range(0, random.Next(1, 4)).Select(_ => (Certain: List(2), Ambiguous: List(2), Context: List(1), Exclude: List(3), NeverWith: random.Next(4) == 0 ? List(1) : [])).ToList();
            var matcher = new BrandMatcher(new BrandSet([.. rules.Select((rule, i) => new Brand($"{i}")
            {
                Certain = [.. rule.Certain.Select(text => Pattern(text))],
                Ambiguous = [.. rule.Ambiguous.Select(text => Pattern(text))],
                Context = [.. rule.Context.Select(text => Pattern(text))],
                Exclude = [.. rule.Exclude.Select(text => Pattern(text))],
                NeverWith = [.. rule.NeverWith.Select(text => Pattern(text))],
            })]));
            for (var i = 0; i < 10; i++)
            {
                // Words are one letter: a pattern's places are those of its text between blanks.
                var text = Words(12);
                IEnumerable<(int Start, int End)> Places(List<string> patterns) =>
                    from pattern in patterns
                    from start in Enumerable.Range(0, text.Length)
                    where $" {text} ".AsSpan(start).StartsWith($" {pattern} ", StringComparison.Ordinal)
                    select (start, start + pattern.Length);
                var expected = rules.Select((rule, brand) =>
                {
                    var meant = Places(rule.Certain).Concat(Places(rule.Context).Any() ? Places(rule.Ambiguous) : [])
                        .Where(place => !Places(rule.Exclude).Any(other => other.Start <= place.Start && other.End >= place.End));
                    return Places(rule.NeverWith).Any() || !meant.Any() ? "" : $"{brand}:{meant.Min(place => place.Start)}";
                });
                var actual = matcher.Find(Encoding.UTF8.GetBytes(text)).ToArray().Select(mention => $"{mention.Brand}:{mention.Start}");
                Assert.True(expected.Where(mention => mention.Length > 0).SequenceEqual(actual), $"seed {seed}, round {round}: in '{text}' for {string.Join(" | ", rules.Select(r => $"{string.Join(',', r.Certain)};{string.Join(',', r.Ambiguous)};{string.Join(',', r.Context)};{string.Join(',', r.Exclude)};{string.Join(',', r.NeverWith)}"))}: found {string.Join(' ', actual)}");
            }
        }
    }

    [Fact]
    public void Entities_and_typography_change_no_mention_whether_case_counts_or_not()
    {
        const int seed = 10;
        var random = new Random(seed);
        (char Plain, string[] Written)[] variants = [('&', ["&", "&amp;", "&#38;"]), ('\'', ["'", "’", "&#39;", "&rsquo;"]), ('-', ["-", "–", "&ndash;"]), (' ', [" ", "\u00A0", "&nbsp;", " \u200B"]), ('a', ["a", "ａ", "&#97;", "\u200Ca"])];
        string Any(int most) => string.Concat(Enumerable.Range(0, random.Next(1, most + 1)).Select(_ => "aAbB &'-"[random.Next(8)]));
        for (var round = 0; round < 5_000; round++)
        {
            var brands = Enumerable.Range(0, 4).Select(i => (Text: $"b{Any(4)}b", CaseSensitive: i % 2 == 0)).ToList();
            var matcher = new BrandMatcher(new BrandSet([.. brands.Select((brand, i) => new Brand($"{i}") { Certain = [Pattern(brand.Text, brand.CaseSensitive)] })]));
            var text = string.Join(' ', Enumerable.Range(0, 4).Select(_ => random.Next(2) == 0 ? brands[random.Next(4)].Text : Any(5)));
            var (written, places) = (new StringBuilder(), new List<int>());
            foreach (var sign in text)
            {
                places.Add(Encoding.UTF8.GetByteCount(written.ToString()));
                var ways = variants.FirstOrDefault(variant => variant.Plain == sign).Written ?? [$"{sign}"];
                written.Append(ways[random.Next(ways.Length)]);
            }

            var plain = matcher.Find(Encoding.UTF8.GetBytes(text)).ToArray();
            var found = matcher.Find(Encoding.UTF8.GetBytes(written.ToString())).ToArray();
            Assert.True(plain.Select(m => (m.Brand, places[m.Start])).SequenceEqual(found.Select(m => (m.Brand, m.Start))), $"seed {seed}, round {round}: '{text}' as '{written}' for [{string.Join(" | ", brands)}]: {string.Join(' ', plain)}; {string.Join(' ', found)}");
        }
    }

    /// <summary>Texts as long as a record may be, that repeat what is looked for. A matcher that looks at pairs of places takes minutes.</summary>
    [Theory]
    [InlineData("keywords: [ing], exclude: [trading ing]", "ing ", "trading ing", "ING")]
    [InlineData("keywords: [ing], exclude: [trading ing]", "trading ing ", "ing", "ING")]
    [InlineData("keywords: [ing], exclude: [trading ing, ing ing, ing trading]", "ing ing trading ", ". ing", "ING")]
    [InlineData("keywords: [ing], case_sensitive: true", "ING é ", "ing", "ING")]
    [InlineData("keywords: [ing], case_sensitive: true", "iñg ", "", "")]
    [InlineData("keywords: [ing ing ing, ing ing, ing], case_sensitive: true", "Ing &nbsp; ", "ing", "ING")]
    [InlineData("ambiguous: [ing], context: [bank], never_with: [trading]", "ing bank ", "trading", "")]
    public void A_text_that_repeats_itself_is_searched_in_time_that_grows_with_its_length(string rules, string repeated, string end, string expected)
    {
        var matcher = Matcher($$"""
            brands:
              - { name: ING, {{rules}} }
            """);
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(repeated, 600_000 / repeated.Length)) + end);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(expected, matcher.Find(text).IsEmpty ? "" : "ING");
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
    }

    [Fact]
    public void A_text_that_mentions_thousands_of_brands_is_searched_in_time_that_grows_with_its_length()
    {
        var names = Enumerable.Range(0, 8_000).Select(i => $"marka{i}").ToList();
        var matcher = new BrandMatcher(new BrandSet([.. names.Select(name => new Brand(name) { Certain = [Pattern(name)] })]));
        var text = Encoding.UTF8.GetBytes(string.Concat(names.Select(name => $"żółć {name} {new string('é', 40)} ")));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var mentions = matcher.Find(text);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
        Assert.Equal(names.Count, mentions.Length);
        foreach (var mention in mentions)
        {
            Assert.Equal(names[mention.Brand], Encoding.UTF8.GetString(text, mention.Start, mention.Length));
        }
    }

    [Fact]
    public void Finds_the_same_as_a_plain_search_whatever_the_patterns()
    {
        const int seed = 5;
        var random = new Random(seed);
        string[] words = ["aa", "bb", "cc", "a", "b", "abcdefgh", "abcdefghi", "abcdefghijklmnopqrstuvw", "x1"];
        string[] gaps = [" ", "  ", "-", "&", " & ", ".", "!?", "'", "\n"];
        string Phrase(int most) => string.Concat(Enumerable.Range(0, random.Next(1, most + 1)).Select(i => (i == 0 ? "" : gaps[random.Next(gaps.Length)]) + words[random.Next(words.Length)]));
        for (var round = 0; round < 300; round++)
        {
            var patterns = Enumerable.Range(0, random.Next(1, 12)).Select(_ => Phrase(4)).ToList();
            var matcher = new BrandMatcher(new BrandSet([.. patterns.Select((text, i) => new Brand($"{i}") { Certain = [Pattern(text)] })]));
            for (var i = 0; i < 20; i++)
            {
                var text = Phrase(random.Next(4) == 0 ? 60 : 12);
                var expected = string.Join(' ', patterns.Select((pattern, brand) => PlainSearch(text, pattern) is var start and >= 0 ? $"{brand}:{start}" : "").Where(mention => mention.Length > 0));
                var actual = string.Join(' ', matcher.Find(Encoding.UTF8.GetBytes(text)).ToArray().Select(mention => $"{mention.Brand}:{mention.Start}"));
                Assert.True(expected == actual, $"seed {seed}, round {round}: in '{text}' for [{string.Join(" | ", patterns)}]: expected {expected}, found {actual}");
            }
        }
    }

    [Fact]
    public void Any_bytes_can_be_searched_and_mentions_lie_within_them()
    {
        const int seed = 6;
        var random = new Random(seed);
        var matcher = Matcher(Brands);
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (bytes.Length > 10)
            {
                " zabka "u8.CopyTo(bytes.AsSpan(random.Next(bytes.Length - 6)));
            }

            foreach (var mention in matcher.Find(bytes))
            {
                Assert.InRange(mention.Start, 0, bytes.Length);
                Assert.InRange(mention.Start + mention.Length, mention.Start + 1, bytes.Length);
            }
        }
    }

    [Fact]
    public void Searching_allocates_nothing_once_warm()
    {
        var matcher = Matcher(Brands);
        byte[][] texts = [.. new[] { "ING bank en Żabka", "nothing here at all", "Orange Mobile, h&amp;m, coke" }.Select(Encoding.UTF8.GetBytes)];
        Assert.Equal(0, Allocations.InSteadyState(() =>
        {
            foreach (var text in texts)
            {
                matcher.Find(text);
            }
        }));
    }

    /// <summary>Where a pattern of ASCII words first stands in a text, or -1.</summary>
    private static int PlainSearch(string text, string pattern)
    {
        static List<(string Gap, string Word, int Start)> Cut(string text)
        {
            var words = new List<(string, string, int)>();
            for (int i = 0, gapFrom = 0; i < text.Length;)
            {
                if (!char.IsLetterOrDigit(text[i]))
                {
                    i++;
                    continue;
                }

                var start = i;
                while (i < text.Length && char.IsLetterOrDigit(text[i]))
                {
                    i++;
                }

                words.Add((string.Concat(text[gapFrom..start].Where(c => c != '-' && !char.IsWhiteSpace(c))), text[start..i], start));
                gapFrom = i;
            }

            return words;
        }

        var (there, sought) = (Cut(text), Cut(pattern));
        for (var i = 0; i + sought.Count <= there.Count; i++)
        {
            if (Enumerable.Range(0, sought.Count).All(k => there[i + k].Word == sought[k].Word && (k == 0 || there[i + k].Gap == sought[k].Gap)))
            {
                return there[i].Start;
            }
        }

        return -1;
    }

    private static BrandPattern Pattern(string text, bool caseSensitive = false)
    {
        Assert.True(BrandPattern.TryParse(text, caseSensitive, out var pattern, out var error), error);
        return pattern;
    }

    private static BrandMatcher Matcher(string yaml)
    {
        var problems = new List<GraphProblem>();
        var brands = BrandsFile.Read(YamlText.Read(yaml, "brands.yaml"), problems);
        Assert.Empty(problems);
        return new BrandMatcher(new BrandSet(brands));
    }

    private static string Find(BrandMatcher matcher, string text)
    {
        string[] names = ["ING", "Żabka", "Coca-Cola", "H&M", "Orange"];
        return string.Join(' ', matcher.Find(Encoding.UTF8.GetBytes(text)).ToArray().Select(m => $"{names[m.Brand]}:{m.Start}+{m.Length}"));
    }
}
