using StreamEngine.Connectors.Kafka;

namespace StreamEngine.Cli.Kafka;

/// <summary>Turns what can go wrong with a cluster into one line and an exit code.</summary>
internal static class KafkaCommandErrors
{
    /// <summary>Runs a command's work off the caller's thread.</summary>
    public static async Task<int> Guard(TextWriter error, Func<int> work, CancellationToken stop)
    {
        try
        {
            return await Task.Run(work, CancellationToken.None);
        }
        catch (Exception exception) when (exception is SettingException or ArgumentException or FileNotFoundException or DirectoryNotFoundException)
        {
            await error.WriteLineAsync("streamengine: " + exception.Message);
            return ExitCode.Usage;
        }
        catch (Exception exception) when (exception is AccessRefusedException or UnknownTopicException or TopicException or TimeoutException or IOException
            or UnauthorizedAccessException or InvalidDataException or Confluent.Kafka.KafkaException)
        {
            await error.WriteLineAsync("streamengine: " + exception.Message);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await error.WriteLineAsync("streamengine: stopped");
            return ExitCode.Failed;
        }
    }
}
