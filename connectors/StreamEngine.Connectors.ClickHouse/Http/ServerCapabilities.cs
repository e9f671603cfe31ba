using System.Collections.Frozen;
using System.Globalization;

namespace StreamEngine.Connectors.ClickHouse.Http;

/// <summary>What a server can do beyond the subset that all have.</summary>
/// <param name="Version">Its version, as <c>SELECT version()</c> gives it.</param>
/// <param name="Settings">Those of the settings in question that it knows; an unknown one is an error.</param>
public sealed record ServerCapabilities(string Version, FrozenSet<string> Settings)
{
    /// <summary>Settings that are asked for.</summary>
    internal static readonly string[] SettingsInQuestion = ["async_insert", "max_partitions_per_insert_block"];

    private readonly (int Major, int Minor) _release = Parse(Version);

    /// <summary>Whether there is <c>LowCardinality(String)</c> without a setting in the user's profile: from 19.1.</summary>
    public bool HasLowCardinality => AtLeast(19, 1);

    /// <summary>Whether columns have codecs: from 19.1.</summary>
    public bool HasCodecs => AtLeast(19, 1);

    /// <summary>Whether rows can expire: from 19.6.</summary>
    public bool HasTtl => AtLeast(19, 6);

    /// <summary>Whether columns have comments, which can be changed: from 19.6.</summary>
    public bool HasComments => AtLeast(19, 6);

    /// <summary>Whether a table's TTL can be taken away: from 21.1.</summary>
    public bool CanRemoveTtl => AtLeast(21, 1);

    /// <summary>Whether there is <c>DateTime64</c>: from 20.1.</summary>
    public bool HasDateTime64 => AtLeast(20, 1);

    private bool AtLeast(int major, int minor) => _release.Major > major || (_release.Major == major && _release.Minor >= minor);

    /// <summary>Year and number of the release; an unknown spelling counts as the oldest.</summary>
    private static (int Major, int Minor) Parse(string version)
    {
        var parts = version.Split('.', '-');
        return parts.Length >= 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            ? (major, minor)
            : (0, 0);
    }
}
