using System.Globalization;
using System.Text.Json;

namespace StreamEngine.Tests.Integration;

/// <summary>The reasons in alerts: posts through the whole graph, with the tone that the model finds.</summary>
public sealed class AlertEvidenceTests
{
    private static readonly DateTimeOffset _start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] _plantable = ["salmonella", "overcharged", "leak", "recall", "glass", "fraud", "outage", "mould", "burned", "allergy", "lawsuit", "strike"];

    [Fact]
    public async Task Top_terms_of_an_incident_have_the_planted_words_in_nine_drills_of_ten()
    {
        const int Brands = 24;
        var random = new Random(20_260);
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["brands.yaml"], "brands:\n" + string.Concat(Enumerable.Range(0, Brands).Select(i => $"  - {{ name: {Brand(i)}, keywords: [{Brand(i)}] }}\n")));
        var (posts, planted) = (new List<WrittenPost>(), new string[Brands][]);
        for (var brand = 0; brand < Brands; brand++)
        {
            posts.AddRange(Chatter(random, Brand(brand), minutes: 480, perMinute: 1.5));
            planted[brand] = [.. _plantable.OrderBy(_ => random.Next()).Take(2)];
            var at = random.Next(200, 440);
            posts.AddRange(Incident(random, Brand(brand), at, minutes: 20, perMinute: 5, planted[brand]));
        }

        var alerts = await AlertRun.Of(folder["brands.yaml"], posts);

        var drills = Enumerable.Range(0, Brands).Select(brand => (Planted: planted[brand], Opened: alerts.FirstOrDefault(a => a.Text("brand") == Brand(brand) && a.Text("state") == "open"))).ToList();
        // On a brand's first day thresholds are higher: one or two of these rises may stay below.
        var found = drills.Where(drill => drill.Opened.ValueKind != JsonValueKind.Undefined).ToList();
        Assert.True(found.Count >= 0.9 * Brands, $"{found.Count} of {Brands} found");
        var told = found.Count(drill => drill.Planted.All(word => drill.Opened.Terms().Contains(word)));
        Assert.True(told >= 0.9 * found.Count, $"{told} of {found.Count}: {string.Join(" | ", found.Select(d => $"{string.Join('+', d.Planted)}: {string.Join(',', d.Opened.Terms())}"))}");
        Assert.All(found, drill => Assert.Contains(drill.Opened.GetProperty("samples").EnumerateArray(), sample => drill.Planted.Any(sample.Text("text").Contains)));
        Assert.All(alerts, alert => Assert.DoesNotContain(alert.Terms(), term => term.Equals(alert.Text("brand"), StringComparison.OrdinalIgnoreCase)));
        Assert.All(alerts, alert => Assert.Equal(0, alert.GetProperty("source_offsets")[0].GetProperty("partition").GetInt32()));
        Assert.All(alerts, alert => Assert.Equal(12, alert.GetProperty("versions").GetProperty("models").Text("sentiment").Length));
    }

    [AirlineFact(NeedsKafka = false)]
    public async Task Top_terms_of_rises_among_real_tweets_have_the_planted_words_in_nine_drills_of_ten()
    {
        const int Runs = 5;
        var random = new Random(20_263);
        var tweets = ResearchData.ReadCsv(ResearchData.Airlines!).ToList();
        var first = tweets.Min(tweet => ResearchData.Milliseconds(tweet["time"]));
        List<(string[] Planted, JsonElement Opened)> drills = [];
        for (var run = 0; run < Runs; run++)
        {
            List<WrittenPost> posts = [.. tweets.Select(tweet => new WrittenPost(Time(tweet), tweet["id"], null, tweet["text"]))];
            var incidents = new[] { "Southwest", "United", "US Airways" }.Select(brand =>
            {
                // An hour with as many more of the airline's own complaints as on a day of trouble, when two days before it are known.
                var at = DateTimeOffset.FromUnixTimeMilliseconds(first).AddHours(48 + (random.NextDouble() * 40));
                string[] planted = [.. _plantable.OrderBy(_ => random.Next()).Take(2)];
                posts.AddRange(tweets.Where(tweet => tweet["brand"] == brand && tweet["label"] == "neg").OrderBy(_ => random.Next()).Take(150).Select((tweet, i) => new WrittenPost(
                    at.AddMinutes(random.NextDouble() * 60), $"{brand}-incident-{i}", null, $"{tweet["text"]} {string.Join(' ', planted.Where(_ => random.Next(3) > 0))}")));
                return (Brand: brand, At: at, Planted: planted);
            }).ToList();
            var alerts = await AlertRun.Of(Product.AirlineBrands, posts);
            drills.AddRange(incidents.Select(incident => (incident.Planted, alerts.FirstOrDefault(alert =>
                alert.Text("brand") == incident.Brand && alert.Text("state") == "open" && alert.GetProperty("window").GetProperty("end").GetDateTimeOffset() is var end && end > incident.At && end < incident.At.AddMinutes(65)))));
        }

        // How many rises are found is for other tests: here the reasons of those that were.
        var found = drills.Where(drill => drill.Opened.ValueKind != JsonValueKind.Undefined).ToList();
        Assert.True(found.Count >= drills.Count / 2, $"{found.Count} of {drills.Count} found");
        var told = found.Count(drill => drill.Planted.All(word => drill.Opened.Terms().Contains(word)));
        Assert.True(told >= 0.9 * found.Count, $"{told} of {found.Count}: {string.Join(" | ", found.Select(d => $"{string.Join('+', d.Planted)}: {string.Join(',', d.Opened.Terms())}"))}");
    }

    [Fact]
    public async Task A_storm_of_one_text_by_three_authors_raises_nothing_and_would_without_the_gates()
    {
        var random = new Random(20_261);
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["brands.yaml"], "brands:\n  - { name: Acme, keywords: [acme] }\n  - { name: Bolt, keywords: [bolt] }\n");
        List<WrittenPost> posts = [.. Chatter(random, "Acme", minutes: 300, perMinute: 2), .. Chatter(random, "Bolt", minutes: 300, perMinute: 2)];
        for (var i = 0; i < 900; i++)
        {
            var text = $"{(i % 5 == 0 ? "RT @angry: " : "")}Acme is the worst company ever, terrible awful service, never again! {i} https://t.co/{random.Next():x}";
            posts.Add(new WrittenPost(_start.AddMinutes(200 + (i / 30.0)), $"storm-{i}", $"troll {i % 3}", text));
        }

        // A rise of the same size by people beside it is told.
        posts.AddRange(Incident(random, "Bolt", 200, minutes: 30, perMinute: 6, ["leak", "fraud"]));

        var alerts = await AlertRun.Of(folder["brands.yaml"], posts);
        Assert.DoesNotContain(alerts, alert => alert.Text("brand") == "Acme");
        Assert.Contains(alerts, alert => alert.Text("brand") == "Bolt");

        var ungated = await AlertRun.Of(folder["brands.yaml"], posts, "copy_weight: 1, repeat_weight: 1");
        var storm = Assert.Single(ungated, alert => alert.Text("brand") == "Acme" && alert.Text("state") == "open");
        Assert.InRange(storm.GetProperty("duplicate_share").GetDouble(), 0.7, 1);
        Assert.InRange(storm.GetProperty("author_share").GetDouble(), 0.7, 1);
    }

    [Fact]
    public async Task A_text_that_hundreds_pass_on_is_told_and_marked_as_such()
    {
        var random = new Random(20_262);
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["brands.yaml"], "brands:\n  - { name: Acme, keywords: [acme] }\n");
        List<WrittenPost> posts = [.. Chatter(random, "Acme", minutes: 300, perMinute: 2)];
        for (var i = 0; i < 900; i++)
        {
            posts.Add(new WrittenPost(_start.AddMinutes(200 + (i / 60.0)), $"copy-{i}", $"person {i}", $"RT @mum: Acme sold us mouldy food, terrible awful company, never again! https://t.co/{random.Next():x}"));
        }

        var alerts = await AlertRun.Of(folder["brands.yaml"], posts);
        var open = Assert.Single(alerts, alert => alert.Text("state") == "open");
        Assert.InRange(open.GetProperty("duplicate_share").GetDouble(), 0.5, 1);
        Assert.True(open.GetProperty("effective").GetInt64() <= open.GetProperty("observed").GetInt64() / 2);
        Assert.Single(open.GetProperty("samples").EnumerateArray(), sample => sample.Text("text").Contains("mouldy"));
    }

    private static DateTimeOffset Time(Dictionary<string, string> tweet) => DateTimeOffset.FromUnixTimeMilliseconds(ResearchData.Milliseconds(tweet["time"]));

    private static string Brand(int i) => "Qu" + "aeiou"[i % 5] + "ltr" + "aeiou"[i / 5] + "x";

    /// <summary>What people say of a brand all day: a third of it complaints.</summary>
    private static IEnumerable<WrittenPost> Chatter(Random random, string brand, int minutes, double perMinute)
    {
        string[] openings = ["Honestly", "Today", "Well", "Hmm", "So", "Folks", "Update", "This morning", "My mum says", "Again"];
        string[] neutral = ["opened a new shop", "moves to a new office", "has a new logo", "starts at nine", "publishes its report", "is on television tonight"];
        string[] good = ["is great", "was wonderful today", "has lovely people", "helped me quickly, thank you", "makes the best product", "is my favourite"];
        for (var i = 0; i < minutes * perMinute; i++)
        {
            var text = random.Next(3) switch
            {
                0 => Complaint(random, brand),
                1 => $"{openings[random.Next(openings.Length)]}, {brand} {good[random.Next(good.Length)]} {Word(random)}",
                _ => $"{openings[random.Next(openings.Length)]}, {brand} {neutral[random.Next(neutral.Length)]} {Word(random)}",
            };
            yield return new WrittenPost(_start.AddMinutes(random.NextDouble() * minutes), $"{brand}-{i}", Word(random), text);
        }
    }

    /// <summary>A rise of complaints; each planted word is in two of three.</summary>
    private static IEnumerable<WrittenPost> Incident(Random random, string brand, int at, int minutes, int perMinute, string[] planted)
    {
        for (var i = 0; i < minutes * perMinute; i++)
        {
            var words = string.Join(" and ", planted.Where(_ => random.Next(3) > 0));
            yield return new WrittenPost(_start.AddMinutes(at + (random.NextDouble() * minutes)), $"{brand}-incident-{i}", Word(random), $"{Complaint(random, brand)} {words}");
        }
    }

    private static string Complaint(Random random, string brand)
    {
        string[] feelings = ["terrible", "awful", "horrible", "the worst", "disgusting", "a disaster", "useless"];
        string[] matters = ["service", "delivery", "helpdesk", "app", "prices", "quality", "refund", "waiting time"];
        string[] endings = ["never again", "so disappointed", "i hate it", "this makes me angry", "total rubbish", "i want my money back", "shame on you"];
        return string.Create(CultureInfo.InvariantCulture, $"{brand} {matters[random.Next(matters.Length)]} is {feelings[random.Next(feelings.Length)]}, {endings[random.Next(endings.Length)]} {Word(random)}");
    }

    private static string Word(Random random) =>
        string.Concat(Enumerable.Range(0, 4).Select(_ => $"{"bcdfgklmnprstvz"[random.Next(15)]}{"aeiou"[random.Next(5)]}"));
}
