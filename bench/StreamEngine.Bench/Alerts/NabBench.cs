using System.Globalization;

namespace StreamEngine.Bench.Alerts;

/// <summary>The detector on the Numenta Anomaly Benchmark: realTweets of the labelled brands, and for comparison the families of other data.</summary>
public static class NabBench
{
    /// <summary>Where the product itself raises an alert.</summary>
    private const double OwnThreshold = 0.5;

    private static readonly string[] _brands = ["AAPL", "AMZN", "CRM", "FB", "KO"];
    private static readonly NabScore[] _profiles = [NabScore.Standard, NabScore.LowFalsePositives];

    /// <summary>
    /// Measures, and adds for each profile <c>nab.PROFILE</c> (the threshold of a brand set on the other four) and <c>nab.PROFILE_own</c> (at the
    /// detector's own threshold), and <c>nab.FAMILY.standard_own</c>.
    /// </summary>
    public static void Run(IDictionary<string, double> report, TextWriter log)
    {
        if (ResearchFolder.Find("nab") is not { } folder)
        {
            log.WriteLine("left out: needs the benchmark's data; STREAMENGINE_DATA names the folder with nab");
            return;
        }

        CheckScorer(folder, log);
        var files = _brands.Select(b => NabSeries.Read(folder, $"realTweets/Twitter_volume_{b}.csv")).Select(s => (Series: s, Scores: s.Detect())).ToList();
        foreach (var profile in _profiles)
        {
            var left = files.Select((file, i) => (file.Series, Outcome: profile.Score(file.Series, file.Scores, profile.BestThreshold([.. files.Where((_, j) => j != i)])))).ToList();
            var own = files.Select(file => (file.Series, Outcome: profile.Score(file.Series, file.Scores, OwnThreshold))).ToList();
            report[$"nab.{profile.Name}"] = Report(log, $"realTweets, {profile.Name}, each brand's threshold set on the others", left);
            report[$"nab.{profile.Name}_own"] = Report(log, $"realTweets, {profile.Name}, the detector's own threshold", own);
        }

        foreach (var family in Directory.GetDirectories(Path.Combine(folder, "data")).Select(f => Path.GetFileName(f)!).Where(f => f != "realTweets").Order(StringComparer.Ordinal))
        {
            var others = Directory.GetFiles(Path.Combine(folder, "data", family), "*.csv").Order(StringComparer.Ordinal).Select(f => NabSeries.Read(folder, $"{family}/{Path.GetFileName(f)}")).ToList();
            var outcomes = others.Select(s => (s, NabScore.Standard.Score(s, s.Detect(), OwnThreshold))).ToList();
            var score = Report(log, $"{family}, standard, own threshold", outcomes);
            if (double.IsFinite(score))
            {
                report[$"nab.{family}.standard_own"] = score;
            }
        }
    }

    /// <summary>The scorer must give what the benchmark's own gives, on the detectors' scores that come with it.</summary>
    private static void CheckScorer(string folder, TextWriter log)
    {
        var (worst, vectors) = (0.0, 0);
        foreach (var expected in CsvRecords.Read(Path.Combine(folder, "testvectors", "expected.csv")))
        {
            var profile = expected["profile"] switch { "standard" => NabScore.Standard, "reward_low_FP_rate" => NabScore.LowFalsePositives, _ => null };
            if (profile is not null)
            {
                var series = NabSeries.Read(folder, $"realTweets/Twitter_volume_{expected["brand"]}.csv");
                double[] scores = [.. CsvRecords.Read(Path.Combine(folder, "testvectors", $"{expected["detector"]}_{expected["brand"]}.csv")).Select(r => double.Parse(r["anomaly_score"], CultureInfo.InvariantCulture))];
                var raw = profile.Score(series, scores, double.Parse(expected["threshold"], CultureInfo.InvariantCulture)).Raw;
                worst = Math.Max(worst, Math.Abs(raw - double.Parse(expected["raw_score"], CultureInfo.InvariantCulture)));
                vectors++;
            }
        }

        log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"nab: the scorer is at most {worst:E1} off the benchmark's own on {vectors} vectors"));
        if (worst > 1e-6 || vectors == 0)
        {
            throw new InvalidOperationException("the scorer does not score as the benchmark does");
        }
    }

    private static double Report(TextWriter log, string what, IReadOnlyList<(NabSeries Series, NabOutcome Outcome)> files)
    {
        var score = NabScore.Normalise(files.Sum(f => f.Outcome.Raw), files.Sum(f => f.Outcome.Windows));
        log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"nab: {what}: {score:F1} ({files.Sum(f => f.Outcome.Hits)} of {files.Sum(f => f.Outcome.Windows)} windows, {files.Sum(f => f.Outcome.FalseRows)} rows outside)"));
        return score;
    }
}
