namespace Harness.Reference.Walk;

/// <summary>Lets garbage be collected between calls, so that it hardly ever is while one runs.</summary>
/// <remarks>TorchSharp passes a number's native memory to libtorch without keeping the number alive: a collection at
/// that moment lets its finalizer free what libtorch is about to read, which then is another number, or none ("Unknown
/// scalar type"). Of 20,000 random graphs recorded six were hit. The process is started with a first generation large
/// enough that nothing is collected before this says so.</remarks>
static class Collections
{
    // A tenth of what the process is started with.
    const long Most = 24 << 20;

    static long s_last;

    /// <summary>To be asked where no call of libtorch's is on its way.</summary>
    public static void Permit()
    {
        long now = GC.GetAllocatedBytesForCurrentThread();
        if (now - s_last < Most && now >= s_last) return;
        s_last = now;
        GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        GC.WaitForPendingFinalizers();
    }
}
