using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Where weight (kd, kh, kw, i, co) lies: i counts within a group, co over all groups.</summary>
/// <param name="Origin">Index of weight (0, 0, 0, 0, 0).</param>
/// <param name="KernelH">Elements from one window row to the next; negative where rows are stored flipped.</param>
/// <param name="KernelW">Elements from one window column to the next.</param>
/// <param name="Input">Elements from one input channel to the next.</param>
/// <param name="Output">Elements from one output channel to the next.</param>
readonly record struct WeightStrides(nint Origin, nint KernelH, nint KernelW, nint Input, nint Output)
{
    /// <summary>Elements from one window plane to the next.</summary>
    public nint KernelD { get; init; }

    /// <summary>Flax's kernel: (kd, kh, kw, ci / groups, co).</summary>
    public static WeightStrides Hwio(in ConvGeometry g) => Of(g, g.Output.C, 1);

    /// <summary>Flax's transposed kernel with <c>transpose_kernel=True</c>: (kd, kh, kw, co, ci), one group.</summary>
    public static WeightStrides Hwoi(in ConvGeometry g) => Of(g, 1, g.GroupInput);

    static WeightStrides Of(in ConvGeometry g, nint input, nint output)
    {
        nint column = (nint)g.GroupInput * g.Output.C, row = g.KernelW * column;
        return new WeightStrides(0, row, column, input, output) { KernelD = g.KernelH * row };
    }

    /// <summary>The same storage with the window read backwards in all axes.</summary>
    public WeightStrides Flipped(in ConvGeometry g) => this with
    {
        Origin = Origin + ((g.KernelD - 1) * KernelD) + ((g.KernelH - 1) * KernelH) + ((g.KernelW - 1) * KernelW),
        KernelD = -KernelD,
        KernelH = -KernelH,
        KernelW = -KernelW,
    };

    /// <summary>Index of one weight of a plane's window.</summary>
    public nint Index(int kh, int kw, int i, int co) =>
        Origin + (kh * KernelH) + (kw * KernelW) + (i * Input) + (co * Output);

    /// <summary>Index of one weight.</summary>
    public nint Index(in Tap tap, int i, int co) =>
        Index(tap.KernelH, tap.KernelW, i, co) + (tap.KernelD * KernelD);
}

/// <summary>Weights in the order in which tiles read them, once, when a plan is compiled.</summary>
/// <remarks>For each phase and group: panels of two registers' width of output channels, [k][columns], k in the order
/// of the phase's taps and then input channels; a last panel is one register wide where that suffices. Missing columns
/// are zero. Pinned, and aligned to 64 bytes.</remarks>
sealed unsafe class PackedWeights<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    // Keeps the address valid.
    readonly WeightMemory _storage;
    readonly E* _first;
    readonly List<nint> _phases = [];
    readonly List<int> _depths = [];

    /// <summary>Packs weights of type <typeparamref name="T"/>, rounding them to <typeparamref name="E"/>.</summary>
    /// <param name="lanes">The width the convolution will run at.</param>
    /// <param name="geometry">The convolution; its buffers' layouts do not matter here.</param>
    /// <param name="weights">The stored kernel.</param>
    /// <param name="strides">How it is stored.</param>
    /// <param name="memory">Where the result lies; an array of its own if null.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static PackedWeights<E> Of<T>(
        LaneWidth lanes, in ConvGeometry geometry, ReadOnlySpan<T> weights, WeightStrides strides,
        WeightMemory? memory = null)
        where T : unmanaged, INumberBase<T>
    {
        if (geometry.IsDepthwise) return OfDepthwise(lanes, geometry, weights, strides, memory);
        var phases = ConvPhase.All(geometry);
        int width = LaneCount(lanes);
        long elements = 0;
        foreach (var phase in phases)
            elements += (long)geometry.Groups * phase.Taps.Length * geometry.GroupInput * Padded(geometry.GroupOutput,
                width);
        var packed = new PackedWeights<E>(memory, elements, geometry.Groups, geometry.GroupOutput, width);
        E* destination = packed._first;
        foreach (var phase in phases)
        {
            packed._phases.Add((nint)(destination - packed._first));
            packed._depths.Add(phase.Taps.Length * geometry.GroupInput);
            for (int group = 0; group < geometry.Groups; group++)
            {
                for (int column = 0; column < packed.PaddedColumns; column += 2 * width)
                {
                    int columns = Math.Min(2 * width, packed.PaddedColumns - column);
                    if (strides.Output != 1)
                    {
                        PackPanel(destination, columns, column, group, phase, geometry, weights, strides);
                        destination += (nint)phase.Taps.Length * geometry.GroupInput * columns;
                        continue;
                    }
                    foreach (var tap in phase.Taps)
                    {
                        for (int i = 0; i < geometry.GroupInput; i++)
                        {
                            int existing = Math.Min(columns, geometry.GroupOutput - column);
                            nint first = strides.Index(tap, i, (group * geometry.GroupOutput) + column);
                            var row = new Span<E>(destination, columns);
                            destination += columns;
                            row[existing..].Clear();
                            // Flax's kernels hold output channels side by side: whole rows.
                            if (typeof(T) == typeof(E))
                            {
                                MemoryMarshal.Cast<T, E>(weights.Slice((int)first, existing)).CopyTo(row);
                                continue;
                            }
                            for (int c = 0; c < existing; c++) row[c] = E.CreateTruncating(weights[(int)first + c]);
                        }
                    }
                }
            }
        }
        return packed;
    }

    // One panel of a kernel whose output channels lie apart, as PyTorch stores them: few input channels at a time, so
    // that the lines that one tap reads are still near for the next.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void PackPanel<T>(
        E* destination, int columns, int column, int group, ConvPhase phase, in ConvGeometry geometry,
        ReadOnlySpan<T> weights, WeightStrides strides)
        where T : unmanaged, INumberBase<T>
    {
        const int Block = 16;
        int inputs = geometry.GroupInput, existing = Math.Min(columns, geometry.GroupOutput - column);
        for (int start = 0; start < inputs; start += Block)
        {
            int count = Math.Min(Block, inputs - start);
            for (int t = 0; t < phase.Taps.Length; t++)
            {
                var tap = phase.Taps[t];
                E* rows = destination + ((((nint)t * inputs) + start) * columns);
                if (existing < columns) new Span<E>(rows, count * columns).Clear();
                nint first = strides.Index(tap, start, (group * geometry.GroupOutput) + column);
                for (int c = 0; c < existing; c++, first += strides.Output)
                {
                    // A bounds check for every element would cost more than its copy: both ends are checked instead.
                    nint last = first + ((count - 1) * strides.Input);
                    ref readonly T source = ref weights[(int)first];
                    _ = weights[(int)last];
                    E* to = rows + c;
                    for (int i = 0; i < count; i++, to += columns)
                        *to = E.CreateTruncating(Unsafe.Add(ref Unsafe.AsRef(in source), i * strides.Input));
                }
            }
        }
    }

    // [tap][channel], channels padded to whole registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static PackedWeights<E> OfDepthwise<T>(
        LaneWidth lanes, in ConvGeometry geometry, ReadOnlySpan<T> weights, WeightStrides strides, WeightMemory? memory)
        where T : unmanaged, INumberBase<T>
    {
        int width = LaneCount(lanes);
        int channels = geometry.Output.C;
        var taps = ConvPhase.All(geometry)[0].Taps;
        var packed = new PackedWeights<E>(memory, (long)taps.Length * Padded(channels, width), 1, channels, width);
        packed._phases.Add(0);
        packed._depths.Add(taps.Length);
        E* destination = packed._first;
        foreach (var tap in taps)
        {
            for (int c = 0; c < packed.PaddedColumns; c++)
            {
                *destination++ = c >= channels ? E.Zero : E.CreateTruncating(
                    weights[(int)strides.Index(tap, 0, c)]);
            }
        }
        return packed;
    }

    PackedWeights(WeightMemory? memory, long elements, int groups, int groupOutput, int width)
    {
        _storage = memory ?? new WeightMemory(0);
        _first = (E*)_storage.Take(elements * sizeof(E));
        Bytes = elements * sizeof(E);
        Groups = groups;
        GroupOutput = groupOutput;
        Width = width;
        PaddedColumns = Padded(groupOutput, width);
    }

    /// <summary>Groups.</summary>
    public int Groups { get; }

    /// <summary>Output channels of one group.</summary>
    public int GroupOutput { get; }

    /// <summary>Lanes of one register.</summary>
    public int Width { get; }

    /// <summary>Columns of one group with its zero columns.</summary>
    public int PaddedColumns { get; }

    /// <summary>Panels of one group.</summary>
    public int Panels => (PaddedColumns + (2 * Width) - 1) / (2 * Width);

    /// <summary>Columns of one panel: two registers, or one for the last where that suffices.</summary>
    public int Columns(int panel) => Math.Min(2 * Width, PaddedColumns - (panel * 2 * Width));

    /// <summary>Bytes held.</summary>
    public long Bytes { get; }

    /// <summary>The first weight of a panel.</summary>
    public E* Panel(int phase, int group, int panel)
    {
        nint depth = _depths[phase];
        return _first + _phases[phase] + (group * depth * PaddedColumns) + (panel * depth * 2 * Width);
    }

    /// <summary>The number of lanes a register has for this element type.</summary>
    internal static int LaneCount(LaneWidth lanes) =>
        lanes == LaneWidth.One ? 1 : (int)lanes * sizeof(float) / sizeof(E);

    static int Padded(int columns, int width) => (columns + width - 1) / width * width;
}
