using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Connectors.Files;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sinks;
using StreamEngine.Tests.Connectors.Sinks;

namespace StreamEngine.Tests.Connectors.Files;

/// <summary>The sink <c>file</c> with plain lines.</summary>
public sealed class LineSinkConformance : SinkConformance
{
    private protected override Task<ISinkTarget> Start() => Task.FromResult<ISinkTarget>(new LineTarget("windows.jsonl"));
}

/// <summary>The sink <c>file</c> with lines in gzip.</summary>
public sealed class PackedLineSinkConformance : SinkConformance
{
    private protected override Task<ISinkTarget> Start() => Task.FromResult<ISinkTarget>(new LineTarget("windows.jsonl.gz"));
}

/// <summary>Files that a killed process has left.</summary>
public sealed class LineWriterTests
{
    [Theory]
    [InlineData("windows.jsonl", 1)]
    [InlineData("windows.jsonl", 100)]
    [InlineData("windows.jsonl.gz", 1)]
    [InlineData("windows.jsonl.gz", 9)]
    [InlineData("windows.jsonl.gz", 300)]
    public async Task What_was_cut_off_in_a_line_is_taken_away_and_said_and_the_next_lines_can_be_read(string name, int cut)
    {
        await using var target = new LineTarget(name);
        await Write(target, 0, 1000);
        using (var file = new FileStream(target.Path, FileMode.Open))
        {
            file.SetLength(file.Length - cut);
        }

        var log = new RecordingLogger();
        await Write(target, 1000, 2000, log);

        var read = await target.Read();
        Assert.Contains(target.Path, Assert.Single(log.Warnings), StringComparison.Ordinal);
        Assert.Equal(read.Order().Distinct(), read);
        Assert.Equal(Enumerable.Range(1000, 1000), read.Where(n => n >= 1000));
        var kept = read.Count(n => n < 1000);
        Assert.InRange(kept, 1, 1000);
        Assert.Equal(Enumerable.Range(0, kept), read.Take(kept));
        Assert.Equal([target.Path], Directory.GetFiles(Path.GetDirectoryName(target.Path)!));
    }

    [Theory]
    [InlineData("windows.jsonl")]
    [InlineData("windows.jsonl.gz")]
    public async Task A_file_that_was_written_to_its_end_is_gone_on_with_as_it_is(string name)
    {
        await using var target = new LineTarget(name);
        await Write(target, 0, 100);
        var before = await File.ReadAllBytesAsync(target.Path);
        var log = new RecordingLogger();
        await Write(target, 100, 200, log);

        Assert.Empty(log.Warnings);
        Assert.Equal(before, (await File.ReadAllBytesAsync(target.Path))[..before.Length]);
        Assert.Equal(Enumerable.Range(0, 200), await target.Read());
    }

    [Fact]
    public async Task A_file_of_half_a_line_is_begun_anew()
    {
        await using var target = new LineTarget("windows.jsonl");
        await File.WriteAllTextAsync(target.Path, """{"number":""");
        await Write(target, 0, 2, new RecordingLogger());
        Assert.Equal([0, 1], await target.Read());
    }

    [Theory]
    [InlineData("windows.jsonl", false)]
    [InlineData("windows.jsonl.gz", true)]
    public async Task A_last_line_that_is_whole_but_for_its_end_is_kept(string name, bool packed)
    {
        await using var target = new LineTarget(name);
        var lines = Encoding.UTF8.GetBytes("""{"number":0}""" + "\n" + """{"number":1}""");
        await File.WriteAllBytesAsync(target.Path, packed ? Packed(lines) : lines);

        await Write(target, 2, 4, new RecordingLogger());

        Assert.Equal([0, 1, 2, 3], await target.Read());
    }

    [Fact]
    public async Task A_packed_file_that_is_cut_off_anywhere_keeps_its_whole_lines_and_can_be_read_to_its_end()
    {
        await using var target = new LineTarget("windows.jsonl.gz");
        await Write(target, 0, 3);
        var first = new FileInfo(target.Path).Length;
        await Write(target, 3, 6);
        var whole = await File.ReadAllBytesAsync(target.Path);
        for (var length = 0; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(target.Path, whole[..length]);

            await Write(target, 6, 8);

            using var unpacked = new MemoryStream();
            await using (var packed = new GZipStream(File.OpenRead(target.Path), CompressionMode.Decompress))
            {
                await packed.CopyToAsync(unpacked);
            }

            var read = await target.Read();
            Assert.Equal(Encoding.UTF8.GetString(unpacked.ToArray()).Count(c => c == '\n'), read.Count);
            Assert.Equal([6, 7], read.TakeLast(2));
            Assert.Equal(Enumerable.Range(0, read.Count - 2), read.SkipLast(2));
            Assert.True(length < first || read.Count >= 5, $"{length} of {whole.Length} bytes: {read.Count} lines");
        }
    }

    [Theory]
    [InlineData("windows.jsonl.gz", "no gzip at all\n", "it is not gzip, though its name ends in .gz")]
    [InlineData("windows.jsonl.gz", "\u001f", null)]
    [InlineData("windows.jsonl", "a text without an end of line", "is no beginning of a line that this sink writes")]
    [InlineData("windows.jsonl", "{\n  \"a\": [\n    1\n  ]\n}", "is no beginning of a line that this sink writes")]
    [InlineData("windows.jsonl", "{\"number\":0}\n{\"number\":1}{\"number\":", "is no beginning of a line that this sink writes")]
    [InlineData("windows.jsonl", "", null)]
    public async Task A_file_of_another_kind_is_refused_and_left_as_it_is(string name, string text, string? reason)
    {
        await using var target = new LineTarget(name);
        var bytes = Encoding.Latin1.GetBytes(text);
        await File.WriteAllBytesAsync(target.Path, bytes);
        if (reason is null)
        {
            await Write(target, 0, 1, new RecordingLogger());
            Assert.Equal([0], await target.Read());
            return;
        }

        await RefusedAsync(target, bytes, reason);
    }

    [Theory]
    [InlineData("a text\nthat ends without\nan end of line")]
    [InlineData("a text\nthat ends with it\n")]
    public async Task A_packed_file_of_other_lines_is_not_cut(string text)
    {
        await using var target = new LineTarget("windows.jsonl.gz");
        var packed = Packed([.. Enumerable.Repeat(Encoding.UTF8.GetBytes(text), 50).SelectMany(bytes => bytes)]);
        foreach (var bytes in new[] { packed[..^8], packed[..^9] })
        {
            await File.WriteAllBytesAsync(target.Path, bytes);
            await RefusedAsync(target, bytes, "line");
        }
    }

    [Fact]
    public async Task A_packed_file_that_is_damaged_before_its_end_is_refused_and_left_as_it_is()
    {
        await using var target = new LineTarget("windows.jsonl.gz");
        for (var part = 0; part < 3; part++)
        {
            await Write(target, part * 500, (part + 1) * 500);
        }

        var whole = await File.ReadAllBytesAsync(target.Path);
        var random = new Random(5);
        for (var i = 0; i < 60; i++)
        {
            var bytes = whole.ToArray();
            bytes[random.Next(20, bytes.Length * 2 / 3)] ^= 0x55;
            var damaged = i % 2 == 0 ? bytes : bytes[..^random.Next(1, 200)];
            await File.WriteAllBytesAsync(target.Path, damaged);
            await RefusedAsync(target, damaged, "");
        }

        byte[] followed = [.. whole, .. "and more"u8];
        await File.WriteAllBytesAsync(target.Path, followed);
        await RefusedAsync(target, followed, "something that is not gzip follows");
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private static async Task RefusedAsync(LineTarget target, byte[] bytes, string reason)
    {
        var refused = await Assert.ThrowsAsync<SinkException>(() => Write(target, 0, 1));

        Assert.Contains($"sink 'file' cannot go on with {target.Path}: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Contains("move it away, and a new one is begun", refused.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(target.Path));
        Assert.Equal([target.Path], Directory.GetFiles(Path.GetDirectoryName(target.Path)!));
    }

    private static async Task Write(LineTarget target, int from, int to, ILogger? logger = null)
    {
        await using var writer = target.Create(logger ?? NullLogger.Instance);
        await writer.OpenAsync([target.Input], default);
        for (var number = from; number < to; number++)
        {
            writer.Append(0, new SinkRecord(default, target.Record(number), default, 0));
        }

        await writer.FlushAsync(default);
    }
}

/// <summary>A file of lines. Readers take each number once: the last line of a key is the one that counts.</summary>
internal sealed class LineTarget(string name) : ISinkTarget
{
    private readonly TempFolder _folder = new();

    public string Path => _folder[name];

    public SinkInput Input { get; } = new("window", StreamKind.Windows, "files");

    public ISinkWriter Create() => Create(NullLogger.Instance);

    public ISinkWriter Create(ILogger logger)
    {
        var definition = new FileSinkDefinition();
        var problems = new List<GraphProblem>();
        var options = OptionSet.Bind("sink 'file'", definition.Options, ConfigNode.From(new Dictionary<string, object?> { ["path"] = Path }), SourcePosition.Code, problems);
        Assert.Empty(problems);
        return definition.Create(new SinkContext("files", "file", options, TimeProvider.System, logger) { Continues = true });
    }

    public byte[] Record(int number) => Encoding.UTF8.GetBytes($$"""{"number":{{number}},"text":"żółć {{new string('x', number % 50)}}"}""");

    public async Task<IReadOnlyList<int>> Read()
    {
        // Also while it is written to.
        await using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        await using var lines = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        var numbers = new List<int>();
        using var reader = new StreamReader(lines);
        try
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                numbers.Add(JsonDocument.Parse(line).RootElement.GetProperty("number").GetInt32());
            }
        }
        catch (InvalidDataException)
        {
            // A packed file that is still open has no end yet.
        }

        return [.. numbers.Distinct()];
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
