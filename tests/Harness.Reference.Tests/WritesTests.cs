using System.Runtime.InteropServices;
using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Reference.Native;
using Harness.Reference.Walk;
using static TorchSharp.torch;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Harness.Reference.Tests;

/// <summary>Programs of views, views of views, and writes into them, drawn at random: what libtorch's own memory holds
/// at the end, the walk and the converted program must hold too.</summary>
public sealed class WritesTests
{
    public WritesTests() => TorchLibrary.Load();

    // Numbers of the graph, what they are in libtorch, and the graph itself.
    sealed class Draw(int seed) : IDisposable
    {
        readonly Random _random = new(seed);
        readonly GraphBuilder _builder = new();
        readonly List<(int Id, TorchTensor Tensor)> _values = [];
        readonly List<string> _text = [];

        /// <summary>True where PyTorch's strides decide whether a call copied, and where it reads the memory that it
        /// writes under another name: a program may be refused.</summary>
        public bool MayRefuse { get; private set; }

        /// <summary>How many of the calls are writes.</summary>
        public int Writes { get; private set; }

        public string Text => string.Join("\n", _text);

        public Shape Shape { get; private set; }

        public double[] Input { get; private set; } = [];

        public (Graph Graph, List<double[]> Outputs) Make(int calls)
        {
            Shape = Pick<Shape>([[2, 4, 3, 5], [1, 6, 2, 3], [3, 4], [2, 3, 4], [2, 1, 3, 1], [4]]);
            Input = [.. Enumerable.Range(0, (int)Shape.Elements).Select(_ => _random.NextDouble() * 2 - 1)];
            int x = _builder.Input("x", Shape);
            var input = tensor(Input, [.. Shape.Select(extent => (long)extent)], ScalarType.Float64);
            // What forward is given is the caller's; what is written is a value of its own.
            Add("aten::neg", x, input.neg());
            for (int i = 0; i < calls; i++) One();
            for (int i = 0; i < _values.Count; i++) _builder.Output($"o{i}", _values[i].Id);
            return (_builder.Build(), [.. _values.Select(value => TorchTensors.Doubles(value.Tensor))]);
        }

        void One()
        {
            // Near the last ones, so that chains grow.
            var (id, x) = _values[Math.Max(0, _values.Count - 1 - (int)(_random.NextDouble() * _random.Next(8)))];
            int rank = (int)x.ndim, kind = _random.Next(26);
            // A write into elements that are several places' is refused, but for one number for all of them.
            if (kind > 18 && x.stride().Zip(x.shape).Any(axis => axis is (0, > 1))) return;
            long dim = rank == 0 ? 0 : _random.Next(rank), extent = rank == 0 ? 0 : x.shape[dim];
            try
            {
                switch (kind)
                {
                    case 0 or 1 when rank > 0:
                        long start = _random.Next((int)extent + 1), end = _random.Next((int)start, (int)extent + 3);
                        long step = _random.Next(1, 4);
                        // TorchSharp clamps as PyTorch does.
                        Add("aten::slice", id, x.slice(dim, start, end, step), Int(dim), Int(start), Int(end),
                            Int(step));
                        break;
                    case 2 when extent > 0:
                        long index = _random.Next(-(int)extent, (int)extent);
                        Add("aten::select", id, x.select(dim, index < 0 ? index + extent : index), Int(dim),
                            Int(index));
                        break;
                    case 3 when extent > 1:
                        Add("aten::narrow", id, x.narrow(dim, 1, extent - 1), Int(dim), Int(1), Int(extent - 1));
                        break;
                    case 4 when rank > 1:
                        Add("aten::transpose", id, x.transpose(dim, rank - 1), Int(dim), Int(-1));
                        break;
                    case 5 when rank > 1:
                        long[] order = [.. Enumerable.Range(0, rank).Select(axis => (long)axis)];
                        _random.Shuffle(order);
                        Add("aten::permute", id, x.permute(order), Ints(order));
                        break;
                    case 6 when rank < 5:
                        Add("aten::unsqueeze", id, x.unsqueeze(dim), Int(dim));
                        break;
                    case 7:
                        Add("aten::squeeze", id, x.squeeze());
                        break;
                    case 8:
                        // libtorch says itself whether this is a view; a program that it refuses is none.
                        Add("aten::view", id, x.view(-1), Ints(-1));
                        break;
                    case 9:
                        MayRefuse = true;
                        Add("aten::reshape", id, x.reshape(x.numel(), 1), Ints(x.numel(), 1));
                        break;
                    case 10 when rank > 1:
                        MayRefuse = true;
                        Add("aten::flatten", id, x.flatten(0, 1), Int(0), Int(1));
                        break;
                    case 11 when extent > 1:
                        AddList("aten::chunk", id, x.chunk(2, dim), Int(2), Int(dim));
                        break;
                    case 12 when extent > 0:
                        AddList("aten::unbind", id, x.unbind((int)dim), Int(dim));
                        break;
                    case 13 when extent > 2:
                        AddList("aten::split_with_sizes", id, x.split([1, extent - 1], (int)dim), Ints(1, extent - 1),
                            Int(dim));
                        break;
                    case 14:
                        MayRefuse = true;
                        Add("aten::contiguous", id, x.contiguous());
                        break;
                    case 15 when rank < 5:
                        Add("aten::expand", id, x.expand([2, .. x.shape]), Ints([2, .. x.shape]));
                        break;
                    case 16:
                        Add("aten::clone", id, x.clone());
                        break;
                    case 17:
                        Add("aten::mul", id, x.mul(1.5), Argument.Of(1.5));
                        break;
                    case 18:
                        Add("aten::detach", id, x.detach());
                        break;
                    case 19:
                        Wrote(Add("aten::add_", id, x.add_(0.75), Argument.Of(0.75)));
                        break;
                    case 20:
                        Wrote(Add("aten::sigmoid_", id, x.sigmoid_()));
                        break;
                    case 21:
                        Wrote(Add("aten::fill_", id, x.fill_(-0.5), Argument.Of(-0.5)));
                        break;
                    case 22 or 23 when Like(x) is { } other:
                        Wrote(Add("aten::copy_", id, x.copy_(other.Tensor), Argument.Value(other.Id)));
                        break;
                    case 24 when Like(x) is { } term:
                        Wrote(Add("aten::mul_", id, x.mul_(term.Tensor), Argument.Value(term.Id)));
                        break;
                    case 25:
                        Wrote(Add("aten::relu_", id, x.relu_()));
                        break;
                    default: break;
                }
            }
            catch (ExternalException)
            {
                // libtorch refuses it, so no model holds it: a view of what lies otherwise, a write into what overlaps.
            }
        }

        (int Id, TorchTensor Tensor)? Like(TorchTensor x)
        {
            // Read while it is written in another order, memory gives what the order of libtorch's loops makes of it;
            // where only a part is the same libtorch refuses.
            var alike = _values.Where(value => value.Tensor.shape.AsSpan().SequenceEqual(x.shape)
                && (Address(value.Tensor) != Address(x) || value.Tensor.stride().AsSpan().SequenceEqual(x.stride())))
                .ToList();
            if (alike.Count == 0) return null;
            var taken = alike[_random.Next(alike.Count)];
            MayRefuse |= Address(taken.Tensor) == Address(x);
            return taken;
        }

        static nint Address(TorchTensor tensor) => tensor.storage<double>().data_ptr();

        void Wrote(bool _) => Writes++;

        bool Add(string target, int self, TorchTensor result, params ReadOnlySpan<Argument> more)
        {
            int id = _builder.Call(target, [Argument.Value(self), .. more], [], 1, SourcePlace.Unknown)[0];
            _text.Add($"%{id} = {target}(%{self}, {string.Join(", ", more.ToArray().AsEnumerable())})");
            _values.Add((id, result));
            return true;
        }

        void AddList(string target, int self, TorchTensor[] results, params ReadOnlySpan<Argument> more)
        {
            var ids = _builder.Call(
                target, [Argument.Value(self), .. more], [], results.Length, SourcePlace.Unknown);
            _text.Add($"%{ids[0]}.. = {target}(%{self}, {string.Join(", ", more.ToArray().AsEnumerable())})");
            // One result is the list of them.
            if (ids.Length == 1)
                ids = _builder.Call("aten::__getitem__", [Argument.Value(ids[0]), Int(0)], [], 1, SourcePlace.Unknown);
            for (int i = 0; i < ids.Length; i++) _values.Add((ids[i], results[i]));
        }

        T Pick<T>(ReadOnlySpan<T> some) => some[_random.Next(some.Length)];

        static Argument Int(long number) => Argument.Of(number);

        static Argument Ints(params ReadOnlySpan<long> numbers) =>
            Argument.Of([.. numbers.ToArray().Select(Argument.Of)]);

        public void Dispose()
        {
            foreach (var (_, tensor) in _values) tensor.Dispose();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void What_memory_holds_at_the_end_hold_the_walk_and_the_program(int part)
    {
        int written = 0, refused = 0;
        for (int seed = part * 1000; seed < part * 1000 + 100; seed++)
        {
            using var scope = NewDisposeScope();
            using var draw = new Draw(seed);
            var (graph, expected) = draw.Make(4 + seed % 13);
            written += draw.Writes;
            string text = $"seed {seed}, {draw.Shape}:\n{draw.Text}";
            using var input = tensor(draw.Input, [.. draw.Shape.Select(extent => (long)extent)], ScalarType.Float64);
            var walked = new GraphWalk(graph, new StateDict(), "draw", ScalarType.Float64, CPU).Run([input]);
            for (int i = 0; i < expected.Count; i++)
                Demand(TorchTensors.Doubles(walked[i].Tensor), expected[i], $"walk, output {i}, {text}");
            try
            {
                var outputs = Executed(graph, draw);
                for (int i = 0; i < expected.Count; i++)
                    Demand(outputs[i], expected[i], $"program, output {i}, {text}");
            }
            catch (ModelException e) when (draw.MayRefuse)
            {
                e.Finding.Code.Should().Be(Codes.UnsupportedOp, text);
                e.Finding.Message.Should().MatchRegex("cannot be told|writes in another order", text);
                refused++;
            }
        }
        written.Should().BeGreaterThan(100);
        refused.Should().BeLessThan(50);
    }

    static List<double[]> Executed(Graph graph, Draw draw)
    {
        using var model = new TorchModel(graph, new StateDict(), "draw");
        var program = NhwcPass.Apply(model, [draw.Shape]);
        using var session = Session.Open<double>(program, new PlanOptions { Threads = 1 });
        session.Write(program.Inputs[0].Value, draw.Input);
        session.Run();
        return [.. program.Outputs.Select(port =>
        {
            var output = new double[port.Shape!.Value.Elements];
            session.Read(port.Value, output);
            return output;
        })];
    }

    static void Demand(double[] found, double[] expected, string why)
    {
        found.Should().HaveSameCount(expected, why);
        for (int i = 0; i < found.Length; i++)
            if (Math.Abs(found[i] - expected[i]) > 1e-12) found[i].Should().Be(expected[i], $"element {i}, {why}");
    }
}
