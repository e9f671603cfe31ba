using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using StreamEngine.Core.Graph;

namespace StreamEngine.Tests.Integration;

/// <summary>The files under <c>deploy/</c>, as the tests read them.</summary>
internal static partial class DeployFiles
{
    /// <summary>The absolute path of a file or folder under <c>deploy/</c>.</summary>
    public static string At(params ReadOnlySpan<string> names) => Path.Combine([Product.Root, "deploy", .. names]);

    /// <summary>The product's version, out of <c>Directory.Build.props</c>.</summary>
    public static string Version { get; } = VersionElement().Match(File.ReadAllText(Path.Combine(Product.Root, "Directory.Build.props"))).Groups[1].Value;

    /// <summary>A YAML file as JSON, its <c>${…}</c> as they stand there.</summary>
    public static JsonNode Yaml(string path) => YamlOf(File.ReadAllText(path), path);

    /// <summary>YAML as JSON, its <c>${…}</c> as they stand there.</summary>
    public static JsonNode YamlOf(string text, string name) => YamlJson.From(YamlText.Read(text.Replace("${", "$${", StringComparison.Ordinal), name))!;

    /// <summary>What a value of compose is where none of its variables is set.</summary>
    public static string WithDefaults(string text) => Variable().Replace(text, "$1");

    /// <summary>The names of the variables in a text.</summary>
    public static IEnumerable<string> Variables(string text) => VariableName().Matches(text).Select(match => match.Groups[1].Value).Distinct();

    [GeneratedRegex(@"<Version>(.+)</Version>")]
    private static partial Regex VersionElement();

    [GeneratedRegex(@"\$\{\w+:-([^}]*)\}")]
    private static partial Regex Variable();

    [GeneratedRegex(@"(?<!\$)\$\{(\w+)")]
    private static partial Regex VariableName();
}
