using System.Runtime.InteropServices;

namespace StreamEngine.Text;

/// <summary>
/// Asks the system to hold a large table in huge pages. Tables of many megabytes that are read at random cost a walk through the page
/// tables per look with pages of 4 KB. Only advice: where the system takes none, nothing is lost but the speed.
/// </summary>
internal static partial class HugePages
{
    private const nuint PageSize = 2 << 20;
    private const int MadvHugePage = 14;
    private const int MadvCollapse = 25;

    /// <summary>Advises for the whole huge pages within an array that the garbage collector does not move: pinned, or of 85,000 bytes and more.</summary>
    public static unsafe void Advise<T>(T[] table)
        where T : unmanaged
    {
        if (!OperatingSystem.IsLinux() || table.Length == 0)
        {
            return;
        }

        fixed (T* first = table)
        {
            var start = ((nuint)first + PageSize - 1) & ~(PageSize - 1);
            var end = ((nuint)first + ((nuint)table.Length * (nuint)sizeof(T))) & ~(PageSize - 1);
            if (end > start && Madvise((void*)start, end - start, MadvHugePage) == 0)
            {
                // Pages that were touched before are put together at once; Linux before 6.1 does so in the background.
                _ = Madvise((void*)start, end - start, MadvCollapse);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static unsafe partial int Madvise(void* address, nuint length, int advice);
}
