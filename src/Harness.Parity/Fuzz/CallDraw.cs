using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Parity.Fuzz;

/// <summary>A call while its arguments are drawn: by its schema, where nothing more is said of them.</summary>
sealed class CallDraw(Sketch sketch, Dice dice, Signature signature, string module)
{
    // Extents around the widths of registers and tiles, and odd ones; small, so that much of them is edge.
    static readonly int[] s_channels = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 20, 24, 31, 32, 33, 48];

    // Beyond this many an input is shared: nobody feeds a model dozens.
    const int MostInputs = 4;

    readonly Dictionary<string, Argument> _given = new(StringComparer.Ordinal);

    public Sketch Sketch => sketch;

    public Dice Dice => dice;

    public Signature Signature => signature;

    /// <summary>The operator without namespace and overload.</summary>
    public string Op => signature.Target[(signature.Target.LastIndexOf(':') + 1)..];

    /// <summary>States an argument; one that the schema lacks is left out.</summary>
    public Argument this[string name]
    {
        set
        {
            if (Takes(name)) _given[name] = value;
        }
    }

    public bool Takes(string name) => signature.Parameters.Any(parameter => parameter.Name == name);

    public int Channels() => dice.Of<int>(s_channels);

    /// <summary>An extent of an image: mostly small.</summary>
    public int Extent() => dice.Chance(15) ? dice.Between(11, 24) : dice.Between(1, 10);

    public Shape Shape(int rank) => Executor.Model.Shape.Create(
        [.. Enumerable.Range(0, rank).Select(axis => rank >= 3 && axis == 0 ? dice.Between(1, 3)
            : axis == 1 || rank < 3 ? Channels() : Extent())]);

    public static Argument Ints(IEnumerable<int> numbers) =>
        Argument.Of([.. numbers.Select(number => Argument.Of((long)number))]);

    /// <summary>A value that fits, most often the last one; else a new one.</summary>
    public SketchValue Operand(Func<SketchValue, bool> fits, Func<Fact> otherwise)
    {
        var known = sketch.Values.Where(value => value.Origin != Origin.Stored && fits(value)).ToList();
        if (known.Count > 0 && !dice.Chance(10)) return dice.Chance(60) ? known[^1] : known[dice.Below(known.Count)];
        return New(otherwise(), fits);
    }

    public SketchValue Float(Func<SketchValue, bool> fits, Func<Shape> otherwise) =>
        Operand(value => value.IsFloat && fits(value), () => Fact.Float(otherwise()));

    public SketchValue Any() => Operand(_ => true, () => Fact.Float(Shape(dice.Between(0, 5))));

    SketchValue New(Fact fact, Func<SketchValue, bool> fits)
    {
        if (fact.Type.IsFloating() && dice.Chance(20)) return sketch.Parameter($"{module}.value", fact.Shape);
        if (sketch.Inputs < MostInputs) return sketch.Input(fact);
        var shared = sketch.Values.Where(fits).ToList();
        return shared.Count > 0 ? shared[dice.Below(shared.Count)]
            : fact.Type.IsFloating() ? sketch.Parameter($"{module}.value", fact.Shape) : sketch.Input(fact);
    }

    /// <summary>A weight: as a rule a parameter; also one that is shared, computed or an input.</summary>
    public Argument Weight(string name, Shape shape, bool isBuffer = false)
    {
        int kind = dice.Below(100);
        if (kind < 5)
        {
            var same = sketch.Values.Where(value => value.Origin == Origin.Stored && value.Shape == shape
                && value.IsFloat && sketch.RoleOf(value) == name).ToList();
            if (same.Count > 0) return same[dice.Below(same.Count)].Argument;
        }
        // A variance must stay positive.
        if (isBuffer || kind >= 14) return sketch.Parameter($"{module}.{name}", shape, isBuffer).Argument;
        if (kind < 7 && sketch.Inputs < MostInputs) return sketch.Input(Fact.Float(shape)).Argument;
        if (kind < 10 && shape.Rank >= 2)
        {
            int a = dice.Below(shape.Rank), b = dice.Below(shape.Rank);
            int[] axes = [.. Enumerable.Range(0, shape.Rank)];
            (axes[a], axes[b]) = (axes[b], axes[a]);
            var turned = sketch.Parameter($"{module}.{name}", shape.Permute(axes)).Argument;
            return Computed("aten::transpose", turned, Argument.Of((long)a), Argument.Of((long)b));
        }
        var stored = sketch.Parameter($"{module}.{name}", shape).Argument;
        return kind < 12 ? Computed("aten::mul", stored, Argument.Of(0.5)) : Computed("aten::tanh", stored);
    }

    Argument Computed(string target, params ReadOnlySpan<Argument> arguments)
    {
        string? why = sketch.Add(module, target, [.. arguments], [], 1, long.MaxValue, isList: false, unpacks: false);
        return why is null ? sketch.Values[^1].Argument : arguments[0];
    }

    /// <summary>A tensor that goes with a shape by broadcasting.</summary>
    public SketchValue Other(SketchValue self)
    {
        var known = sketch.Values.Where(value => value.Id != self.Id && Goes(value.Shape, self.Shape)).ToList();
        if (known.Count > 0 && !dice.Chance(25)) return known[dice.Below(known.Count)];
        int[] extents = [.. self.Shape.Select(extent => dice.Chance(70) ? extent : 1)];
        var shape = Executor.Model.Shape.Create(extents.AsSpan(dice.Chance(60) ? 0 : dice.Below(extents.Length + 1)));
        if (dice.Chance(12))
        {
            return sketch.Constant(dice.Chance(50) ? Tensor.Of([], [(float)dice.Between(-6, 6) / 2])
                : Tensor.Of([], (ReadOnlySpan<long>)[dice.Between(-3, 5)]));
        }
        return New(self.IsFloat && !dice.Chance(10) ? Fact.Float(shape) : new Fact(IntegerType(), shape),
            value => Goes(value.Shape, self.Shape));
    }

    public ElementType IntegerType() => dice.Of(
        ElementType.Int64, ElementType.Int64, ElementType.Int64, ElementType.Int32, ElementType.Int16,
        ElementType.Int8, ElementType.UInt8, ElementType.Bool);

    static bool Goes(Shape one, Shape other)
    {
        for (int axis = 1; axis <= Math.Min(one.Rank, other.Rank); axis++)
            if (one[-axis] != other[-axis] && one[-axis] != 1 && other[-axis] != 1) return false;
        return true;
    }

    /// <summary>An axis of a tensor, counted from either end.</summary>
    public int Axis(int rank) => dice.Chance(2) ? dice.Between(-rank - 2, rank + 1)
        : rank == 0 ? dice.Of(0, -1) : dice.Between(-rank, rank - 1);

    /// <summary>One number an axis; one for all, where the schema permits it, a few times.</summary>
    public Argument Window(string name, int axes, Func<int> draw)
    {
        var type = signature.Parameters.FirstOrDefault(parameter => parameter.Name == name)?.Type;
        if (type is { Length: > 0 } && dice.Chance(8)) return Argument.Of((long)draw());
        if (dice.Chance(12)) return Ints([draw()]);
        if (dice.Chance(40)) return Ints(Enumerable.Repeat(draw(), axes));
        return Ints(Enumerable.Range(0, axes).Select(_ => draw()));
    }

    /// <summary>Draws what nothing is said of, and writes the call down.</summary>
    public (ImmutableArray<Argument> Arguments, ImmutableArray<Keyword> Keywords) Finish(SketchValue self)
    {
        var arguments = new List<Argument>();
        var keywords = ImmutableArray.CreateBuilder<Keyword>();
        int needed = 0;
        foreach (var parameter in signature.Parameters)
        {
            bool stated = _given.TryGetValue(parameter.Name, out var value);
            value ??= parameter.Default is { } usual && dice.Chance(65) ? usual : Drawn(parameter, self);
            bool isUsual = value.Equals(parameter.Default);
            if (parameter.IsKeywordOnly)
            {
                if (!isUsual || dice.Chance(20)) keywords.Add(new Keyword(parameter.Name, value));
                continue;
            }
            arguments.Add(value);
            if (!isUsual || (stated && dice.Chance(50))) needed = arguments.Count;
        }
        // Files leave defaults out, or state them.
        if (dice.Chance(50)) arguments.RemoveRange(needed, arguments.Count - needed);
        return ([.. arguments], keywords.ToImmutable());
    }

    // By the type, and by names that mean the same in every schema.
    Argument Drawn(Parameter parameter, SketchValue self)
    {
        var type = parameter.Type;
        if (type.IsOptional && dice.Chance(50)) return Argument.None;
        int rank = self.Shape.Rank;
        bool isAxis = parameter.Name.StartsWith("dim", StringComparison.Ordinal)
            || parameter.Name.StartsWith("axis", StringComparison.Ordinal)
            || parameter.Name.EndsWith("_dim", StringComparison.Ordinal);
        Argument One() => type.Kind switch
        {
            ValueKind.Tensor => Any().Argument,
            ValueKind.Int or ValueKind.SymInt when isAxis => Argument.Of((long)Axis(rank)),
            ValueKind.Int or ValueKind.SymInt => Argument.Of((long)dice.Between(dice.Chance(10) ? -9 : 0, 7)),
            ValueKind.Bool => Argument.Of(dice.Chance(50)),
            ValueKind.Float => Argument.Of(dice.Of(0, 0.1, 0.5, 1, 1e-5, 1e-3, 2)),
            ValueKind.Scalar => dice.Chance(40) ? Argument.Of((long)dice.Between(-3, 6))
                : Argument.Of(dice.Of(0.5, -0.25, 1.5, 0.01, 2.0, -1.0, 0.0, 6.0)),
            ValueKind.Str => Argument.Of(dice.Of("none", "tanh", "constant", "valid", "same", "trunc")),
            ValueKind.Device => Argument.Of("cpu"),
            ValueKind.ScalarType => Argument.Of(dice.Of<long>(6, 6, 6, 7, 7, 4, 3, 2, 1, 0, 11, 5)),
            ValueKind.MemoryFormat => Argument.Of(dice.Of<long>(0, 1, 2)),
            _ => Argument.None,
        };
        if (!type.IsList) return One();
        int count = type.Kind == ValueKind.Tensor ? dice.Between(1, 3) : isAxis ? dice.Between(1, Math.Max(1, rank))
            : type.Length > 0 ? type.Length : dice.Between(1, 4);
        if (isAxis && rank > 0)
        {
            return Ints(dice.Shuffled(Enumerable.Range(0, rank)).Take(count)
                .Select(axis => dice.Chance(40) ? axis - rank : axis));
        }
        return Argument.Of([.. Enumerable.Range(0, count).Select(_ => One())]);
    }
}
