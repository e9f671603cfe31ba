namespace StreamEngine.Testing;

/// <summary>Measures what a thread allocates.</summary>
public static class Allocations
{
    private const int WarmUps = 3;
    private const int Rounds = 8;

    /// <summary>
    /// Bytes that a round allocates on this thread in the steady state: the least of several after a warm-up, since the runtime itself
    /// allocates now and then while it compiles what runs often.
    /// </summary>
    public static long InSteadyState(Action round)
    {
        for (var i = 0; i < WarmUps; i++)
        {
            round();
        }

        return Enumerable.Range(0, Rounds).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            round();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
    }
}
