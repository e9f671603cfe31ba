using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace StreamEngine.Core.Graph;

/// <summary>Reads YAML into <see cref="ConfigNode"/>s that know their places.</summary>
public static partial class YamlText
{
    private const int MostLevels = 50;

    /// <summary>Reads a file.</summary>
    /// <exception cref="GraphException">It cannot be read, is not YAML, or names an environment variable that is not set.</exception>
    public static ConfigNode ReadFile(string path)
    {
        try
        {
            return Directory.Exists(path)
                ? throw new GraphException(new SourcePosition(path, 0, 0), "is a folder; give a file in it")
                : Read(Decode(File.ReadAllBytes(path), path), path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new GraphException(new SourcePosition(path, 0, 0), $"cannot be read: {error.Message}");
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="environment">Gives the value of <c>${NAME}</c>; the process's environment by default.</param>
    /// <exception cref="GraphException">It is not YAML, or names a variable that is not set.</exception>
    public static ConfigNode Read(string text, string file, Func<string, string?>? environment = null)
    {
        if (!TryLoad(text, file, out var yaml, out var problem))
        {
            throw new GraphException([problem]);
        }

        if (yaml.Documents.Count != 1)
        {
            throw new GraphException(new SourcePosition(file, 1, 1), yaml.Documents.Count == 0 ? "is empty" : "holds more than one YAML document; give each a file of its own");
        }

        return Convert(yaml.Documents[0].RootNode, file, environment ?? Environment.GetEnvironmentVariable);
    }

    /// <summary>Reads a text, or gives <see langword="null"/> where it is not YAML.</summary>
    /// <exception cref="GraphException">It names a variable that is not set.</exception>
    internal static ConfigNode? TryRead(string text, string file) =>
        TryLoad(text, file, out var yaml, out _) && yaml.Documents.Count == 1
            ? Convert(yaml.Documents[0].RootNode, file, Environment.GetEnvironmentVariable)
            : null;

    /// <summary>UTF-8, or UTF-16 with a mark that says so. Letters of other encodings would be read as something else, and brands never found.</summary>
    private static string Decode(byte[] bytes, string file)
    {
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            using var marked = new StreamReader(new MemoryStream(bytes));
            return marked.ReadToEnd();
        }

        ReadOnlySpan<byte> text = bytes is [0xEF, 0xBB, 0xBF, .. var rest] ? rest : bytes;
        if (Utf8.IsValid(text))
        {
            return Encoding.UTF8.GetString(text);
        }

        var at = 0;
        while (Rune.DecodeFromUtf8(text[at..], out _, out var length) == OperationStatus.Done)
        {
            at += length;
        }

        var line = text[..at];
        throw new GraphException(new SourcePosition(file, line.Count((byte)'\n') + 1, at - line.LastIndexOf((byte)'\n')), $"is not UTF-8: byte 0x{text[at]:x2}; save it as UTF-8");
    }

    private static bool TryLoad(string text, string file, out YamlStream yaml, [NotNullWhen(false)] out GraphProblem? problem)
    {
        yaml = [];
        problem = null;
        var parser = new Parser(new StringReader(text));
        try
        {
            yaml.Load(parser);
        }
        catch (YamlException error)
        {
            // Of a tab YamlDotNet does not say where it is.
            var (line, column) = error.Message.Contains("tab", StringComparison.Ordinal) && TabBehind(text, (int)(parser.Current?.End.Line ?? 1)) is { } tab ? tab : ((int)error.Start.Line, (int)error.Start.Column);
            problem = new GraphProblem(new SourcePosition(file, line, column), $"is not valid YAML: {error.Message}");
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or FormatException)
        {
            // YamlDotNet fails so where a list or map in brackets is not closed, after the last thing that it understood.
            var last = parser.Current?.End ?? Mark.Empty;
            problem = new GraphProblem(new SourcePosition(file, (int)last.Line, (int)last.Column), "is not valid YAML behind here: a bracket or quote that is not closed?");
        }

        return problem is null;
    }

    /// <summary>The first tab that a line is indented with, from a line on.</summary>
    private static (int Line, int Column)? TabBehind(string text, int line)
    {
        foreach (var (number, content) in text.Split('\n').Index().Skip(line - 1))
        {
            var indent = content[..(content.Length - content.TrimStart().Length)];
            if (indent.IndexOf('\t', StringComparison.Ordinal) is >= 0 and var at && indent.Length < content.Length)
            {
                return (number + 1, at + 1);
            }
        }

        return null;
    }

    private static ConfigNode Convert(YamlNode node, string file, Func<string, string?> environment, int depth = 0)
    {
        var position = new SourcePosition(file, (int)node.Start.Line, (int)node.Start.Column);
        if (depth > MostLevels)
        {
            throw new GraphException(position, $"lies more than {MostLevels} levels deep, or holds itself by an alias");
        }

        return node switch
        {
            YamlScalarNode scalar => new ConfigScalar(Scalar(scalar, position, environment), position),
            YamlSequenceNode list => new ConfigList([.. list.Children.Select(item => Convert(item, file, environment, depth + 1))], position),
            YamlMappingNode map => new ConfigMap([.. map.Children.Select(pair => Entry(pair, file, environment, depth + 1))], position),
            _ => throw new GraphException(position, "aliases are not supported here"),
        };
    }

    private static ConfigEntry Entry(KeyValuePair<YamlNode, YamlNode> pair, string file, Func<string, string?> environment, int depth) =>
        Convert(pair.Key, file, environment, depth) is ConfigScalar key
            ? new ConfigEntry(key, Convert(pair.Value, file, environment, depth))
            : throw new GraphException(new SourcePosition(file, (int)pair.Key.Start.Line, (int)pair.Key.Start.Column), "a name must be a plain text");

    private static string? Scalar(YamlScalarNode scalar, SourcePosition position, Func<string, string?> environment)
    {
        var text = scalar.Value;
        if (scalar.Style == ScalarStyle.Plain && text is "" or "~" or "null")
        {
            return null;
        }

        return text is null ? null : Expand(text, position, environment);
    }

    /// <summary>Replaces <c>${NAME}</c> and <c>${NAME:-default}</c>; <c>$${</c> stands for a plain <c>${</c>.</summary>
    private static string Expand(string text, SourcePosition position, Func<string, string?> environment) =>
        Variable().Replace(text, match =>
        {
            if (match.Value.StartsWith("$$", StringComparison.Ordinal))
            {
                return match.Value[1..];
            }

            var name = match.Groups["name"].Value;
            var value = environment(name);
            return !string.IsNullOrEmpty(value) ? value
                : match.Groups["default"].Success ? match.Groups["default"].Value
                : throw new GraphException(position, $"the environment variable {name} is not set; set it, or give a default: ${{{name}:-value}}");
        });

    [GeneratedRegex(@"\$\$\{|\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(:-(?<default>[^}]*))?\}")]
    private static partial Regex Variable();
}
