using Harness.Executor.Model;

namespace Harness.Formats.Flax.Source;

/// <summary>A module of the source: a container of PyTorch's with what lies below it.</summary>
/// <param name="path">Its path in the tree.</param>
/// <param name="parent">The module that holds it; null for the root.</param>
sealed class SourceScope(string[] path, SourceScope? parent)
{
    /// <summary>Its path in the tree.</summary>
    public string[] Path => path;

    /// <summary>The module that holds it; null for the root.</summary>
    public SourceScope? Parent => parent;

    /// <summary>Its path from there.</summary>
    public string[] Relative => parent is null ? [] : path[parent.Path.Length..];

    /// <summary>Members in the order of their first use: layers, arrays and modules.</summary>
    public List<SourceMember> Members { get; } = [];

    /// <summary>What it computes: <c>__call__</c> first.</summary>
    public List<SourceMethod> Methods { get; } = [];

    /// <summary>The class that it is an instance of.</summary>
    public SourceClass Class { get; set; } = null!;
}

/// <summary>Something that a module holds.</summary>
/// <param name="Relative">Its path from the module.</param>
abstract record SourceMember(string[] Relative);

/// <summary>A layer of Flax's.</summary>
/// <param name="Relative">Its path.</param>
/// <param name="Constructor">What makes it, without name and random numbers.</param>
sealed record SourceLayer(string[] Relative, Python Constructor) : SourceMember(Relative);

/// <summary>An array that the module reads itself.</summary>
/// <param name="Relative">Its path.</param>
/// <param name="Leaf">The array.</param>
sealed record SourceArray(string[] Relative, Leaf Leaf) : SourceMember(Relative);

/// <summary>A module below it.</summary>
/// <param name="Relative">Its path.</param>
/// <param name="Scope">The module.</param>
sealed record SourceChild(string[] Relative, SourceScope Scope) : SourceMember(Relative);

/// <summary>One thing that a module computes.</summary>
/// <param name="Name">The method's name.</param>
/// <param name="Parameters">Names of its arguments.</param>
/// <param name="Statements">Its body: what stands before an expression, and it.</param>
sealed record SourceMethod(string Name, string[] Parameters, List<(string Before, Python Expression)> Statements);

/// <summary>A class of the source: modules that differ in numbers are instances of one.</summary>
sealed class SourceClass
{
    /// <summary>Its name.</summary>
    public required string Name { get; set; }

    /// <summary>Its instances.</summary>
    public List<SourceScope> Instances { get; } = [];

    /// <summary>The arguments: what they are called, and which of an instance's constants they stand for.</summary>
    public List<(string Name, int[] Constants)> Arguments { get; } = [];
}
