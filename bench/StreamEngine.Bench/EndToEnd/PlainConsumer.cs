using System.Runtime.InteropServices;
using StreamEngine.Connectors.Kafka.Native;

namespace StreamEngine.Bench.EndToEnd;

/// <summary>librdkafka's call for one message.</summary>
internal static unsafe partial class PlainConsumer
{
    static PlainConsumer() => ClientLibrary.ResolveFor(typeof(PlainConsumer).Assembly);

    [LibraryImport("librdkafka")]
    public static partial NativeMessage* rd_kafka_consumer_poll(nint consumer, int timeoutMs);
}
