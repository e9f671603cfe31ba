namespace StreamEngine.Tests.Operators.Spikes;

public sealed class SpikeWatchTests
{
    [Fact]
    public void A_crisis_opens_escalates_and_resolves_once_each_with_its_posts()
    {
        using var stage = new SpikeStage();
        var random = new Random(5);
        for (var minute = 0; minute < 400; minute++)
        {
            var rise = minute is >= 200 and < 205 ? 25 : minute is >= 205 and < 220 ? 150 : 0;
            stage.Minute(minute, Noise(random, "Acme", 20, 5, rise), Noise(random, "Bolt", 20, 5, 0));
        }

        Assert.All(stage.Alerts, alert => Assert.Equal("Acme", alert.Brand));
        Assert.Single(stage.Alerts.Select(a => a.Incident).Distinct());
        Assert.Equal("open", stage.Alerts[0].State);
        Assert.Equal("resolved", stage.Alerts[^1].State);
        Assert.True(stage.Alerts.Count is >= 3 and <= 6, $"{stage.Alerts.Count} alerts");
        Assert.All(stage.Alerts.Skip(1).SkipLast(1), alert => Assert.Equal("escalated", alert.State));
        Assert.Equal(Enumerable.Range(1, stage.Alerts.Count), stage.Alerts.Select(a => a.Sequence));
        Assert.InRange(stage.Alerts[0].WindowEnd, SpikeStage.Start.AddMinutes(201), SpikeStage.Start.AddMinutes(203));
        Assert.Contains("\\\"Acme\\\" zły nl 20", stage.Alerts[1].Document);
        Assert.Contains("\"languages\":[{\"name\":\"nl\",", stage.Alerts[^1].Document);
    }

    [Fact]
    public void After_an_incident_no_other_opens_until_the_cooldown_is_over()
    {
        using var stage = new SpikeStage();
        var random = new Random(6);
        for (var minute = 0; minute < 320; minute++)
        {
            var rise = minute is 100 or 101 or 140 or 141 or 250 or 251 ? 100 : 0;
            stage.Minute(minute, Noise(random, "Acme", 20, 5, rise));
        }

        Assert.Equal(["open", "resolved", "open", "resolved"], stage.Alerts.Select(a => a.State).Where(s => s != "escalated"));
        Assert.Equal(2, stage.Alerts.Select(a => a.Incident).Distinct().Count());
        Assert.DoesNotContain("\"suppressed\":0", stage.Alerts.Last(a => a.State == "open").Document);
    }

    [Theory]
    [InlineData("15m")]
    [InlineData("150s")]
    public void Killed_and_restored_at_any_cut_it_says_the_same(string resolveAfter)
    {
        for (var seed = 0; seed < 6; seed++)
        {
            Assert.Equal(Run(seed, crashes: false), Run(seed, crashes: true));
        }

        List<Alert> Run(int seed, bool crashes)
        {
            var (random, chaos) = (new Random(seed), new Random(seed + 99));
            using var stage = new SpikeStage(new Dictionary<string, object?> { ["resolve_after"] = resolveAfter }) { Crashes = () => crashes && chaos.Next(4) == 0 };
            for (var minute = 0; minute < 300; minute++)
            {
                var rise = minute % 90 is > 60 and < 75 ? minute : minute % 90 is >= 75 && random.Next(3) == 0 ? random.Next(30) : 0;
                stage.Minute(minute, Noise(random, "Acme", 20, 5, rise), Noise(random, "Žabka", 3, 1, rise / 4));
            }

            stage.End();
            Assert.NotEmpty(stage.Alerts);
            return stage.Alerts;
        }
    }

    [Fact]
    public void A_partition_that_is_ahead_of_the_watermark_does_not_end_an_incident()
    {
        using var stage = new SpikeStage();
        var random = new Random(8);
        const int Ahead = 40, Crisis = 300, Over = 360;
        for (var minute = 0; minute < 460; minute++)
        {
            // One partition has few of the posts, and is ahead from the third minute of the crisis on.
            if (minute > Crisis + 2)
            {
                stage.Show(minute + Ahead, 1, SpikeStage.TimeOf(minute) - 10_000, ("Acme", 3, 1));
            }

            stage.Minute(minute, Noise(random, "Acme", 20, 5, minute is >= Crisis and < Over ? 40 : 0));
        }

        Assert.Equal(["open", "resolved"], stage.Alerts.Select(a => a.State).Where(s => s != "escalated"));
        Assert.InRange(stage.Alerts[^1].WindowEnd, SpikeStage.Start.AddMinutes(Over - 3), SpikeStage.Start.AddMinutes(Over + 3));
    }

    [Theory]
    [InlineData("Acme")]
    [InlineData("Bolt")]
    public void A_post_that_was_dated_decades_back_changes_nothing_and_takes_no_time(string brand)
    {
        Assert.Equal(Run(old: false), Run(old: true));

        List<(string, int, DateTimeOffset)> Run(bool old)
        {
            using var stage = new SpikeStage();
            var random = new Random(9);
            if (old)
            {
                stage.Show((int)(-SpikeStage.Start.ToUnixTimeMilliseconds() / 60_000), 1, long.MinValue, (brand, 1, 1));
            }

            for (var minute = 0; minute < 300; minute++)
            {
                stage.Minute(minute, Noise(random, "Acme", 20, 5, minute is >= 200 and < 220 ? 100 : 0));
            }

            Assert.NotEmpty(stage.Alerts);
            return [.. stage.Alerts.Select(a => (a.State, a.Severity, a.WindowEnd))];
        }
    }

    [Fact]
    public void A_window_from_long_before_a_brand_was_first_heard_of_is_passed_over()
    {
        using var stage = new SpikeStage();
        var random = new Random(10);
        for (var minute = 0; minute < 300; minute++)
        {
            if (minute == 100)
            {
                stage.Show((int)(-SpikeStage.Start.ToUnixTimeMilliseconds() / 60_000), 1, SpikeStage.TimeOf(minute - 1), ("Bolt", 1, 1));
            }

            stage.Minute(minute, Noise(random, "Acme", 20, 5, 0), Noise(random, "Bolt", 20, 5, minute is >= 250 and < 270 ? 100 : 0));
        }

        Assert.All(stage.Alerts, a => Assert.Equal("Bolt", a.Brand));
        Assert.Equal("open", stage.Alerts[0].State);
    }

    [Fact]
    public void The_cost_of_a_look_grows_with_the_windows_that_are_open_and_no_faster()
    {
        var few = Cost(60);
        var many = Cost(360);
        Assert.True(many < 25 * few, $"360 open windows take {many:0.00} ms, 60 take {few:0.00} ms");

        static double Cost(int open)
        {
            using var stage = new SpikeStage();
            var random = new Random(11);
            for (var minute = 0; minute < 200; minute++)
            {
                stage.Minute(minute, Noise(random, "Acme", 20, 5, 0));
            }

            for (var minute = 200; minute < 200 + open; minute++)
            {
                stage.Show(minute, 1, SpikeStage.TimeOf(199), Noise(random, "Acme", 20, 5, 0));
            }

            var best = double.MaxValue;
            for (var version = 2; version < 12; version++)
            {
                var watch = System.Diagnostics.Stopwatch.StartNew();
                stage.Show(199 + open, version, SpikeStage.TimeOf(199), Noise(random, "Acme", 20, 5, 0));
                best = Math.Min(best, watch.Elapsed.TotalMilliseconds);
            }

            return best;
        }
    }

    [Fact]
    public void Chance_and_the_hour_of_the_day_open_at_most_one_incident_a_week_and_brand()
    {
        using var stage = new SpikeStage();
        var random = new Random(7);
        const int Days = 4;
        for (var minute = 0; minute < Days * 1440; minute++)
        {
            var day = 1 + (0.6 * Math.Sin(minute * 2 * Math.PI / 1440));
            stage.Minute(minute, Enumerable.Range(0, 12).Select(i => Noise(random, $"Brand {i}", day * (1 << (i % 6)), day * (1 << (i % 6)) * 0.3, 0)));
        }

        Assert.InRange(stage.Alerts.Count(a => a.State == "open"), 0, 12 * Days / 7);
    }

    [Theory]
    [InlineData(4, 60, 0.95)]
    [InlineData(8, 10, 0.95)]
    public void Rises_of_negative_posts_are_found_early(int factor, int minutes, double share)
    {
        var delays = new List<double>();
        const int Drills = 40;
        for (var drill = 0; drill < Drills; drill++)
        {
            using var stage = new SpikeStage();
            var random = new Random(drill);
            var at = random.Next(240, 400);
            for (var minute = 0; minute < at + minutes; minute++)
            {
                stage.Minute(minute, Noise(random, "Acme", 10, 4, minute < at ? 0 : Poisson(random, 4 * (factor - 1))));
            }

            var found = stage.Alerts.FirstOrDefault(a => a.State == "open" && a.WindowEnd > SpikeStage.Start.AddMinutes(at));
            if (found is not null)
            {
                delays.Add((found.WindowEnd - SpikeStage.Start.AddMinutes(at)).TotalMinutes);
            }
        }

        Assert.True(delays.Count >= share * Drills, $"found {delays.Count} of {Drills}");
        Assert.InRange(delays.Order().ElementAt(delays.Count / 2), 0, 5);
    }

    [Fact]
    public void A_rise_of_an_hour_is_found_on_a_brand_with_a_negative_post_in_six_minutes()
    {
        const int Drills = 12;
        var found = 0;
        for (var drill = 0; drill < Drills; drill++)
        {
            using var stage = new SpikeStage();
            var random = new Random(drill);
            var at = (2 * 1440) + random.Next(600);
            for (var minute = 0; minute < at + 60; minute++)
            {
                stage.Minute(minute, Noise(random, "Acme", 0.4, 0.16, minute < at ? 0 : Poisson(random, 0.16 * 3)));
            }

            found += stage.Alerts.Exists(a => a.State == "open" && a.WindowEnd > SpikeStage.Start.AddMinutes(at)) ? 1 : 0;
        }

        Assert.True(found >= 0.8 * Drills, $"found {found} of {Drills}");
    }

    [Fact]
    public void A_wave_of_praise_or_of_posts_of_every_kind_opens_nothing()
    {
        using var stage = new SpikeStage();
        var random = new Random(8);
        for (var minute = 0; minute < 400; minute++)
        {
            var (praise, all) = minute is >= 200 and < 260 ? (200, 10) : (0, 1);
            var (brand, posts, negative) = Noise(random, "Acme", 20, 5, 0);
            stage.Minute(minute, (brand, posts + praise, negative + (praise / 20)), Noise(random, "Bolt", 20 * all, 5 * all, 0));
        }

        Assert.Empty(stage.Alerts);
    }

    [Fact]
    public void A_slow_burn_of_hours_raises_an_alert()
    {
        using var stage = new SpikeStage();
        var random = new Random(9);
        for (var minute = 0; minute < 1200; minute++)
        {
            var rise = Poisson(random, Math.Max(0, minute - 600) * 9.0 / 600);
            stage.Minute(minute, Noise(random, "Acme", 12, 2, rise));
        }

        var opened = stage.Alerts.Where(a => a.State == "open").ToList();
        Assert.NotEmpty(opened);
        Assert.InRange(opened[0].WindowEnd, SpikeStage.Start.AddMinutes(610), SpikeStage.Start.AddMinutes(900));
    }

    [Fact]
    public void Praise_is_told_as_such_where_it_is_asked_for()
    {
        Assert.Empty(Wave(null));
        var alerts = Wave(new Dictionary<string, string> { ["praise"] = "true" });
        Assert.NotEmpty(alerts);
        Assert.All(alerts, alert => Assert.Contains("\"kind\":\"praise\"", alert.Document));

        static List<Alert> Wave(object? options)
        {
            using var stage = new SpikeStage(options);
            var random = new Random(10);
            for (var minute = 0; minute < 300; minute++)
            {
                var (brand, posts, negative) = Noise(random, "Acme", 20, 5, 0);
                stage.Minute(minute, (brand, posts + (minute is >= 200 and < 230 ? 100 : 0), negative));
            }

            return stage.Alerts;
        }
    }

    /// <summary>A minute of a brand: Poisson counts, and <paramref name="rise"/> negative posts on top.</summary>
    private static (string Brand, int Posts, int Negative) Noise(Random random, string brand, double posts, double negative, int rise)
    {
        var bad = Poisson(random, negative) + rise;
        return (brand, bad + Poisson(random, posts - negative), bad);
    }

    private static int Poisson(Random random, double mean)
    {
        var (count, product) = (-1, 1.0);
        for (var limit = Math.Exp(-mean); product > limit; count++)
        {
            product *= random.NextDouble();
        }

        return count;
    }
}
