using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace StreamEngine.Tests.Integration;

/// <summary>Graphs over a file, without Kafka.</summary>
public sealed class FileRunTests
{
    [Fact]
    public async Task A_file_plain_or_gzip_gives_the_counts_of_a_plain_loop_and_its_bad_lines()
    {
        using var folder = new TempFolder();
        var graph = WriteGraph(folder);
        var posts = new PostStream(seed: 41, partitions: 1);
        WritePosts(folder, posts);

        var plain = await Product.Run("run", graph, "--json");
        var windows = await File.ReadAllLinesAsync(folder["windows.jsonl"]);
        var packed = await Product.Run("run", graph, "--json", "--set", "source.file.path=" + folder["posts.jsonl.gz"], "--set", "sinks.file.path=" + folder["packed.jsonl.gz"]);

        Assert.Equal((posts.Count + 1, posts.Count - posts.Unmatched, posts.Unmatched, 0, 1), plain.Ledger);
        Assert.Equal(plain.Ledger, packed.Ledger);
        Assert.Equal(posts.Expected, Counts(windows));
        await using var unpacked = new GZipStream(File.OpenRead(folder["packed.jsonl.gz"]), CompressionMode.Decompress);
        using var reader = new StreamReader(unpacked);
        Assert.Equal(posts.Expected, Counts((await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Contains($"1 of {posts.Count + 1:N0} posts were refused:\n  1 by decode, first line 2: invalid JSON", plain.Error, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(plain.Output);
        Assert.Equal(File.ReadLines(folder["posts.jsonl"]).Count() + 1, json.RootElement.GetProperty("partitions")[0].GetProperty("next_offset").GetInt64());
        using var refused = JsonDocument.Parse(Assert.Single(await File.ReadAllLinesAsync(folder["refused.jsonl"])));
        Assert.Equal(("posts.jsonl.gz", 2, "decode", "{\"time\": \"20"), (Text(refused, "source"), refused.RootElement.GetProperty("offset").GetInt64(), Text(refused, "operator"), Text(refused, "value")));
    }

    [Fact]
    public async Task A_gzip_file_that_is_cut_off_ends_the_run_with_1_and_names_the_file_and_line()
    {
        using var folder = new TempFolder();
        var graph = WriteGraph(folder);
        WritePosts(folder, new PostStream(seed: 42, partitions: 1));
        var bytes = await File.ReadAllBytesAsync(folder["posts.jsonl.gz"]);
        await File.WriteAllBytesAsync(folder["cut.gz"], bytes[..(bytes.Length / 2)]);

        var outcome = await Product.Run("run", graph, "--set", "source.file.path=" + folder["cut.gz"]);

        Assert.Equal(1, outcome.ExitCode);
        Assert.StartsWith("streamengine: source 'file': cut.gz cannot be read beyond line ", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task State_of_one_file_is_not_taken_for_another_of_its_name_nor_for_one_that_was_cut()
    {
        using var folder = new TempFolder();
        var graph = WriteGraph(folder);
        var posts = new PostStream(seed: 43, partitions: 1);
        foreach (var day in new[] { "mon", "tue" })
        {
            Directory.CreateDirectory(folder[day]);
            await File.WriteAllLinesAsync(folder[$"{day}/posts.jsonl"], Enumerable.Range(0, 1000).Select(_ => Encoding.UTF8.GetString(posts.Next())));
        }

        Task<Outcome> Run(string day) => Product.Run("run", graph, "--json", "--set", "source.file.path=" + folder[$"{day}/posts.jsonl"], "--set", "runtime.state=" + folder["state"]);
        Assert.Equal(1000, (await Run("mon")).Ledger.Consumed);
        var windows = await File.ReadAllTextAsync(folder["windows.jsonl"]);

        var other = await Run("tue");
        Assert.Equal(2, other.ExitCode);
        Assert.Contains("its positions are those of another 'posts.jsonl', which began in another way", other.Error, StringComparison.Ordinal);
        await File.AppendAllTextAsync(folder["mon/posts.jsonl"], Encoding.UTF8.GetString(posts.Next())[..20]);
        var grown = await Run("mon");
        Assert.Equal(1000, grown.Ledger.Consumed);
        Assert.Contains("line 1001 is not written to its end yet and is left to the next run", grown.Error, StringComparison.Ordinal);
        await File.WriteAllLinesAsync(folder["mon/posts.jsonl"], (await File.ReadAllLinesAsync(folder["mon/posts.jsonl"])).Take(900));
        var cut = await Run("mon");
        Assert.Equal(1, cut.ExitCode);
        Assert.Contains("source 'file': posts.jsonl has 900 lines, and the state goes on at line 1001", cut.Error, StringComparison.Ordinal);
        Assert.Equal(windows, await File.ReadAllTextAsync(folder["windows.jsonl"]));
        var stream = await Product.Run("run", graph, "--set", "source.file.path='-'", "--set", "runtime.state=" + folder["state"]);
        Assert.Equal(2, stream.ExitCode);
        Assert.Contains("option 'state' cannot go with standard input", stream.Error, StringComparison.Ordinal);
    }

    private static string WriteGraph(TempFolder folder)
    {
        _ = PostStream.WriteGraph(folder);
        File.WriteAllText(folder["file.yaml"], """
            name: files
            source:
              file:
                path: posts.jsonl
            operators:
              - decode: {}
              - match:
                  brands: brands.yaml
              - window:
                  size: 1m
            sinks:
              - file:
                  path: windows.jsonl
              - file:
                  path: refused.jsonl
                id: refused
                from: dead-letters
            """);
        return folder["file.yaml"];
    }

    /// <summary>The same lines plain and packed: with a bad one, an empty one, both kinds of line ends, and none at the end.</summary>
    private static void WritePosts(TempFolder folder, PostStream posts)
    {
        var lines = Enumerable.Range(0, 10_000).Select(_ => Encoding.UTF8.GetString(posts.Next())).ToList();
        lines.Insert(1, "{\"time\": \"20");
        lines.Insert(2, "");
        var text = string.Concat(lines.Take(5000).Select(line => line + "\r\n")) + string.Join('\n', lines.Skip(5000));
        File.WriteAllText(folder["posts.jsonl"], text);
        using var packed = new GZipStream(File.Create(folder["posts.jsonl.gz"]), CompressionLevel.Fastest);
        packed.Write(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The last line of each window is the one that counts.</summary>
    private static string Counts(IEnumerable<string> lines)
    {
        var windows = new Dictionary<string, (long Version, long Posts)>();
        foreach (var line in lines)
        {
            using var json = JsonDocument.Parse(line);
            var minute = json.RootElement.GetProperty("window_start").GetInt64() / 60_000;
            var row = (json.RootElement.GetProperty("version").GetInt64(), json.RootElement.GetProperty("posts").GetInt64());
            var key = $"{Text(json, "brand")} {minute.ToString(CultureInfo.InvariantCulture)}";
            windows[key] = windows.TryGetValue(key, out var known) && known.Version > row.Item1 ? known : row;
        }

        return string.Join('\n', windows.OrderBy(w => w.Key, StringComparer.Ordinal).Select(w => $"{w.Key} {w.Value.Posts}"));
    }

    private static string Text(JsonDocument json, string name) => json.RootElement.GetProperty(name).GetString()!;
}
