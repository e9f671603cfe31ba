using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using StreamEngine.Operators;
using StreamEngine.Text;
using StreamEngine.Text.Languages;

namespace StreamEngine.Cli.Text;

/// <summary><c>streamengine sentiment score</c>.</summary>
internal static class SentimentScoreCommand
{
    private const string Description = "Score texts: lines of text or JSON lines in, JSON lines out.";

    private const string Notes =
        """
        A line that is a JSON object is written again with the property "sentiment" added; its text is taken from
        --field. Any other line is a text. Scores run from -1 to 1: the probability of positive less that of negative.

        Examples:
          echo 'What a lovely day' | streamengine sentiment score
          streamengine sentiment score posts.jsonl --field body > scored.jsonl
        """;

    public static Command Create()
    {
        var file = new Argument<string?>("FILE") { Description = "The lines; standard input where none is given.", Arity = ArgumentArity.ZeroOrOne };
        var model = SentimentEvalCommand.ModelOption();
        var field = new Option<string>("--field") { Description = "The property of JSON lines that holds the text.", HelpName = "NAME", DefaultValueFactory = _ => "text" };
        var command = new Command("score", Description) { file, model, field };
        HelpNotes.Attach(command, Notes);
        command.SetAction(parsed => TextConsole.Guard(parsed.InvocationConfiguration, () =>
        {
            var scorer = AnySentimentScorer.Load(parsed.GetValue(model));
            var languages = new LanguageIdentifier(LanguageModel.LoadDefault());
            using var input = parsed.GetValue(file) is { } path ? new StreamReader(FilePaths.ToRead(path), Encoding.UTF8) : new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);
            var buffer = new ArrayBufferWriter<byte>();
            var number = 0;
            while (input.ReadLine() is { } line)
            {
                number++;
                if (string.IsNullOrWhiteSpace(line))
                    continue;
                buffer.ResetWrittenCount();
                WriteScored(line, number, parsed.GetRequiredValue(field), scorer, languages, buffer);
                parsed.InvocationConfiguration.Output.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
            }
            return ExitCode.Done;
        }));
        return command;
    }

    private static void WriteScored(string line, int number, string field, AnySentimentScorer scorer, LanguageIdentifier languages, ArrayBufferWriter<byte> buffer)
    {
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartObject();
        var text = line;
        if (line.TrimStart().StartsWith('{'))
        {
            using var document = Parse(line, number);
            if (!document.RootElement.TryGetProperty(field, out var value) || value.ValueKind != JsonValueKind.String)
                throw new InvalidDataException($"Line {number}: no string \"{field}\". Name the property that holds the text by --field.");
            text = value.GetString()!;
            foreach (var property in document.RootElement.EnumerateObject().Where(property => property.Name != "sentiment"))
                property.WriteTo(writer);
        }
        else
            writer.WriteString(field, text);
        var utf8 = Encoding.UTF8.GetBytes(text);
        var score = scorer.Score(utf8);
        var language = languages.Identify(utf8, out _);
        writer.WriteStartObject("sentiment");
        writer.WriteString("label", score.Label switch { SentimentLabel.Negative => "negative", SentimentLabel.Neutral => "neutral", _ => "positive" });
        writer.WriteNumber("score", Math.Round(score.Value, 4));
        writer.WriteNumber("negative", Math.Round(score.Negative, 4));
        writer.WriteNumber("neutral", Math.Round(score.Neutral, 4));
        writer.WriteNumber("positive", Math.Round(score.Positive, 4));
        writer.WriteString("language", LanguageCode.Of(language));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static JsonDocument Parse(string line, int number)
    {
        try
        {
            return JsonDocument.Parse(JsonText.Mend(line));
        }
        catch (JsonException e)
        {
            // The exception counts lines within this one.
            throw new InvalidDataException($"line {number}, byte {e.BytePositionInLine + 1}: it starts like a JSON object but is none: {e.Message.Split(" LineNumber: ")[0]}", e);
        }
    }
}
