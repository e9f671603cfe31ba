using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace StreamEngine.Operators;

/// <summary>Asks for memory that is needed soon, so that the waits for many places overlap. A hint: it never faults, and does nothing where there is none.</summary>
internal static class Prefetch
{
    private const int Line = 64;

    /// <summary>Asks for the value at <paramref name="place"/> and the bytes behind it, <paramref name="bytes"/> in all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void At<T>(ref readonly T place, int bytes)
        where T : unmanaged
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        // The address is only a hint: where the collector moves the array meanwhile, another line is fetched and nothing else happens.
        var address = (byte*)Unsafe.AsPointer(ref Unsafe.AsRef(in place));
        for (var offset = 0; offset < bytes; offset += Line)
        {
            Sse.Prefetch0(address + offset);
        }
    }
}
