using System.Collections.Immutable;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>Decides how each value of a program lies in memory: with which halo, and whose memory it is. A value is
/// another's memory under another shape or layout (<see cref="Ops.Op.IsView"/>), some channels of a concatenation's
/// result (<see cref="Slices"/>), or a part of an operand (<see cref="Lowering.PartOf"/>).</summary>
/// <remarks>A part moves nothing where every step that reads it, under whatever shape, can walk the operand's strides.
/// Which parts are copied instead is found by starting with none: a reader that cannot walk what it finds makes a copy
/// of it, until all can.</remarks>
sealed class Buffers(
    NhwcProgram model, ImmutableArray<FusedNode> nodes, int[] roots, Slices slices, ElementType precision, bool parts)
{
    readonly HashSet<int> _copied = [];
    readonly ValueBuffer[] _buffers = new ValueBuffer[roots.Length];
    readonly Margin[] _halos = new Margin[roots.Length];
    readonly bool[] _rigid = new bool[roots.Length];
    readonly int[] _readers = new int[roots.Length];

    /// <summary>The buffer of each value.</summary>
    public ValueBuffer[] Place()
    {
        FindHalos();
        // An output is read in one piece, by whoever and whenever.
        foreach (var port in model.Outputs) _copied.Add(roots[port.Value]);
        foreach (var node in nodes)
            foreach (int value in node.Reads) _readers[roots[value]]++;
        int copied;
        do
        {
            copied = _copied.Count;
            PlaceWholes();
            if (parts && PlaceParts()) CopyWhereUnreadable();
        }
        while (_copied.Count > copied);
        return _buffers;
    }

    void FindHalos()
    {
        foreach (var node in model.Nodes)
        {
            Shape[] shapes = [.. node.Inputs.Select(value => model.Values[value].Shape)];
            for (int i = 0; i < shapes.Length; i++)
            {
                if (Lowerings.Find(node.Op)?.HaloFor(node.Op, i, shapes) is not { } halo || halo == default) continue;
                int root = roots[node.Inputs[i]];
                // The zeros around a part would be its neighbours.
                _copied.Add(root);
                ref var all = ref _halos[slices.HomeOf(root).Home];
                all = all.Or(halo);
            }
        }
        // A value that is also read under another shape must be one run without gaps, as a parameter is.
        foreach (int root in Room.Rigid(model, roots)) _rigid[slices.HomeOf(root).Home] = true;
    }

    void PlaceWholes()
    {
        for (int value = 0; value < roots.Length; value++)
        {
            var (home, channel) = slices.HomeOf(roots[value]);
            _buffers[value] = ValueBuffer.Of(
                model.Values[value], home, precision, _rigid[home] ? default : _halos[home]);
            if (home != roots[value])
                _buffers[value] = _buffers[value].SliceOf(channel, model.Values[home].Physical[-1]);
        }
    }

    // Places the parts that are not to be copied, each after the value it is a part of. True where there are any.
    bool PlaceParts()
    {
        bool any = false;
        foreach (var node in model.Nodes)
        {
            if (node.Op.IsView)
            {
                int root = roots[node.Outputs[0]];
                if (_buffers[root].Home == root || _copied.Contains(root) || slices.HomeOf(root).Home != root) continue;
                if (_buffers[node.Inputs[0]].As(model.Values[node.Outputs[0]]) is { } same)
                    _buffers[node.Outputs[0]] = same;
                else _copied.Add(root);
                continue;
            }
            if (Lowerings.Find(node.Op) is not { } lowering || node.Inputs.IsEmpty) continue;
            for (int i = 0; i < node.Outputs.Length; i++)
            {
                int value = node.Outputs[i];
                if (_copied.Contains(value) || slices.HomeOf(value).Home != value) continue;
                var x = _buffers[node.Inputs[0]];
                if (lowering.PartOf(node.Op, i, x, model.Values[value].Shape) is not { } part) break;
                _buffers[value] = x.Part(model.Values[value], part);
                any = true;
                // To gather elements that lie apart once is as dear as a copy, twice is dearer.
                if (_readers[value] > 1 && _buffers[value].IsApart) _copied.Add(value);
            }
        }
        return any;
    }

    void CopyWhereUnreadable()
    {
        foreach (var node in nodes)
        {
            foreach (var part in node.Nodes)
            {
                for (int i = 0; i < part.Inputs.Length; i++)
                {
                    int value = part.Inputs[i], root = roots[value];
                    if (_buffers[root].Home == root || slices.HomeOf(root).Home != root) continue;
                    bool reads = node.Mains.Contains(part)
                        ? Lowerings.Of(part.Op).Reads(part.Op, i, _buffers[value])
                        : _buffers[value].HasPixels;
                    if (!reads) _copied.Add(root);
                }
            }
        }
    }
}
