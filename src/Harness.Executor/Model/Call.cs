using System.Collections.Immutable;

namespace Harness.Executor.Model;

/// <summary>Where in the source a call stands.</summary>
/// <param name="Module">Dotted module path (<c>layer1.0.conv1</c>); empty for the root.</param>
/// <param name="File">File inside the model (<c>code/__torch__/torchvision/models/resnet.py</c>), or the graph file
/// itself.</param>
/// <param name="Line">Line in that file, from 1; 0 when unknown.</param>
public sealed record SourcePlace(string Module, string File, int Line)
{
    /// <summary>A place nobody knows.</summary>
    public static readonly SourcePlace Unknown = new("", "", 0);

    /// <summary><c>file:line</c>.</summary>
    public override string ToString() => Line > 0 ? $"{File}:{Line}" : File;
}

/// <summary>A keyword argument of a <see cref="Call"/>.</summary>
public sealed record Keyword(string Name, Argument Value);

/// <summary>An op as a file states it, unparsed: Formats write calls, ops read them.</summary>
/// <param name="Name">Unique in its graph: <c>layer1.0.conv1</c>, <c>layer1.0.relu_2</c>. What reports and probes
/// use.</param>
/// <param name="Target">The operator without overload: <c>aten::conv2d</c>, <c>prim::NumToTensor</c>.</param>
/// <param name="Arguments">Positional arguments.</param>
/// <param name="Keywords">Keyword arguments.</param>
/// <param name="Results">The values this call defines.</param>
/// <param name="Place">Where it stands.</param>
public sealed record Call(
    string Name,
    string Target,
    ImmutableArray<Argument> Arguments,
    ImmutableArray<Keyword> Keywords,
    ImmutableArray<int> Results,
    SourcePlace Place)
{
    /// <summary><c>layer1.0.conv1 = aten::conv2d(%3, %4, None, [1, 1])</c>.</summary>
    public override string ToString()
    {
        var arguments = Arguments.Select(a => a.ToString()).Concat(Keywords.Select(k => $"{k.Name}={k.Value}"));
        return $"{Name} = {Target}({string.Join(", ", arguments)})";
    }
}
