using System.Collections.Immutable;
using StreamEngine.Core.Graph;

namespace StreamEngine.Cli.Demo;

/// <summary>What people write in one language: lists of sentences by name. <c>Phrases/nl.yaml</c> tells what the names mean.</summary>
internal sealed class Phrases
{
    private static readonly ImmutableArray<string> _languages = ["nl", "it", "pl", "en"];

    private readonly Dictionary<string, ImmutableArray<string>> _lists = [];

    private Phrases(string language, ConfigMap file)
    {
        Language = language;
        foreach (var entry in file.Entries)
        {
            _lists[entry.Key.Text!] = [.. ((ConfigScalar)entry.Value).Text!.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        }
    }

    /// <summary>The language's code.</summary>
    public string Language { get; }

    /// <summary>The sentences of a list.</summary>
    public ImmutableArray<string> this[string list] => _lists[list];

    /// <summary>All languages of the demo.</summary>
    public static ImmutableArray<Phrases> ReadAll() => [.. _languages.Select(Read)];

    private static Phrases Read(string language)
    {
        var name = $"Phrases.{language}.yaml";
        using var resource = typeof(Phrases).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"the program lacks its resource {name}");
        using var text = new StreamReader(resource);
        return new Phrases(language, (ConfigMap)YamlText.Read(text.ReadToEnd(), name));
    }
}
