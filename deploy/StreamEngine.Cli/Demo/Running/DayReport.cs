using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Spectre.Console;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Cli.Demo;

/// <summary>What the demo says at its end: the day as ClickHouse has it, and the ledger.</summary>
internal sealed class DayReport(IAnsiConsole console, Uri clickHouse)
{
    /// <summary>The query whose answer is shown; anyone can ask it of the view.</summary>
    public const string Query =
        """
        SELECT brand, sum(posts) AS mentions, sum(negative) / mentions AS negative_share, sum(positive) / mentions AS positive_share,
               sum(mean_score * posts) / mentions AS score, sum(late) AS corrected, min(is_final) AS is_final
        FROM brand_sentiment WHERE graph = 'demo' GROUP BY brand ORDER BY score
        """;

    private const string ByHour =
        """
        SELECT brand, argMax(hour, share) AS worst_hour, max(share) AS worst_share
        FROM (SELECT brand, toHour(window_start, 'UTC') AS hour, sum(negative) / sum(posts) AS share
              FROM brand_sentiment WHERE graph = 'demo' GROUP BY brand, hour HAVING sum(posts) >= 20)
        GROUP BY brand
        """;

    private const string ByIncident =
        """
        SELECT brand, uniqExact(incident_id) AS incidents, max(severity) AS severity FROM alert_history WHERE graph = 'demo' GROUP BY brand
        """;

    /// <summary>Asks ClickHouse and prints its answer. The number of mentions that it counts is returned.</summary>
    /// <exception cref="HttpRequestException">ClickHouse does not answer, or refuses.</exception>
    public async Task<long> PrintBrandsAsync(CancellationToken stop)
    {
        var worst = (await AskAsync(ByHour, stop)).ToDictionary(row => row.GetProperty("brand").GetString()!, row => (row.GetProperty("worst_hour").GetInt32(), row.GetProperty("worst_share").GetDouble()));
        var incidents = (await AskAsync(ByIncident, stop)).ToDictionary(row => row.GetProperty("brand").GetString()!, row => string.Create(CultureInfo.InvariantCulture, $"{row.GetProperty("incidents").GetInt32()}, severity {row.GetProperty("severity").GetInt32()}"));
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        table.AddColumn("brand");
        foreach (var column in new[] { "mentions", "negative", "positive", "score", "worst hour", "corrected", "incidents" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        long mentions = 0;
        foreach (var row in await AskAsync(Query, stop))
        {
            var brand = row.GetProperty("brand").GetString()!;
            var (hour, share) = worst.GetValueOrDefault(brand);
            mentions += row.GetProperty("mentions").GetInt64();
            table.AddRow(
                Markup.Escape(brand),
                row.GetProperty("mentions").GetInt64().ToString("N0", CultureInfo.InvariantCulture),
                Percent(row.GetProperty("negative_share").GetDouble()),
                Percent(row.GetProperty("positive_share").GetDouble()),
                row.GetProperty("score").GetDouble().ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"{hour:00}:00, {share * 100:N0} %"),
                row.GetProperty("corrected").GetInt64().ToString("N0", CultureInfo.InvariantCulture),
                incidents.GetValueOrDefault(brand, "-"));
        }

        console.WriteLine();
        console.MarkupLine("[bold]The day in ClickHouse[/] (views brand_sentiment and alert_history; corrected: came minutes late, counted all the same)");
        console.Write(table);
        return mentions;
    }

    /// <summary>Prints where every record went.</summary>
    public void PrintLedger(Ledger ledger, PostReplay sent)
    {
        console.MarkupLineInterpolated($"[bold]Ledger[/] {ledger}");
        console.MarkupLineInterpolated($"[bold]Script[/] sent     {sent.Sent:N0} = about a brand {sent.SentFor(ExpectedFate.Counted):N0} + about none {sent.SentFor(ExpectedFate.Unmatched):N0} + hours late {sent.SentFor(ExpectedFate.Late):N0} + broken {sent.SentFor(ExpectedFate.Dead):N0}");
    }

    private static string Percent(double share) => (share * 100).ToString("N0", CultureInfo.InvariantCulture) + " %";

    private async Task<IReadOnlyList<JsonElement>> AskAsync(string query, CancellationToken stop)
    {
        using var http = new HttpClient { BaseAddress = clickHouse, Timeout = TimeSpan.FromSeconds(30) };
        using var body = new StringContent(query + "\nFORMAT JSONEachRow SETTINGS output_format_json_quote_64bit_integers = 0", new MediaTypeHeaderValue("text/plain"));
        using var response = await http.PostAsync(new Uri("/", UriKind.Relative), body, stop);
        var text = await response.Content.ReadAsStringAsync(stop);
        return response.IsSuccessStatusCode
            ? [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))]
            : throw new HttpRequestException($"ClickHouse answers {(int)response.StatusCode}: {text.Trim()}");
    }
}
