namespace Harness.Executor.Model;

/// <summary>A number that a call states: an integer or Boolean keeps a tensor of integers one, a floating-point number
/// does not.</summary>
/// <param name="Value">The number.</param>
/// <param name="IsInteger">True for an integer or a Boolean.</param>
/// <param name="Integer">The number where it is an integer: exact beyond 2^53.</param>
public readonly record struct Number(double Value, bool IsInteger, long Integer)
{
    /// <summary>A floating-point number.</summary>
    public static implicit operator Number(double value) => new(value, IsInteger: false, 0);

    /// <summary>An integer.</summary>
    public static implicit operator Number(int value) => Of(value);

    /// <summary>An integer.</summary>
    public static Number Of(long value) => new(value, IsInteger: true, value);
}
