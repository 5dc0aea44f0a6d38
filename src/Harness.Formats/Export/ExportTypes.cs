using Harness.Executor.Model;

namespace Harness.Formats.Export;

/// <summary>torch.export's own numbers of enumerations, which are not those of PyTorch's operators
/// (torch/_export/serde/schema.py).</summary>
static class ExportTypes
{
    /// <summary>What an element type is called where it is none of ours.</summary>
    public static string Name(long number) => number switch
    {
        9 => "complex32",
        10 => "complex64",
        11 => "complex128",
        28 => "uint16",
        29 => "float8_e4m3fn",
        30 => "float8_e5m2",
        31 => "float8_e4m3fnuz",
        32 => "float8_e5m2fnuz",
        33 => "float8_e8m0fnu",
        34 => "uint32",
        35 => "uint64",
        _ => $"number {number}",
    };

    /// <summary>The operators' number of an element type (c10/core/ScalarType.h); null where none is read.</summary>
    public static long? Torch(long number) => number switch
    {
        >= 1 and <= 12 => number - 1,
        13 => 15,
        _ => null,
    };

    /// <summary>An element type; null for those that no stored tensor has.</summary>
    public static ElementType? Element(long number) =>
        Torch(number) is { } torch ? ElementTypes.OfTorch(torch) : null;

    /// <summary>The operators' number of a memory format (c10/core/MemoryFormat.h); null for none.</summary>
    public static long? MemoryFormat(long number) => number switch
    {
        1 => 0,
        2 => 2,
        3 => 3,
        4 => 1,
        _ => null,
    };

    /// <summary>The operators' number of a layout (c10/core/Layout.h); null for all but strided.</summary>
    public static long? Layout(long number) => number == 7 ? 0 : null;
}
