using System.Text.RegularExpressions;

namespace StreamEngine.Tests.Integration;

/// <summary>The image is built from what the build needs: no engine for containers is asked, the files are compared.</summary>
public sealed partial class ContainerTests
{
    private static readonly string _containerfile = File.ReadAllText(DeployFiles.At("container", "Containerfile"));

    /// <summary>What <c>.dockerignore</c> lets through.</summary>
    private static readonly string[] _taken = [.. File.ReadAllLines(Path.Combine(Product.Root, ".dockerignore")).Where(line => line.StartsWith('!')).Select(line => line[1..])];

    [Fact]
    public void Everything_that_the_build_reads_is_let_through_and_nothing_that_is_not_there()
    {
        Assert.Contains("\n*\n", File.ReadAllText(Path.Combine(Product.Root, ".dockerignore")), StringComparison.Ordinal);
        Assert.All(_taken.Where(path => !path.Contains('[', StringComparison.Ordinal)), path => Assert.True(Path.Exists(Path.Combine(Product.Root, path)), path));
        var needed = Projects(Path.Combine("deploy", "StreamEngine.Cli", "StreamEngine.Cli.csproj")).Select(project => Path.GetDirectoryName(project)!).Distinct()
            .Concat(DeployPath().Matches(_containerfile[_containerfile.IndexOf("RUN ", StringComparison.Ordinal).._containerfile.IndexOf("chmod -R", StringComparison.Ordinal)]).Select(match => match.Value))
            .Concat(["Directory.Build.props", "Directory.Packages.props", "global.json"]).ToList();
        Assert.Contains("deploy/publish.sh", needed);
        Assert.Contains("deploy/models", needed);
        Assert.All(needed, path => Assert.True(_taken.Any(taken => path == taken || path.StartsWith(taken + "/", StringComparison.Ordinal)), $"{path} is not in the build's context"));
    }

    [Fact]
    public void Its_SDK_and_runtime_are_those_of_the_target_framework_and_it_runs_as_a_numbered_user_that_is_not_root()
    {
        var framework = Regex.Match(File.ReadAllText(Path.Combine(Product.Root, "Directory.Build.props")), @"<TargetFramework>net([\d.]+)</TargetFramework>").Groups[1].Value;
        Assert.Equal([framework, framework], Image().Matches(_containerfile).Select(image => image.Groups[1].Value));
        Assert.True(int.Parse(Regex.Match(_containerfile, @"^USER (\d+)$", RegexOptions.Multiline).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) > 0);
        Assert.Contains("ENTRYPOINT [\"/app/streamengine\"]", _containerfile, StringComparison.Ordinal);
    }

    /// <summary>A project and all that it refers to, from the repository's root.</summary>
    private static IEnumerable<string> Projects(string project)
    {
        var text = Regex.Replace(File.ReadAllText(Path.Combine(Product.Root, project)), "<ItemGroup Condition[^>]*>.*?</ItemGroup>", "", RegexOptions.Singleline);
        var folder = Path.Combine(Product.Root, Path.GetDirectoryName(project)!);
        return Reference().Matches(text).SelectMany(match => Projects(Path.GetRelativePath(Product.Root, Path.GetFullPath(match.Groups[1].Value, folder)))).Prepend(project);
    }

    [GeneratedRegex("""<ProjectReference Include="([^"]+)" />""")]
    private static partial Regex Reference();

    [GeneratedRegex(@"deploy/[\w./-]+")]
    private static partial Regex DeployPath();

    [GeneratedRegex(@"^ARG \w+=mcr\.microsoft\.com/dotnet/\w+:(\d+\.\d+)-", RegexOptions.Multiline)]
    private static partial Regex Image();
}
