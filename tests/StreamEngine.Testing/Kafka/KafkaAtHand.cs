namespace StreamEngine.Testing;

/// <summary>Which Kafka the tests of this run can use, as the environment says.</summary>
/// <remarks>
/// <c>KAFKA_HOME</c>: a folder whose <c>libs/*.jar</c> are Apache Kafka's; brokers are started out of it.
/// <c>KAFKA_BOOTSTRAP</c>: the address of a broker that runs already; it is neither stopped nor killed.
/// </remarks>
public static class KafkaAtHand
{
    /// <summary>What the reason of every test begins with that is left out for want of a broker.</summary>
    public const string NoBroker = "needs a Kafka broker";

    /// <summary>The folder to start brokers out of, or null when there is none.</summary>
    public static string? Home
    {
        get
        {
            var home = Environment.GetEnvironmentVariable("KAFKA_HOME");
            if (string.IsNullOrEmpty(home))
                return null;
            var libs = Path.Combine(home, "libs");
            return Directory.Exists(libs) && Directory.EnumerateFiles(libs, "kafka-clients-*.jar").Any()
                ? Path.GetFullPath(home)
                : throw new InvalidOperationException(
                    $"KAFKA_HOME is {home}, but there is no libs/kafka-clients-*.jar in it: it should be an unpacked Apache Kafka.");
        }
    }

    /// <summary>The address of a broker that runs already, or null when the environment names none.</summary>
    public static string? RunningBootstrap =>
        Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP") is { Length: > 0 } servers ? servers : null;

    /// <summary>Why a test has to be left out, or null when it can run.</summary>
    /// <param name="needsOwnBroker">Whether the test stops or kills its broker, or needs it set up in a special way.</param>
    public static string? ReasonToSkip(bool needsOwnBroker)
    {
        if (Home is not null || (RunningBootstrap is not null && !needsOwnBroker))
            return null;
        return needsOwnBroker && RunningBootstrap is not null
            ? $"{NoBroker} of its own, which it may kill: set KAFKA_HOME to an unpacked Apache Kafka (KAFKA_BOOTSTRAP does not do)"
            : $"{NoBroker}: set KAFKA_HOME to an unpacked Apache Kafka, or KAFKA_BOOTSTRAP to a running broker";
    }
}
