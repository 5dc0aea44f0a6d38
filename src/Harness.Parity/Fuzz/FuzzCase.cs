using System.Collections.Immutable;
using System.Globalization;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;

namespace Harness.Parity.Fuzz;

/// <summary>One graph to hold to the reference. Everything about it follows from seed, number and graph: its values,
/// the threads and the register width it is run with.</summary>
public sealed class FuzzCase
{
    // How many integers an input is drawn from: so few that equal ones meet, or so many that bytes overflow.
    static readonly long[] s_limits = [2, 5, 12, 100, 1000, 1 << 20];

    // What each machine has: the answer must not hang on them.
    static readonly LaneWidth[] s_lanes = [LaneWidth.One, LaneWidth.Four, LaneWidth.Eight, LaneWidth.Sixteen];

    readonly ulong _values;

    /// <summary>A case.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="number">Which case of the run.</param>
    /// <param name="graph">What is computed; every shape of an input or a parameter is stated.</param>
    public FuzzCase(long seed, int number, Graph graph)
    {
        (Seed, Number) = (seed, number);
        Text = GraphJson.Text(graph);
        // As it will be read by whoever opens the file, so that the format is tried as well.
        Graph = GraphJson.Parse(Text, FileName);
        _values = ProbeSums.Mix(SeedOf(seed, number));
    }

    /// <summary>The graph's file.</summary>
    public const string FileName = "graph.json";

    /// <summary>The run's seed.</summary>
    public long Seed { get; }

    /// <summary>Which case of the run.</summary>
    public int Number { get; }

    /// <summary>What is computed.</summary>
    public Graph Graph { get; }

    /// <summary>The graph as a document.</summary>
    public string Text { get; }

    /// <summary><c>seed-7-case-12</c>.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"seed-{Seed}-case-{Number}");

    /// <summary>The command that runs this case alone.</summary>
    public string Command => string.Create(CultureInfo.InvariantCulture, $"harness fuzz --seed {Seed} --case {Number}");

    /// <summary>Workers of the run.</summary>
    public int Threads => 1 + (int)(_values % 3);

    /// <summary>Register width of the run.</summary>
    public LaneWidth Lanes => s_lanes[_values / 3 % (ulong)s_lanes.Length];

    /// <summary>The dice that draw this case.</summary>
    internal static Dice DiceOf(long seed, int number) => new(SeedOf(seed, number));

    // Mixed twice: neighbouring seeds share no case.
    static ulong SeedOf(long seed, int number) => ProbeSums.Mix(ProbeSums.Mix((ulong)seed) + (ulong)number);

    /// <summary>Parameters and buffers.</summary>
    public StateDict Weights() =>
        WeightsFile.Open(WeightsName.OfSeed((long)(_values >> 1)).Text, Graph);

    /// <summary>Inputs by name, in order. Each has a stream of its own, so that one that goes moves no other.</summary>
    public ImmutableArray<KeyValuePair<string, Tensor>> Inputs() =>
        [.. Graph.Inputs.Select(port => KeyValuePair.Create(port.Name, Drawn(port)))];

    Tensor Drawn(Port port)
    {
        ulong seed = _values ^ GoldenProbe.Seed(port.Name);
        return new SeededValues((long)seed).Next(port.Type, port.Shape!.Value, s_limits[seed % (ulong)s_limits.Length]);
    }
}
