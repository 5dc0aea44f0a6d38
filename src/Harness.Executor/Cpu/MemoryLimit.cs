using System.Globalization;
using Harness.Executor.Model;

namespace Harness.Executor.Cpu;

/// <summary>Refuses what this machine's memory cannot hold, before any of it is asked for.</summary>
static class MemoryLimit
{
    /// <summary>Refuses a run whose memory is more than there is.</summary>
    /// <param name="activations">Bytes of the arena.</param>
    /// <param name="threads">Workers.</param>
    /// <param name="scratch">Bytes of each worker's own memory; 0 where it is not known yet.</param>
    /// <exception cref="ModelException">PAR9004.</exception>
    public static void Require(long activations, int threads, long scratch)
    {
        if (Most is > 0 and var most && Sum(activations, threads, scratch) > most)
            throw Refusal(activations, threads, scratch, $"there are {MiB(most)}");
    }

    /// <summary>Refuses windows whose tables leave no memory for the activations.</summary>
    /// <param name="name">The node with the last of the windows.</param>
    /// <param name="tables">Bytes of all their tables.</param>
    /// <param name="activations">Bytes of the arena.</param>
    /// <exception cref="ModelException">PAR9004.</exception>
    public static void RequireTables(string name, Int128 tables, long activations)
    {
        if (Most is > 0 and var most && tables + activations > most)
        {
            throw new ModelException(new Finding(Codes.OutOfMemory, "",
                $"the windows up to that of '{name}' need tables of {MiB(tables)} beside {MiB(activations)} of " +
                $"activations, there are {MiB(most)}; smaller windows or strides need less"));
        }
    }

    /// <summary>Refuses a value that no array holds.</summary>
    /// <exception cref="ModelException">PAR9004.</exception>
    public static void RequireArray(string name, ElementType type, Shape shape)
    {
        Int128 bytes = (Int128)shape.Elements * type.Size();
        if (bytes <= Array.MaxLength) return;
        throw new ModelException(new Finding(Codes.OutOfMemory, "",
            $"'{name}' is {type.NumPyName()} {shape}, {MiB(bytes)}; one array holds at most {MiB(Array.MaxLength)}"));
    }

    /// <summary>PAR9004: what a run needs, and why it does not get it.</summary>
    public static ModelException Refusal(long activations, int threads, long scratch, string why) =>
        new(new Finding(Codes.OutOfMemory, "",
            $"a run needs {MiB(Sum(activations, threads, scratch))} of memory ({MiB(activations)} of activations, " +
            $"{threads} threads), {why}; a smaller input shape or fewer threads need less"));

    // Linux promises memory that it does not have and ends the process that then touches it. The first figure is the
    // machine's or container's, but less where the managed heap, which holds next to none of this, has a limit of its
    // own; the second is most of it either way. 0 where nobody knows.
    static long Most
    {
        get
        {
            var memory = GC.GetGCMemoryInfo();
            return Math.Max(memory.TotalAvailableMemoryBytes, memory.HighMemoryLoadThresholdBytes);
        }
    }

    static Int128 Sum(long activations, int threads, long scratch) => activations + ((Int128)threads * scratch);

    static string MiB(Int128 bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / (1 << 20):0} MiB");
}
