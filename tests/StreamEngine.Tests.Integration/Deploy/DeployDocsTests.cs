using System.Text.RegularExpressions;

namespace StreamEngine.Tests.Integration;

/// <summary>docs/deploy.md names files and alerts that there are, and all alerts.</summary>
public sealed partial class DeployDocsTests
{
    private static readonly string _page = File.ReadAllText(Path.Combine(Product.Root, "docs", "deploy.md"));

    [Fact]
    public void Every_file_that_the_page_names_is_there()
    {
        var paths = DeployPath().Matches(_page).Select(match => match.Value).Distinct().ToList();
        Assert.True(paths.Count > 5, string.Join(' ', paths));
        Assert.All(paths, path => Assert.True(Path.Exists(Path.Combine(Product.Root, path)), path));
    }

    [Fact]
    public void The_page_says_what_to_do_at_every_alert_and_at_no_other()
    {
        var alerts = DeployFiles.Yaml(DeployFiles.At("prometheus", "rules.yml"))["groups"]!.AsArray().SelectMany(group => group!["rules"]!.AsArray()).Select(rule => $"{rule!["alert"]}");
        Assert.Equal(alerts.Order(StringComparer.Ordinal), AlertName().Matches(_page).Select(match => "StreamEngine" + match.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"\bdeploy/[\w/-]+(?:\.\w+)*")]
    private static partial Regex DeployPath();

    [GeneratedRegex(@"`(?:StreamEngine|…)([A-Z]\w+)`")]
    private static partial Regex AlertName();
}
