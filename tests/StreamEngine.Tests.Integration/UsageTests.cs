using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace StreamEngine.Tests.Integration;

/// <summary>The command line in the hands of somebody who gets it wrong.</summary>
[Collection(KafkaCollection.Name)]
public sealed partial class UsageTests(RealKafka kafka)
{
    [Theory]
    [InlineData("produce --topic t --input f --rate abc", "--rate must be a number above 0, written with a point, not 'abc'.")]
    [InlineData("produce --topic t --input f --rate 1,5", "not '1,5'.")]
    [InlineData("produce --topic t --input f --rate NaN", "not 'NaN'.")]
    [InlineData("produce --topic t --input f --partitions 0", "--partitions must be a whole number of at least 1, not '0'.")]
    [InlineData("embedded kafka --port 65536", "--port must be 0 (a free port) to 65535, not '65536'.")]
    [InlineData("embedded clickhouse --data d --port abc", "--port must be")]
    [InlineData("embedded clickhouse --data d --max-queries 0", "--max-queries must be")]
    [InlineData("alerts backtest --posts f --drills abc", "--drills must be a whole number of at least 1, not 'abc'.")]
    [InlineData("alerts backtest --posts f --drills 3 --factor 1", "--factor must be a number above 1")]
    [InlineData("alerts backtest --posts f --drills 3 --minutes x", "--minutes must be")]
    [InlineData("alerts backtest --posts f --drills 3 --volume 1001", "--volume must be a whole number from 1 to 1000")]
    [InlineData("alerts backtest --posts f --drills 3 --seed 1.5", "--seed must be a whole number, not '1.5'.")]
    [InlineData("alerts backtest --series f --alert-budget abc", "--alert-budget must be a number above 0")]
    [InlineData("alerts backtest --posts f --alert-budget 0.5", "set the graph's: --set operators.spikes.alert_budget=0.5")]
    [InlineData("alerts tail --min-severity 11", "--min-severity must be a whole number from 1 to 10, not '11'.")]
    [InlineData("sentiment eval --folds 1 --data d f", "--folds must be a whole number of at least 2, not '1'.")]
    [InlineData("sentiment mentions eval --folds abc f", "--folds must be")]
    [InlineData("sentiment train --data d --output m --epochs 0", "--epochs must be")]
    [InlineData("language train --seed x --data d --output m", "--seed must be")]
    [InlineData("demo --seed x", "--seed must be a whole number, not 'x'.")]
    [InlineData("run g.yaml --http 99999", "--http must be a port")]
    public async Task A_number_that_does_not_fit_is_told_with_its_option_and_what_it_must_be(string line, string message)
    {
        var outcome = await Product.Run(line.Split(' '));

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("valdate x", "Did you mean 'validate'?")]
    [InlineData("alerts tial", "Did you mean 'tail'?")]
    [InlineData("sentiment --hlep", "Did you mean '--help'?")]
    [InlineData("run g.yaml --quite", "Did you mean '--quiet'?")]
    public async Task A_misspelt_word_is_told_with_the_one_that_was_meant(string line, string message)
    {
        var outcome = await Product.Run(line.Split(' '));

        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output.Trim()));
        Assert.Equal(message, outcome.Error.TrimEnd().Split('\n')[^1]);
    }

    [Theory]
    [InlineData("--from-savepoint monday.save --until-idle 5s", "only a graph with a Kafka source takes --until-idle and --from-savepoint;")]
    [InlineData("--http 8080", "only a graph with a Kafka source takes --http;")]
    [InlineData("--instance a", "only a graph with a Kafka source takes --instance;")]
    [InlineData("--replace-state", "--replace-state goes with --from-savepoint")]
    public async Task An_option_that_would_do_nothing_is_refused_before_anything_runs(string options, string message)
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["posts.jsonl"], "");
        await File.WriteAllTextAsync(folder["graph.yaml"], """
            name: files
            source: { file: { path: posts.jsonl } }
            operators: [ decode: {} ]
            sinks: [ { file: { path: rows.jsonl }, from: decode } ]
            """);

        var outcome = await Product.Run(["run", folder["graph.yaml"], .. options.Split(' ')]);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["rows.jsonl"]));
    }

    [Fact]
    public async Task Savepoints_files_are_looked_at_before_a_broker_and_a_broker_is_not_waited_for_without_end()
    {
        using var folder = new TempFolder();
        var nobody = $"127.0.0.1:{FreePort.Next()}";
        await File.WriteAllTextAsync(folder["damaged.save"], "SESAVE? no");
        string[] savepoint = [.. PostStream.Savepoint(folder, "absent", nobody, "posts")];
        string[] run = [.. PostStream.Run(folder, "absent", nobody, "posts", new Uri("http://127.0.0.1:1"), "--from-savepoint")];

        await Told(1, $"there is no folder {folder["nowhere"]}", [.. savepoint, "--output", folder["nowhere", "a.save"]]);
        await Told(1, $"{folder.Path} cannot be written: it is a folder", [.. savepoint, "--output", folder.Path]);
        await Told(1, $"Kafka at {nobody} does not answer", [.. savepoint, "--output", folder["a.save"], "--timeout", "1s"]);
        await Told(2, "--timeout must be a duration", [.. savepoint, "--output", folder["a.save"], "--timeout", "soon"]);
        await Told(1, $"there is no savepoint {folder["none.save"]}", [.. run, folder["none.save"]]);
        await Told(1, $"{folder["damaged.save"]} is no savepoint", [.. run, folder["damaged.save"]]);
        Assert.Empty(Directory.GetFiles(folder.Path, "a.save*"));
    }

    [Theory]
    [InlineData("sentiment score FILE")]
    [InlineData("sentiment score --model FILE")]
    [InlineData("sentiment eval FILE")]
    [InlineData("sentiment eval good.tsv --model FILE")]
    [InlineData("sentiment train --data FILE --output m.bin")]
    [InlineData("sentiment train --data good.tsv --validation FILE --output m.bin")]
    [InlineData("sentiment mentions eval FILE")]
    [InlineData("language eval FILE")]
    [InlineData("language train --data . --recipe FILE --output m.bin")]
    [InlineData("alerts backtest --series FILE")]
    [InlineData("alerts backtest --posts FILE --graph graph.yaml")]
    [InlineData("alerts backtest --posts good.tsv --incidents FILE --graph graph.yaml")]
    public async Task A_file_that_is_missing_or_a_folder_is_told_in_a_sentence(string line)
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["good.tsv"], "label\ttext\npos\tgood\n");
        await File.WriteAllTextAsync(folder["brands.yaml"], "brands: [ { name: Acme, keywords: [acme] } ]");
        await File.WriteAllTextAsync(folder["graph.yaml"], """
            name: files
            source: { file: { path: good.tsv } }
            operators: [ decode: {}, match: { brands: brands.yaml }, sentiment: {}, window: { size: 1m }, spikes: {} ]
            sinks: [ file: { path: rows.jsonl } ]
            """);
        Directory.CreateDirectory(folder["sub"]);
        string[] With(string name) => [.. line.Split(' ').Select(word => word == "FILE" ? folder[name] : word.Contains('.', StringComparison.Ordinal) ? folder[word] : word)];

        await Told(1, $"streamengine: {folder["none.tsv"]}: there is no such file", With("none.tsv"));
        await Told(line.Contains("--data FILE", StringComparison.Ordinal) ? null : 1, folder["sub"], With("sub"));
    }

    [Theory]
    [InlineData("sentiment train --data good.tsv --output")]
    [InlineData("sentiment mentions train --train good.tsv --output")]
    [InlineData("language train --data . --output")]
    public async Task A_place_that_a_model_cannot_be_written_to_is_told_before_training(string line)
    {
        using var folder = new TempFolder();
        string[] command = line.Split(' ');

        await Told(1, $"streamengine: {folder["nowhere", "m.bin"]} cannot be written: there is no folder {folder["nowhere"]}", [.. command, folder["nowhere", "m.bin"]]);
        await Told(1, $"streamengine: {folder.Path} cannot be written: it is a folder", [.. command, folder.Path]);
    }

    [Fact]
    public async Task A_line_that_is_no_json_is_told_with_one_place()
    {
        using var folder = new TempFolder();
        await File.WriteAllLinesAsync(folder["posts.jsonl"], ["fine", "{\"text\":\"fine\"}", "{\"text\" 1}"]);

        var outcome = await Product.Run("sentiment", "score", folder["posts.jsonl"]);

        Assert.Equal(1, outcome.ExitCode);
        Assert.StartsWith("streamengine: line 3, byte 9: it starts like a JSON object but is none: '1' is invalid", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_surrogate_pair_is_scored_as_what_decode_makes_of_it()
    {
        using var folder = new TempFolder();
        await File.WriteAllLinesAsync(folder["posts.jsonl"], ["""{"text":"lovely \ud83d day","who":"\ud83d\ude00\udc00","na\ud83dme":"\\ud83d"}"""]);

        var outcome = await Product.Run("sentiment", "score", folder["posts.jsonl"]);

        Assert.True(outcome.ExitCode == 0, outcome.Error);
        using var scored = JsonDocument.Parse(outcome.Output);
        Assert.Equal(("lovely \uFFFD day", "\U0001F600\uFFFD", @"\ud83d"), (Text("text"), Text("who"), Text("na\uFFFDme")));
        Assert.Equal("positive", scored.RootElement.GetProperty("sentiment").GetProperty("label").GetString());

        string Text(string name) => scored.RootElement.GetProperty(name).GetString()!;
    }

    [KafkaFact]
    public async Task Keys_with_half_a_surrogate_pair_or_no_utf8_are_sent()
    {
        using var folder = new TempFolder();
        var topic = await kafka.CreateTopic("keys");
        byte[][] lines = [@"{""a"":{""\ud83d"":1,""b"":""x\ud83d""}}"u8.ToArray(), [.. "{\"a\":{\"b\":\""u8, 0xFF, .. "\"}}"u8], @"{""a"":{""\u0062"":""\u00e9\n""}}"u8.ToArray()];
        await File.WriteAllBytesAsync(folder["posts.jsonl"], [.. lines.SelectMany(line => (byte[])[.. line, (byte)'\n'])]);

        var outcome = await Product.Run("produce", "--topic", topic, "--input", folder["posts.jsonl"], "--key", "a.b", "--brokers", kafka.Bootstrap);

        Assert.True(outcome.ExitCode == 0, outcome.Error);
        Assert.Equal(["x\uFFFD"u8.ToArray(), [0xFF], "\u00e9\n"u8.ToArray()], Topic.Keys(kafka.Bootstrap, topic, lines.Length));
    }

    [KafkaFact]
    public async Task What_comes_through_a_pipe_may_be_gzip()
    {
        var topic = await kafka.CreateTopic("piped");
        using var producing = Product.Start("produce", "--topic", topic, "--input", "-", "--brokers", kafka.Bootstrap);
        await using (var zip = new GZipStream(producing.StandardInput.BaseStream, CompressionLevel.Fastest, leaveOpen: true))
        {
            await zip.WriteAsync("{\"n\":1}\n\n{\"n\":2}"u8.ToArray());
        }

        var outcome = await Product.End(producing);

        Assert.True(outcome.ExitCode == 0, outcome.Error);
        Assert.Equal(["{\"n\":1}"u8.ToArray(), "{\"n\":2}"u8.ToArray()], Topic.ReadAll(kafka.Bootstrap, topic).Select(record => record.Value!));
    }

    [KafkaFact]
    public async Task Producing_that_is_stopped_says_how_far_it_came_and_that_is_what_the_topic_holds()
    {
        using var folder = new TempFolder();
        var topic = await kafka.CreateTopic("stopped");
        await File.WriteAllLinesAsync(folder["posts.jsonl"], Enumerable.Range(1, 100_000).Select(i => $$"""{"n":{{i}}}"""));
        using var producing = RunningProgram.Start("produce", "--topic", topic, "--input", folder["posts.jsonl"], "--brokers", kafka.Bootstrap, "--rate", "200");
        await Eventually.Holds(() => Topic.Length(kafka.Bootstrap, topic, 1) > 20, "records arrive", TimeSpan.FromSeconds(60));

        var outcome = await producing.Terminate(TimeSpan.FromSeconds(20));

        Assert.Equal(1, outcome.ExitCode);
        var line = StoppedBehind().Match(outcome.Error);
        Assert.True(line.Success, outcome.Error);
        var through = long.Parse(line.Groups["line"].Value, CultureInfo.InvariantCulture);
        Assert.Equal((through, through + 1), (Topic.Length(kafka.Bootstrap, topic, 1), long.Parse(line.Groups["next"].Value, CultureInfo.InvariantCulture)));
    }

    private static async Task Told(int? exitCode, string message, IEnumerable<string> arguments)
    {
        var outcome = await Product.Run(arguments);

        Assert.Equal(exitCode ?? outcome.ExitCode, outcome.ExitCode);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Could not find", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("denied", outcome.Error, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"stopped behind line (?<line>\d+) of .*; to go on: tail -n \+(?<next>\d+)")]
    private static partial Regex StoppedBehind();
}
