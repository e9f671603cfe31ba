using System.Globalization;

namespace StreamEngine.Connectors.Kafka;

/// <summary>
/// A name for this process that no other process of the same graph on this machine has while it lives, and that the next one takes over:
/// the lowest free number after the machine's and the user's name. With it a process that starts after a kill takes over its predecessor's
/// transactional ids, which ends what that left open at once, instead of after the transaction's timeout.
/// </summary>
internal sealed class InstanceSlot : IDisposable
{
    private const int MostPerMachine = 1000;

    private readonly FileStream? _lock;

    private InstanceSlot(string name, FileStream? held) => (Name, _lock) = (name, held);

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>Takes a slot for a graph.</summary>
    /// <param name="graph">The graph's name.</param>
    /// <param name="given">A name given by the user, who then sees to it that it is unique; <see langword="null"/> to take the lowest free one.</param>
    /// <exception cref="IOException">No slot can be taken.</exception>
    public static InstanceSlot Take(string graph, string? given)
    {
        if (given is not null)
        {
            return new InstanceSlot(given, null);
        }

        var folder = Path.Combine(Path.GetTempPath(), $"streamengine-{Environment.UserName}");
        Directory.CreateDirectory(folder);
        for (var i = 0; i < MostPerMachine; i++)
        {
            try
            {
                var file = new FileStream(Path.Combine(folder, $"{graph}.{i.ToString(CultureInfo.InvariantCulture)}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                return new InstanceSlot($"{Environment.MachineName}-{Environment.UserName}-{i.ToString(CultureInfo.InvariantCulture)}", file);
            }
            catch (IOException) when (i < MostPerMachine - 1)
            {
                // Taken by a living process.
            }
        }

        throw new IOException($"no free slot in {folder}");
    }

    /// <inheritdoc/>
    public void Dispose() => _lock?.Dispose();
}
