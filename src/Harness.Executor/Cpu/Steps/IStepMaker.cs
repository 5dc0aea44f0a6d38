using System.Numerics;
using Harness.Executor.Model;

namespace Harness.Executor.Cpu;

/// <summary>Makes a step for elements of a type that is known while running.</summary>
interface IStepMaker
{
    /// <summary>The step; Booleans are bytes.</summary>
    Step Make<T>() where T : unmanaged, INumber<T>;
}

/// <summary>Steps by element type.</summary>
static class StepMakers
{
    /// <summary>The step for elements that are stored as this type.</summary>
    public static Step StepOf<TMaker>(this TMaker maker, ElementType type) where TMaker : struct, IStepMaker =>
        type switch
        {
            ElementType.Float32 => maker.Make<float>(),
            ElementType.Float64 => maker.Make<double>(),
            ElementType.Int64 => maker.Make<long>(),
            ElementType.Int32 => maker.Make<int>(),
            ElementType.Int16 => maker.Make<short>(),
            ElementType.Int8 => maker.Make<sbyte>(),
            _ => maker.Make<byte>(),
        };

    /// <summary>A number as an element: cut off towards zero where the type has no fractions; of Booleans whether it is
    /// not 0.</summary>
    public static T Element<T>(this Number number, ElementType type) where T : unmanaged, INumber<T> =>
        type == ElementType.Bool ? (number.Value != 0 ? T.One : T.Zero)
        : number.IsInteger ? T.CreateTruncating(number.Integer)
        : type.IsFloating() ? T.CreateTruncating(number.Value)
        : T.CreateTruncating((long)number.Value);
}
