using StreamEngine.Core.Planning;
using StreamEngine.Core.State;
using StreamEngine.Tests.Core.Runtime;

namespace StreamEngine.Tests.Core.State;

public sealed class SavepointTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read_and_nothing_else_is_left_in_the_folder()
    {
        Taken().Write(_folder["monday.save"]);
        var read = Savepoint.Read(_folder["monday.save"]);

        Assert.True(Assert.Single(read.Partitions).TryGet("key"u8, out var value));
        Assert.Equal("value"u8.ToArray(), value);
        Assert.Equal([_folder["monday.save"]], Directory.GetFiles(Path.GetDirectoryName(_folder["monday.save"])!));
    }

    [Fact]
    public void A_byte_that_has_changed_wherever_it_is_and_an_end_that_is_missing_are_refused()
    {
        Taken().Write(_folder["monday.save"]);
        var bytes = File.ReadAllBytes(_folder["monday.save"]);
        for (var at = 0; at < bytes.Length; at++)
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= 0x10;
            File.WriteAllBytes(_folder["damaged.save"], damaged);
            Assert.Contains("damaged.save", Assert.Throws<StateException>(() => Savepoint.Read(_folder["damaged.save"])).Message, StringComparison.Ordinal);
        }

        File.WriteAllBytes(_folder["damaged.save"], bytes[..^1]);
        Assert.Throws<StateException>(() => Savepoint.Read(_folder["damaged.save"]));
    }

    [Fact]
    public void A_file_or_folder_that_is_not_there_is_named_as_it_was_given()
    {
        Assert.Equal($"there is no savepoint {_folder["none.save"]}", Assert.Throws<FileNotFoundException>(() => Savepoint.Read(_folder["none.save"])).Message);
        var path = Path.Combine(_folder["nowhere"], "monday.save");
        Assert.Equal($"{path} cannot be written: there is no folder {_folder["nowhere"]}", Assert.Throws<DirectoryNotFoundException>(() => Taken().Write(path)).Message);
    }

    private static Savepoint Taken()
    {
        var image = new StateImage();
        image.Put("key"u8, "value"u8);
        return new Savepoint { Graph = "g", Shape = GraphShape.Of(TaskBench.PlanOf(g => g.Then("words").Then("tally")), 1), TakenAt = DateTimeOffset.UnixEpoch, Partitions = [image] };
    }
}
