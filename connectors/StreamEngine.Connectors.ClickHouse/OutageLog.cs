using Microsoft.Extensions.Logging;
using StreamEngine.Connectors.ClickHouse.Http;

namespace StreamEngine.Connectors.ClickHouse;

/// <summary>
/// Tells of a server that cannot be used: once for each distinct cause, again while it lasts after 1 minute, 5, and every 15 from then on,
/// and once when it is over. Not once per attempt.
/// </summary>
internal sealed class OutageLog(Uri server, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan[] _again = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15)];

    private readonly Dictionary<(ClickHouseFailure, int), (DateTimeOffset Last, int Times)> _told = [];
    private DateTimeOffset _since;
    private long _attempts;

    /// <summary>The last failure while an outage lasts; <see langword="null"/> otherwise.</summary>
    public ClickHouseException? Current { get; private set; }

    /// <summary>Attempts that failed and were repeated, since the start.</summary>
    public long Retries { get; private set; }

    /// <summary>Takes note of an attempt that failed and will be repeated.</summary>
    public void Failed(ClickHouseException failure)
    {
        var now = time.GetUtcNow();
        if (Current is null)
        {
            (_since, _attempts) = (now, 0);
        }

        Current = failure;
        _attempts++;
        Retries++;
        var cause = (failure.Failure, failure.Code);
        var told = _told.GetValueOrDefault(cause);
        if (told.Times > 0 && now - told.Last < _again[Math.Min(told.Times, _again.Length) - 1])
        {
            return;
        }

        _told[cause] = (now, told.Times + 1);
        if (told.Times == 0)
        {
            logger.LogWarning("ClickHouse at {Url}: {Hint} ({Message}); retrying, nothing is lost", server, Hint(failure), failure.Message);
        }
        else
        {
            logger.LogWarning(
                "ClickHouse at {Url} still cannot be written to after {Duration} and {Attempts} attempts: {Hint} ({Message})",
                server, Shown(now - _since), _attempts, Hint(failure), failure.Message);
        }
    }

    /// <summary>Takes note of an attempt that succeeded.</summary>
    public void Succeeded()
    {
        if (Current is null)
        {
            return;
        }

        logger.LogInformation("ClickHouse at {Url} is back after {Duration} and {Attempts} failed attempts", server, Shown(time.GetUtcNow() - _since), _attempts);
        Current = null;
        _told.Clear();
    }

    /// <summary>What is wrong, in the user's terms, and what to do.</summary>
    public static string Hint(ClickHouseException failure) => failure.Failure switch
    {
        ClickHouseFailure.Unreachable => "nobody answers there; is the server running, and is the url right?",
        ClickHouseFailure.Timeout => "the server is too slow or does not answer; see the option timeout",
        ClickHouseFailure.Broken => "the connection broke during a request",
        ClickHouseFailure.Tls => "the TLS connection fails; check the url and the option tls_ca",
        ClickHouseFailure.Authentication => "wrong user or password; check the options user and password",
        ClickHouseFailure.Forbidden => "the user may not do this; grant it SELECT, INSERT, ALTER and CREATE on the database, or make the tables and set create_tables to false",
        ClickHouseFailure.NoDatabase => "the database does not exist",
        ClickHouseFailure.NoTable => "the table does not exist",
        ClickHouseFailure.TooManyParts => "too many parts; merges do not keep up, raise flush_every if this lasts",
        ClickHouseFailure.Memory => "a limit of memory is reached; lower batch_rows if this lasts",
        ClickHouseFailure.Overloaded => "the server is busy, starting, stopping or read-only",
        ClickHouseFailure.Rejected => "the server does not take what is sent",
        ClickHouseFailure.NotClickHouse => "what answers there is not ClickHouse's HTTP interface; check the url (port 8123, not 9000)",
        _ => "the server reports an error",
    };

    private static string Shown(TimeSpan duration) => duration.TotalMinutes < 1 ? $"{duration.TotalSeconds:0.0} s" : $"{(int)duration.TotalMinutes} min {duration.Seconds} s";
}
