using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>A float32 matrix (k, n) as Flax's tree holds it, in a plan's memory.</summary>
sealed unsafe class StoredMatrix
{
    // Keeps the address valid.
    readonly WeightMemory _memory;

    /// <summary>A copy.</summary>
    /// <param name="elements">All elements, row by row.</param>
    /// <param name="memory">Where the copy lies.</param>
    public StoredMatrix(ReadOnlySpan<float> elements, WeightMemory memory)
    {
        _memory = memory;
        Bytes = (long)elements.Length * sizeof(float);
        First = (float*)memory.Take(Bytes);
        elements.CopyTo(new Span<float>(First, elements.Length));
    }

    /// <summary>The first element; see <see cref="KeepAlive"/>.</summary>
    public float* First { get; }

    /// <summary>Bytes held.</summary>
    public long Bytes { get; }

    /// <summary>The memory is there until here.</summary>
    public void KeepAlive() => GC.KeepAlive(_memory);
}

/// <summary>The product of a few rows with a large float32 matrix, in double: what takes time is to read the matrix, so
/// it stays as it is stored. To pack it takes longer than all that the product does with it, and twice the
/// memory.</summary>
/// <remarks>Each result is a chain of fused multiply-adds over k from 0 in blocks of 256, blocks added in order, then
/// the <see cref="Epilogue{E}"/>: the order of <see cref="Convolution{E}"/>. No bit depends on lanes, strips or
/// threads.</remarks>
sealed unsafe class StoredProduct<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    // Beyond that the arithmetic counts, and tiles of packed weights do it with fewer loads.
    const int MostRows = 4;
    // Below that many weights to pack them takes no time either.
    const long LeastWeights = 1 << 20;
    // Columns of a piece at most, and rows of the matrix that are widened together: both in the first cache.
    const int Columns = 256, Together = 4;
    // What a piece has whole ones of: a cache line of the matrix.
    const int Line = 64 / sizeof(float);

    readonly ConvGeometry _g;
    readonly LaneWidth _lanes;
    readonly StoredMatrix _matrix;
    readonly int _rows, _columns;

    /// <summary>True where this serves best: a product with few rows of a matrix that is worth it.</summary>
    /// <param name="g">A product as a convolution of one tap.</param>
    public static bool Serves(in ConvGeometry g) =>
        typeof(E) == typeof(double) && g is
        {
            KernelD: 1, KernelH: 1, KernelW: 1, StrideD: 1, StrideH: 1, StrideW: 1, PadFront: 0, PadTop: 0, PadLeft: 0,
            Groups: 1, Transposed: false,
        } && Pixels(g.Output) == Pixels(g.Input) && Pixels(g.Output) <= MostRows
        && (long)g.Input.C * g.Output.C >= LeastWeights;

    /// <summary>Compiles the product.</summary>
    /// <param name="lanes">Register width.</param>
    /// <param name="geometry">What <see cref="Serves"/> holds of.</param>
    /// <param name="matrix">(input channels, output channels).</param>
    /// <param name="threads">How many will share the pieces: decides how work is cut, never a bit.</param>
    /// <exception cref="ArgumentException">The geometry does not hold, or the matrix is another.</exception>
    public StoredProduct(LaneWidth lanes, in ConvGeometry geometry, StoredMatrix matrix, int threads = 1)
    {
        geometry.Check();
        if (matrix.Bytes != (long)geometry.Input.C * geometry.Output.C * sizeof(float))
            throw new ArgumentException($"{matrix.Bytes} bytes for {geometry}", nameof(matrix));
        (_g, _lanes, _matrix) = (geometry, lanes, matrix);
        _rows = (int)Pixels(geometry.Output);
        int lines = Convolution<E>.Count(Convolution<E>.Count(geometry.Output.C, Math.Max(threads, 1)), Line);
        _columns = Math.Clamp(lines * Line, Line, Columns);
    }

    /// <summary>Independent pieces of work: strips of columns.</summary>
    public int Pieces => Convolution<E>.Count(_g.Output.C, _columns);

    /// <summary>Rows and columns of a piece.</summary>
    public (int Rows, int Columns) Tile => (_rows, _columns);

    /// <summary>Elements of scratch that one <see cref="Run"/> needs.</summary>
    public long ScratchElements => ((2L * _rows) + Together) * Columns;

    /// <summary>Bytes of the matrix.</summary>
    public long WeightBytes => _matrix.Bytes;

    /// <summary>Computes the pieces [first, last).</summary>
    /// <param name="input">The whole input buffer.</param>
    /// <param name="output">The whole output buffer.</param>
    /// <param name="first">First piece.</param>
    /// <param name="last">Piece after the last.</param>
    /// <param name="scratch">This thread's <see cref="ScratchElements"/>.</param>
    /// <param name="epilogue">Bias and what follows; made for the same lanes.</param>
    public void Run(E* input, E* output, int first, int last, E* scratch, in Epilogue<E> epilogue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(last, Pieces);
        for (int piece = first; piece < last; piece++)
        {
            switch (_lanes)
            {
                case LaneWidth.Sixteen: Run<Lanes512<E>>(input, output, piece, scratch, epilogue); break;
                case LaneWidth.Eight: Run<Lanes256<E>>(input, output, piece, scratch, epilogue); break;
                case LaneWidth.Four: Run<Lanes128<E>>(input, output, piece, scratch, epilogue); break;
                default: Run<Lanes1<E>>(input, output, piece, scratch, epilogue); break;
            }
        }
        _matrix.KeepAlive();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Run<L>(E* input, E* output, int piece, E* scratch, in Epilogue<E> epilogue) where L : struct, ILanes<L, E>
    {
        int depth = _g.Input.C, all = _g.Output.C, column = piece * _columns;
        int columns = Math.Min(_columns, all - column);
        int padded = (columns + L.Width - 1) / L.Width * L.Width;
        E* sums = scratch, chains = sums + (_rows * Columns), wide = chains + (_rows * Columns);
        // Columns that do not exist are multiplied too, and go nowhere.
        new Span<E>(wide, Together * Columns).Clear();
        for (int block = 0; block < depth; block += ConvTiles<E>.Block)
        {
            int end = Math.Min(depth, block + ConvTiles<E>.Block);
            new Span<E>(chains, _rows * Columns).Clear();
            for (int k = block; k < end; k += Together)
            {
                int count = Math.Min(Together, end - k);
                for (int i = 0; i < count; i++)
                    Widen(_matrix.First + ((nint)(k + i) * all) + column, wide + (i * Columns), columns);
                for (int row = 0; row < _rows; row++)
                {
                    E* x = input + InputOf(row) + k, to = chains + (row * Columns);
                    if (count == Together) Add<L>(x, wide, to, padded);
                    else for (int i = 0; i < count; i++) AddOne<L>(x[i], wide + (i * Columns), to, padded);
                }
            }
            for (int i = 0; i < _rows * Columns; i += L.Width)
                L.Store(block == 0 ? L.Load(chains + i) : L.Load(sums + i) + L.Load(chains + i), sums + i);
        }
        for (int row = 0; row < _rows; row++) Finish(output, row, sums + (row * Columns), column, columns, epilogue);
    }

    // Four of a chain's links.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add<L>(E* x, E* wide, E* to, int columns) where L : struct, ILanes<L, E>
    {
        L x0 = L.Splat(x[0]), x1 = L.Splat(x[1]), x2 = L.Splat(x[2]), x3 = L.Splat(x[3]);
        for (int c = 0; c < columns; c += L.Width)
        {
            var sum = L.FmaAt(x0, wide + c, L.Load(to + c));
            sum = L.FmaAt(x1, wide + Columns + c, sum);
            sum = L.FmaAt(x2, wide + (2 * Columns) + c, sum);
            L.Store(L.FmaAt(x3, wide + (3 * Columns) + c, sum), to + c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void AddOne<L>(E x, E* wide, E* to, int columns) where L : struct, ILanes<L, E>
    {
        for (int c = 0; c < columns; c += L.Width) L.Store(L.FmaAt(L.Splat(x), wide + c, L.Load(to + c)), to + c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Widen(float* from, E* to, int count)
    {
        int i = 0;
        if (typeof(E) == typeof(double) && Vector256.IsHardwareAccelerated)
        {
            for (; i + Vector256<float>.Count <= count; i += Vector256<float>.Count)
            {
                var (lower, upper) = Vector256.Widen(Vector256.Load(from + i));
                lower.Store((double*)to + i);
                upper.Store((double*)to + i + Vector256<double>.Count);
            }
        }
        for (; i < count; i++) to[i] = E.CreateTruncating(from[i]);
    }

    void Finish(E* output, int row, E* sums, int column, int columns, in Epilogue<E> epilogue)
    {
        var (n, d, h, w) = PixelOf(row);
        EpilogueTile<E> tile = default;
        tile.Sums = sums;
        tile.Rows = 1;
        tile.Columns = columns;
        tile.Output = output + _g.Output.Index(n, d, h, w) + column;
        tile.Scalars = epilogue.Scalars;
        tile.Bias = epilogue.Bias == null ? null : epilogue.Bias + column;
        tile.Scale = epilogue.Scale == null ? null : epilogue.Scale + column;
        tile.Shift = epilogue.Scale == null ? null : epilogue.Shift + column;
        tile.Residual = epilogue.Residual == null ? null
            : epilogue.Residual + epilogue.ResidualLayout.Index(n, d, h, w) + column;
        epilogue.Finish(&tile);
        if (epilogue.StageCount > 0) epilogue.Continue(&tile, n, d, h, w, 1, column);
    }

    nint InputOf(int row)
    {
        var (n, d, h, w) = PixelOf(row);
        return _g.Input.Index(n, d, h, w);
    }

    (int N, int D, int H, int W) PixelOf(int row)
    {
        var y = _g.Output;
        int w = row % y.W, h = row / y.W % y.H, plane = row / y.W / y.H;
        return (plane / y.D, plane % y.D, h, w);
    }

    static long Pixels(in BufferLayout layout) => (long)layout.N * layout.D * layout.H * layout.W;
}
