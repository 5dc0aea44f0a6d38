using System.Numerics;
using Harness.Executor.Model;

namespace Harness.Executor.Cpu;

/// <summary>A function of integers or Booleans with its numbers. A Boolean result is 1 where the function gives
/// anything but 0.</summary>
abstract class IntegerKernel
{
    /// <summary>The function <typeparamref name="TOp"/> and the numbers it is told.</summary>
    public static IntegerKernel Of<TOp>(long a = 0, long b = 0) where TOp : struct, IInteger => new Typed<TOp>(a, b);

    /// <summary>A step over all elements of a result.</summary>
    /// <param name="name">What a plan calls it.</param>
    /// <param name="output">The result.</param>
    /// <param name="x">The first operand.</param>
    /// <param name="y">The second; null where it is <paramref name="number"/>.</param>
    /// <param name="number">The second operand where it is a number.</param>
    public abstract Step Step(string name, ValueBuffer output, ValueBuffer x, ValueBuffer? y, long number);

    /// <summary>A step of a function of three operands.</summary>
    public static Step OfThree<TOp>(string name, ValueBuffer output, ValueBuffer x, ValueBuffer y, ValueBuffer z)
        where TOp : struct, IIntegerOfThree => output.Type switch
        {
            ElementType.Int64 => new IntegerStepOfThree<TOp, long>(name, output, x, y, z),
            ElementType.Int32 => new IntegerStepOfThree<TOp, int>(name, output, x, y, z),
            ElementType.Int16 => new IntegerStepOfThree<TOp, short>(name, output, x, y, z),
            ElementType.Int8 => new IntegerStepOfThree<TOp, sbyte>(name, output, x, y, z),
            _ => new IntegerStepOfThree<TOp, byte>(name, output, x, y, z),
        };

    sealed class Typed<TOp>(long a, long b) : IntegerKernel where TOp : struct, IInteger
    {
        public override Step Step(string name, ValueBuffer output, ValueBuffer x, ValueBuffer? y, long number) =>
            output.Type switch
            {
                ElementType.Int64 => Of<long>(name, output, x, y, number),
                ElementType.Int32 => Of<int>(name, output, x, y, number),
                ElementType.Int16 => Of<short>(name, output, x, y, number),
                ElementType.Int8 => Of<sbyte>(name, output, x, y, number),
                ElementType.UInt8 or ElementType.Bool => Of<byte>(name, output, x, y, number),
                var type => throw new ArgumentException($"{type.NumPyName()} is no integer type"),
            };

        IntegerStep<TOp, T> Of<T>(string name, ValueBuffer output, ValueBuffer x, ValueBuffer? y, long number)
            where T : unmanaged, IBinaryInteger<T> => new(
                name, output, x, y, T.CreateTruncating(number), Told<T>(a), Told<T>(b));

        static T Told<T>(long number) where T : unmanaged, IBinaryInteger<T> =>
            TOp.NumbersAreLimits ? T.CreateSaturating(number) : T.CreateTruncating(number);
    }
}
