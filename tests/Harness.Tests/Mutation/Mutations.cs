using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Parity;
using Harness.Parity.Golden;
using Harness.Parity.Verification;
using Harness.Tests.Cpu;
using Harness.Tests.Naive;

namespace Harness.Tests.Mutation;

/// <summary>What became of one fault.</summary>
/// <param name="Case">The golden.</param>
/// <param name="Node">The node that was damaged.</param>
/// <param name="Fault">How.</param>
/// <param name="State">Caught, equivalent, or missed.</param>
/// <param name="IsNamed">True where the first bad node was that node.</param>
/// <param name="Said">The code of the finding, or why the fault is none.</param>
sealed record Mutant(string Case, string Node, string Fault, MutantState State, bool IsNamed, string Said);

enum MutantState
{
    /// <summary>The gate was red.</summary>
    Caught,

    /// <summary>The damaged model computes what the whole one does, for other inputs too.</summary>
    Equivalent,

    /// <summary>The gate was green on a wrong model.</summary>
    Missed,
}

/// <summary>The gate's own truth: faults of models, one at a time, each held to its golden as a build would hold
/// it.</summary>
static class Mutations
{
    // Inputs on which a fault that was not caught is looked at again.
    const int OtherInputs = 3;

    static readonly string s_goldens = Path.Combine(NaiveWalkTests.Repository, "golden");

    /// <summary>All goldens, by their names.</summary>
    public static IEnumerable<string> Cases => OutputBits.Cases.SelectMany(group => group);

    /// <summary>Every fault that a node of a case can have, in the order of nodes.</summary>
    public static List<(string Node, string Fault)> FaultsOf(NhwcProgram program) =>
    [
        .. from node in program.Nodes
           from fault in Faults.Names
           where CanHave(program, $"{node.Name}:{fault}")
           select (node.Name, fault),
    ];

    /// <summary>The faults of one case, or as many of them as are asked for, spread evenly.</summary>
    /// <param name="name">The case.</param>
    /// <param name="most">How many.</param>
    public static IEnumerable<Mutant> Of(string name, int most = int.MaxValue)
    {
        var request = new VerifyRequest(Path.Combine(s_goldens, name));
        var golden = GoldenStore.Read(request.Golden);
        using var open = new OpenModel();
        var torch = CaseModel.Open(request, golden, open);
        var program = NhwcPass.Apply(torch, CaseModel.Inputs(golden));
        var faults = FaultsOf(program);
        int count = Math.Min(most, faults.Count);
        for (int i = 0; i < count; i++)
        {
            // Few of each case begin elsewhere in each, so that together they are of every kind.
            ulong at = ((ulong)i * (ulong)faults.Count / (ulong)count) + GoldenProbe.Seed(name);
            var (node, fault) = faults[(int)(at % (ulong)faults.Count)];
            yield return Try(name, request, open, program, node, fault);
        }
    }

    /// <summary>The program of a case.</summary>
    public static NhwcProgram ProgramOf(string name)
    {
        var request = new VerifyRequest(Path.Combine(s_goldens, name));
        var golden = GoldenStore.Read(request.Golden);
        using var open = new OpenModel();
        return NhwcPass.Apply(CaseModel.Open(request, golden, open), CaseModel.Inputs(golden));
    }

    static Mutant Try(
        string name, VerifyRequest request, OpenModel open, NhwcProgram program, string node, string fault)
    {
        var options = new VerifyOptions { Threads = 1, Precision = Precision.Float64, Fault = $"{node}:{fault}" };
        Verdict verdict;
        try
        {
            verdict = Verifier.Verify(request, options, open, CancellationToken.None);
        }
        catch (ModelException e) when (e.Finding.Code == Codes.ShapeMismatch)
        {
            // What reads by places that a fault has moved finds none there, and says so.
            bool said = e.Finding.Message.Contains($"'{node}'", StringComparison.Ordinal);
            return new Mutant(name, node, fault, MutantState.Caught, said, e.Finding.Code);
        }
        // What confesses the fault is no catch.
        if (verdict.Findings.FirstOrDefault(finding => finding.Code != Codes.BadUsage
            && finding.Severity() == Severity.Error) is { } finding)
        {
            var damaged = program.Nodes.First(other => other.Name == node);
            string? bad = verdict.FirstBadNode?.Node;
            // A batch of one is the program's own: its call goes by the name without it.
            bool named = finding.Code == Codes.WeightsRoundTrip ? NamesALeafOf(damaged, program, finding.Message)
                : node == $"{bad}.of_batch"
                    || damaged.Outputs.Any(output => program.Values[output].Name == bad);
            return new Mutant(name, node, fault, MutantState.Caught, named, finding.Code);
        }
        // A tree that is wrong is wrong, however the run that reads it by its own record goes.
        double moved = Faults.IsInTree($"{node}:{fault}") ? MovedTree(program, $"{node}:{fault}")
            : Moved(program, $"{node}:{fault}");
        return new Mutant(
            name, node, fault, moved < 1e-12 ? MutantState.Equivalent : MutantState.Missed, false,
            moved < 1e-12 ? "the same for other inputs"
                : FormattableString.Invariant($"moves an output by {moved:0.0e+0}"));
    }

    // A tree is told of by its arrays and by the layer that looks them up.
    static bool NamesALeafOf(NhwcNode node, NhwcProgram program, string message) => node.Inputs
        .Select(input => program.Values[input].Leaf).OfType<Leaf>()
        .Any(leaf => message.Contains(leaf.FullPath, StringComparison.Ordinal)
            || message.Contains($"'{leaf.TorchKey}'", StringComparison.Ordinal)
            || message.Contains($"over '{string.Join('/', leaf.Path[..^1])}'", StringComparison.Ordinal));

    static bool CanHave(NhwcProgram program, string fault)
    {
        try
        {
            return !Faults.Inject(fault, program).Equals(program);
        }
        catch (ModelException)
        {
            return false;
        }
    }

    // Infinite where an array of the tree is not what it was.
    static double MovedTree(NhwcProgram program, string fault)
    {
        var damaged = Faults.Inject(fault, program).Variables.Leaves.ToDictionary(leaf => leaf.FullPath);
        return program.Variables.Leaves.All(leaf =>
            damaged[leaf.FullPath].Materialize() is var other && other.Shape == leaf.Shape
            && other.Bytes.Span.SequenceEqual(leaf.Materialize().Bytes.Span)) ? 0 : double.PositiveInfinity;
    }

    // How far, scaled, the fault moves an output at most, on inputs that no golden holds.
    static double Moved(NhwcProgram program, string fault)
    {
        var damaged = Faults.Inject(fault, program);
        double most = 0;
        for (int seed = 0, ran = 0; ran < OtherInputs; seed++)
        {
            // What reads by places that are computed does not run on any input.
            if (seed == 100 * OtherInputs) return double.PositiveInfinity;
            if (Ran(program, seed) is not { } whole) continue;
            ran++;
            // A fault that ends the run is told by that.
            if (Ran(damaged, seed) is not { } wrong) continue;
            for (int i = 0; i < whole.Length; i++)
            {
                double largest = whole[i].Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();
                for (int at = 0; at < whole[i].Length; at++)
                {
                    if (whole[i][at].Equals(wrong[i][at])) continue;
                    double off = Math.Abs(whole[i][at] - wrong[i][at]) / largest;
                    most = Math.Max(most, double.IsNaN(off) ? double.PositiveInfinity : off);
                }
            }
        }
        return most;
    }

    // Null where a place that is computed is none.
    static double[][]? Ran(NhwcProgram program, int seed)
    {
        try
        {
            return Outputs(program, seed);
        }
        catch (ModelException e) when (e.Finding.Code == Codes.ShapeMismatch)
        {
            return null;
        }
    }

    static double[][] Outputs(NhwcProgram program, int seed)
    {
        var values = new SeededValues(900 + seed);
        using var session = Session.Open<double>(program, new PlanOptions { Threads = 1 });
        foreach (var port in program.Inputs)
        {
            var (type, shape) = program.Values[port.Value].Fact;
            session.Write(port.Value, values.Next(type, shape, 4));
        }
        session.Run();
        return [.. program.Outputs.Select(port => session.Read(port.Value).ToDoubles())];
    }
}
