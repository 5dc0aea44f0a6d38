using System.Runtime.CompilerServices;

namespace Harness.Executor.Model;

/// <summary>Arrays of so many elements that the system takes longer to hand their pages out, 4 KiB at a time, than
/// anybody to write them: on Linux it is asked for pages of 2 MiB. Elsewhere they are arrays.</summary>
public static class LargeArray
{
    /// <summary>An array of which no element is set: whoever asks for it writes all.</summary>
    /// <param name="length">How many elements.</param>
    /// <exception cref="OutOfMemoryException">There is not that much.</exception>
    public static unsafe E[] Of<E>(int length) where E : unmanaged
    {
        var array = GC.AllocateUninitializedArray<E>(length);
        nuint bytes = (nuint)length * (nuint)Unsafe.SizeOf<E>();
        if (bytes < LargePages.Size) return array;
        fixed (E* start = array) LargePages.Ask(start, bytes);
        return array;
    }
}
