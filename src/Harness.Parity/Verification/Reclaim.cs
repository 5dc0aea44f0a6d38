namespace Harness.Parity.Verification;

/// <summary>Gives the memory of a finished plan back before the next one is made. Plans are a few arrays of hundreds of
/// megabytes, which the collector looks at only when much more has been asked for: left to itself, verifying one VGG-16
/// peaks at several times what is alive.</summary>
static class Reclaim
{
    // Below this a collection costs more than it gives.
    const long Worthwhile = 128 << 20;

    // What may lie ready for the next plan: segments are of one size and reuse it, and fresh pages cost as much time as
    // the arithmetic. More than this was a single large weight, and goes back to the system.
    const long Spare = 192 << 20;

    // Allocated by the process when it was last collected here.
    static long s_before;

    /// <summary>Collects where much has been allocated since the last time. Whoever calls this holds no plan: a local
    /// variable of an unoptimized method lives until it returns.</summary>
    public static void Now()
    {
        long allocated = GC.GetTotalAllocatedBytes();
        if (allocated - Volatile.Read(ref s_before) < Worthwhile) return;
        Volatile.Write(ref s_before, allocated);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
        var memory = GC.GetGCMemoryInfo(GCKind.FullBlocking);
        if (memory.TotalCommittedBytes - memory.HeapSizeBytes + memory.FragmentedBytes > Spare)
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
