using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Harness.Executor.Model;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Where weight (kd, kh, kw, i, g, o) lies: i and o count within group g.</summary>
/// <param name="Origin">Index of weight (0, 0, 0, 0, 0, 0).</param>
/// <param name="KernelH">Elements from one window row to the next; negative where rows are stored flipped.</param>
/// <param name="KernelW">Elements from one window column to the next.</param>
/// <param name="Input">Elements from one input channel to the next.</param>
/// <param name="Output">Elements from one output channel to the next.</param>
/// <param name="Group">Elements from one group of channels to the next.</param>
readonly record struct WeightStrides(
    nint Origin, nint KernelH, nint KernelW, nint Input, nint Output, nint Group)
{
    /// <summary>Elements from one window plane to the next.</summary>
    public nint KernelD { get; init; }

    /// <summary>Flax's kernel: (kd, kh, kw, ci / groups, co).</summary>
    public static WeightStrides Hwio(in ConvGeometry g)
    {
        nint column = (nint)g.GroupInput * g.Output.C, row = g.KernelW * column;
        return new WeightStrides(0, row, column, g.Output.C, 1, g.GroupOutput) { KernelD = g.KernelH * row };
    }

    /// <summary>The same storage with the window read backwards in all axes.</summary>
    public WeightStrides Flipped(in ConvGeometry g) => this with
    {
        Origin = Origin + ((g.KernelD - 1) * KernelD) + ((g.KernelH - 1) * KernelH) + ((g.KernelW - 1) * KernelW),
        KernelD = -KernelD,
        KernelH = -KernelH,
        KernelW = -KernelW,
    };

    /// <summary>Index of one weight of a plane's window, in group 0.</summary>
    public nint Index(int kh, int kw, int i, int o) =>
        Origin + (kh * KernelH) + (kw * KernelW) + (i * Input) + (o * Output);

    /// <summary>Index of one weight.</summary>
    public nint Index(in Tap tap, int i, int group, int o) =>
        Index(tap.KernelH, tap.KernelW, i, o) + (tap.KernelD * KernelD) + (group * Group);

    /// <summary>Refuses a kernel of too few elements.</summary>
    public void Check(in ConvGeometry g, long elements)
    {
        if (g.GroupInput == 0 || g.GroupOutput == 0) return;
        ReadOnlySpan<(int Extent, nint Stride)> axes =
        [
            (g.KernelD, KernelD), (g.KernelH, KernelH), (g.KernelW, KernelW), (g.GroupInput, Input),
            (g.GroupOutput, Output), (g.Groups, Group),
        ];
        nint least = Origin, most = Origin;
        foreach (var (extent, stride) in axes)
        {
            if (stride < 0) least += (extent - 1) * stride;
            else most += (extent - 1) * stride;
        }
        if (least < 0 || most >= elements)
            throw new ArgumentException($"weights {least} to {most} of {elements}: {this} for {g}");
    }
}

/// <summary>Weights in the order in which tiles read them: packed once, when a plan is compiled, or panel by panel
/// where they are known only while it runs.</summary>
/// <remarks>For each phase and group: panels of two registers' width of output channels, [k][columns], k in the order
/// of the phase's taps and then input channels; a last panel is one register wide where that suffices. Missing columns
/// are zero. Pinned, and aligned to 64 bytes.</remarks>
sealed unsafe class PackedWeights<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly ConvGeometry _g;
    readonly WeightStrides _strides;
    // Of each phase, in order.
    readonly Tap[][] _taps;
    readonly int[] _depths;
    // Where each phase's panels begin, and where the last ones end.
    readonly nint[] _starts;
    // Keeps the address valid.
    WeightMemory? _storage;
    E* _first;

    /// <summary>Packs weights of type <typeparamref name="T"/>, rounding them to <typeparamref name="E"/>.</summary>
    /// <param name="lanes">The width the convolution will run at.</param>
    /// <param name="geometry">The convolution; its buffers' layouts do not matter here.</param>
    /// <param name="weights">The stored kernel.</param>
    /// <param name="strides">How it is stored.</param>
    /// <param name="memory">Where the result lies; an array of its own if null.</param>
    /// <param name="threads">How many may pack this kernel at once.</param>
    /// <exception cref="ArgumentException">The kernel has too few elements.</exception>
    public static PackedWeights<E> Of<T>(
        LaneWidth lanes, in ConvGeometry geometry, ReadOnlySpan<T> weights, WeightStrides strides,
        WeightMemory? memory = null, int threads = 1)
        where T : unmanaged, INumberBase<T>
    {
        strides.Check(geometry, weights.Length);
        var packed = new PackedWeights<E>(lanes, geometry, strides);
        packed._storage = memory ?? new WeightMemory(0);
        packed._first = (E*)packed._storage.Take(packed.Elements * sizeof(E));
        fixed (T* source = weights)
        {
            for (int phase = 0; phase < packed._taps.Length; phase++)
            {
                for (int group = 0; group < packed.Groups; group++) packed.PackAll(source, phase, group, threads);
            }
        }
        return packed;
    }

    /// <summary>Weights that are packed while a plan runs.</summary>
    /// <param name="lanes">The width the convolution will run at.</param>
    /// <param name="geometry">The convolution.</param>
    /// <param name="strides">How the kernel will lie.</param>
    public static PackedWeights<E> Later(LaneWidth lanes, in ConvGeometry geometry, WeightStrides strides) =>
        new(lanes, geometry, strides);

    /// <summary>All that packing reads of a convolution, as text: channels, groups and each phase's taps.</summary>
    public static string FormOf(in ConvGeometry g)
    {
        string taps = $"{g.KernelD} {g.KernelH} {g.KernelW}";
        if (g.Transposed)
        {
            taps += string.Concat(ConvPhase.All(g).Select(phase => ";" + string.Concat(
                phase.Taps.Select(tap => $" {tap.KernelD},{tap.KernelH},{tap.KernelW}"))));
        }
        return $"{g.Input.C}>{g.Output.C}/{g.Groups} {g.IsDepthwise} {taps}";
    }

    PackedWeights(LaneWidth lanes, in ConvGeometry geometry, WeightStrides strides)
    {
        (_g, _strides) = (geometry, strides);
        _taps = [.. ConvPhase.All(geometry).Select(phase => phase.Taps)];
        Width = LaneCount(lanes);
        // Each channel by itself: all of them side by side, as if they were one group's outputs.
        IsDepthwise = geometry.IsDepthwise;
        Groups = IsDepthwise ? 1 : geometry.Groups;
        GroupOutput = IsDepthwise ? geometry.Output.C : geometry.GroupOutput;
        PaddedColumns = Padded(GroupOutput, Width);
        int inputs = IsDepthwise ? 1 : geometry.GroupInput;
        _depths = [.. _taps.Select(taps => checked(taps.Length * inputs))];
        _starts = new nint[_depths.Length + 1];
        for (int phase = 0; phase < _depths.Length; phase++)
            _starts[phase + 1] = _starts[phase] + ((nint)Groups * _depths[phase] * PaddedColumns);
    }

    // All panels of a group. Of Flax's kernels a few rows at a time for all of them: a row of a panel is a cache line
    // or two, and pages apart from the next.
    void PackAll<T>(T* weights, int phase, int group, int threads) where T : unmanaged, INumberBase<T>
    {
        const int Block = 16;
        int inputs = _g.GroupInput;
        if (_depths[phase] * (long)PaddedColumns < Strips.Many) threads = 1;
        if (IsDepthwise || _strides.Output != 1)
        {
            Strips.For(Panels, threads, panel => Pack(weights, phase, group, panel, Panel(phase, group, panel)));
            return;
        }
        Strips.For((inputs + Block - 1) / Block, threads, strip =>
        {
            int first = strip * Block;
            for (int panel = 0; panel < Panels; panel++)
            {
                PackRows(weights, phase, group, panel, Panel(phase, group, panel), first,
                    Math.Min(inputs, first + Block));
            }
        });
    }

    /// <summary>Packs one panel.</summary>
    /// <param name="weights">The kernel's first element.</param>
    /// <param name="phase">The phase.</param>
    /// <param name="group">The group.</param>
    /// <param name="panel">The panel; of a depthwise convolution, which has one panel of all columns, 0.</param>
    /// <param name="to">Room for <see cref="PanelElements"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Pack<T>(T* weights, int phase, int group, int panel, E* to) where T : unmanaged, INumberBase<T>
    {
        if (IsDepthwise) PackDepthwise(weights, to);
        else if (_strides.Output == 1) PackRows(weights, phase, group, panel, to, 0, _g.GroupInput);
        else PackApart(weights, phase, group, panel, to);
    }

    // Output channels side by side, as in Flax's kernels: whole rows, of some input channels of every tap.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void PackRows<T>(T* weights, int phase, int group, int panel, E* to, int first, int end)
        where T : unmanaged, INumberBase<T>
    {
        int columns = Columns(panel), column = panel * 2 * Width, existing = Math.Min(columns, GroupOutput - column);
        var taps = _taps[phase];
        for (int t = 0; t < taps.Length; t++)
        {
            for (int i = first; i < end; i++)
            {
                var from = new ReadOnlySpan<T>(weights + _strides.Index(taps[t], i, group, column), existing);
                var row = new Span<E>(to + ((((nint)t * _g.GroupInput) + i) * columns), columns);
                row[existing..].Clear();
                if (typeof(T) == typeof(E))
                {
                    MemoryMarshal.Cast<T, E>(from).CopyTo(row);
                    continue;
                }
                for (int c = 0; c < existing; c++) row[c] = E.CreateTruncating(from[c]);
            }
        }
    }

    // Output channels that lie apart, as PyTorch stores them: few input channels at a time, so that the lines that one
    // tap reads are still near for the next.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void PackApart<T>(T* weights, int phase, int group, int panel, E* to) where T : unmanaged, INumberBase<T>
    {
        const int Block = 16;
        int columns = Columns(panel), column = panel * 2 * Width, existing = Math.Min(columns, GroupOutput - column);
        int inputs = _g.GroupInput;
        var taps = _taps[phase];
        for (int start = 0; start < inputs; start += Block)
        {
            int count = Math.Min(Block, inputs - start);
            for (int t = 0; t < taps.Length; t++)
            {
                E* rows = to + ((((nint)t * inputs) + start) * columns);
                if (existing < columns) new Span<E>(rows, count * columns).Clear();
                T* from = weights + _strides.Index(taps[t], start, group, column);
                for (int c = 0; c < existing; c++, from += _strides.Output)
                {
                    T* source = from;
                    E* row = rows + c;
                    for (int i = 0; i < count; i++, row += columns, source += _strides.Input)
                        *row = E.CreateTruncating(*source);
                }
            }
        }
    }

    // [tap][channel], channels padded to whole registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void PackDepthwise<T>(T* weights, E* to) where T : unmanaged, INumberBase<T>
    {
        foreach (var tap in _taps[0])
        {
            for (int c = 0; c < GroupOutput; c++)
                *to++ = E.CreateTruncating(weights[_strides.Index(tap, 0, c, 0)]);
            for (int c = GroupOutput; c < PaddedColumns; c++) *to++ = E.Zero;
        }
    }

    /// <summary>True for a convolution of each channel by itself: one panel of all columns.</summary>
    public bool IsDepthwise { get; }

    /// <summary>True where there are no weights before a plan runs.</summary>
    public bool IsLater => _storage is null;

    /// <summary>Groups.</summary>
    public int Groups { get; }

    /// <summary>Output channels of one group.</summary>
    public int GroupOutput { get; }

    /// <summary>Lanes of one register.</summary>
    public int Width { get; }

    /// <summary>Columns of one group with its zero columns.</summary>
    public int PaddedColumns { get; }

    /// <summary>Panels of one group.</summary>
    public int Panels => IsDepthwise ? 1 : (PaddedColumns + (2 * Width) - 1) / (2 * Width);

    /// <summary>Columns of one panel: two registers, or one for the last where that suffices; all of a depthwise
    /// convolution.</summary>
    public int Columns(int panel) =>
        IsDepthwise ? PaddedColumns : Math.Min(2 * Width, PaddedColumns - (panel * 2 * Width));

    /// <summary>Elements of one panel.</summary>
    public nint PanelElements(int phase, int panel) => (nint)_depths[phase] * Columns(panel);

    /// <summary>Bytes held.</summary>
    public long Bytes => IsLater ? 0 : Elements * sizeof(E);

    /// <summary>The first weight of a panel.</summary>
    public E* Panel(int phase, int group, int panel)
    {
        nint depth = _depths[phase];
        return _first + _starts[phase] + (group * depth * PaddedColumns) + (panel * depth * 2 * Width);
    }

    long Elements => _starts[^1];

    /// <summary>The number of lanes a register has for this element type.</summary>
    internal static int LaneCount(LaneWidth lanes) =>
        lanes == LaneWidth.One ? 1 : (int)lanes * sizeof(float) / sizeof(E);

    static int Padded(int columns, int width) => (columns + width - 1) / width * width;
}
