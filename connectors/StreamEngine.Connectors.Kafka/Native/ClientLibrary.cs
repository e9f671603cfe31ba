using System.Reflection;
using System.Runtime.InteropServices;

namespace StreamEngine.Connectors.Kafka.Native;

/// <summary>
/// Finds the librdkafka that Confluent.Kafka works with. The package <c>librdkafka.redist</c> holds several builds for one platform:
/// the plain one of Linux needs <c>libsasl2.so.3</c>, which Debian does not have, and Confluent.Kafka then takes the next that loads.
/// Calls of our own must go to that same library.
/// </summary>
public static class ClientLibrary
{
    private const string Name = "librdkafka";

    /// <summary>In the order in which Confluent.Kafka tries them; on a system with musl only the second loads, with glibc the others.</summary>
    private static readonly string[] _builds = [Name, "alpine-librdkafka", "centos8-librdkafka"];

    /// <summary>Resolves the imports of <paramref name="assembly"/> that name librdkafka. Once for an assembly.</summary>
    public static void ResolveFor(Assembly assembly) => NativeLibrary.SetDllImportResolver(assembly, Resolve);

    /// <summary>A handle of librdkafka, or 0 where <paramref name="name"/> is another library or no build of it loads.</summary>
    public static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name == Name)
        {
            foreach (var build in _builds)
            {
                if (NativeLibrary.TryLoad(build, assembly, path, out var handle))
                {
                    return handle;
                }
            }
        }

        return 0;
    }
}
