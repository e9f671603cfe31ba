using System.Reflection;
using System.Runtime.InteropServices;
using StreamEngine.Connectors.Kafka.Native;

namespace StreamEngine.Connectors.Embedded;

/// <summary>Resolves what this assembly imports: libchdb, which is somewhere else on each machine, and Confluent.Kafka's librdkafka.</summary>
internal static class NativeLibraries
{
    private static readonly Lazy<bool> _resolved = new(() =>
    {
        NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Find);
        return true;
    });

    /// <summary>To be called before the first import; later calls do nothing.</summary>
    public static void Resolve() => _ = _resolved.Value;

    private static nint Find(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == ChdbNative.Library ? ChdbLibrary.Handle : ClientLibrary.Resolve(name, assembly, path);
}
