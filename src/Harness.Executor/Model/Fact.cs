namespace Harness.Executor.Model;

/// <summary>What is known of a value before it is computed: what its elements are and how many there are along each
/// axis.</summary>
/// <param name="Type">The element type. <see cref="ElementType.Float32"/> stands for whatever precision a plan computes
/// in; integers and Booleans are what they say.</param>
/// <param name="Shape">Extents in PyTorch's axis order.</param>
public readonly record struct Fact(ElementType Type, Shape Shape)
{
    /// <summary>A floating-point value of this shape.</summary>
    public static Fact Float(Shape shape) => new(ElementType.Float32, shape);

    /// <summary>A value as a program knows it that a file states as <paramref name="stored"/>: the widths of
    /// floating-point numbers are the plan's to choose.</summary>
    public static Fact Of(ElementType stored, Shape shape) =>
        new(stored.IsFloating() ? ElementType.Float32 : stored, shape);

    /// <summary><c>int64 (2, 7)</c>.</summary>
    public override string ToString() => $"{Type.NumPyName()} {Shape}";
}
