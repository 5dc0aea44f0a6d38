using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Tests.Formats.TorchScript;

public sealed class TorchScriptFileTests
{
    [Fact]
    public void A_trace_becomes_calls_in_program_order_named_by_module()
    {
        using var model = ModelFile.Open(Fixtures.Path("net.pt"));
        model.Format.Should().Be("TorchScript");
        model.Graph.Calls.Select(c => $"{c.Name}={c.Target}").Should().Equal(
            "seq.0=aten::_convolution", "seq.1=aten::batch_norm", "seq.2=aten::relu_", "mul=aten::mul",
            "chunk=aten::chunk",
            "size=aten::size", "NumToTensor=prim::NumToTensor", "mul_2=aten::mul", "add=aten::add", "clamp=aten::clamp",
            "cat=aten::cat", "mean=aten::mean", "fc=aten::linear", "size_2=aten::size",
            "NumToTensor_2=prim::NumToTensor",
            "Int=aten::Int", "view=aten::view", "slice=aten::slice", "slice_2=aten::slice");
        model.Graph.Inputs.Should().ContainSingle().Which.Name.Should().Be("x");
    }

    [Fact]
    public void Nested_outputs_are_flattened_and_named_by_key_and_position()
    {
        using var model = ModelFile.Open(Fixtures.Path("net.pt"));
        var graph = model.Graph;
        graph.Outputs.Select(o => o.Name).Should().Equal("0.logits", "0.flat", "1.0", "1.1.0", "1.1.1");
        graph.Outputs.Select(o => graph.Calls.Single(c => c.Results.Contains(o.Value)).Name)
            .Should().Equal("fc", "view", "chunk", "chunk", "slice_2");
    }

    [Fact]
    public void Arguments_keep_their_kind()
    {
        using var model = ModelFile.Open(Fixtures.Path("net.pt"));
        var calls = model.Graph.Calls.ToDictionary(c => c.Name);
        calls["seq.0"].Arguments.Skip(2).Should().Equal(
            Argument.None, List(1, 1), List(1, 1), List(1, 1), Argument.Of(false), List(0, 0), Argument.Of(1),
            Argument.Of(false), Argument.Of(false), Argument.Of(true), Argument.Of(true));
        calls["seq.1"].Arguments[7].Should().Be(Argument.Of(1e-5));
        calls["clamp"].Arguments[1].Should().Be(Argument.Of(double.NegativeInfinity));
        calls["slice"].Arguments[3].Should().Be(Argument.Of(long.MaxValue));
        calls["chunk"].Results.Should().HaveCount(2);
        calls["view"].Arguments[1].Should().Be(Argument.Of([Argument.Value(calls["Int"].Results[0]), Argument.Of(-1)]));

        static Argument List(params long[] numbers) => Argument.Of([.. numbers.Select(Argument.Of)]);
    }

    [Fact]
    public void Calls_know_the_line_of_the_archive_they_stand_in()
    {
        using var model = ModelFile.Open(Fixtures.Path("net.pt"));
        model.Graph.Calls.Single(c => c.Name == "seq.0").Place
            .Should().Be(new SourcePlace("seq.0", "code/__torch__/torch/nn/modules/conv.py", 10));
    }

    [Fact]
    public void The_state_dict_has_every_parameter_and_buffer_under_its_key()
    {
        using var model = ModelFile.Open(Fixtures.Path("net.pt"));
        model.Weights.Keys.Should().BeEquivalentTo(
            "scale", "seq.0.weight", "seq.1.weight", "seq.1.bias", "seq.1.running_mean", "seq.1.running_var",
            "seq.1.num_batches_tracked", "fc.weight", "fc.bias");
        model.Weights["seq.0.weight"].ToString().Should().Be("float32 (4, 3, 3, 3)");
        model.Weights["seq.1.num_batches_tracked"].ToString().Should().Be("int64 ()");
        // The script fills the n-th key, sorted, with a ramp from n: fc.bias, fc.weight, scale, seq.0.weight.
        model.Weights["seq.0.weight"].ToDoubles().Should().Equal(Enumerable.Range(0, 108).Select(n => n / 8.0 + 3));
        model.Weights["fc.weight"].ToDoubles().Should().Equal(Enumerable.Range(0, 8).Select(n => n / 8.0 + 1));
        model.Graph.Parameters.Select(p => p.Key).Should().NotContain("seq.1.num_batches_tracked").And.HaveCount(8);
    }

    [Fact]
    public void Constants_of_the_program_are_no_state()
    {
        using var model = ModelFile.Open(Fixtures.Path("net.pt"));
        var constant = model.Graph.Constants.Should().ContainSingle().Subject;
        constant.Name.Should().Be("c0");
        constant.Tensor.ToDoubles().Should().Equal(0.1);
    }

    [Fact]
    public void A_module_called_twice_is_one_module_and_tied_weights_are_one_tensor()
    {
        using var model = ModelFile.Open(Fixtures.Path("shared.pt"));
        model.Graph.Calls.Where(c => c.Place.Module == "first").Select(c => c.Name).Should().Equal("first", "first_2");
        model.Weights["second.weight"].Should().BeSameAs(model.Weights["first.weight"]);
    }

    [Fact]
    public void A_tensor_with_other_strides_is_put_into_c_order()
    {
        using var model = ModelFile.Open(Fixtures.Path("shared.pt"));
        model.Weights["turned.weight"].Shape.Should().Equal(3, 2);
        model.Weights["turned.weight"].ToDoubles().Should().Equal(0, 3, 1, 4, 2, 5);
        model.Weights["mask"].As<bool>().ToArray().Should().Equal(true, false, true);
    }

    [Theory]
    [InlineData("net.pth", Codes.ModelUnreadable, "this is a state dict")]
    [InlineData("legacy.pth", Codes.ModelUnreadable, "this is a pickle without a graph")]
    [InlineData("make_fixtures.py", Codes.ModelUnreadable, "this is no model file")]
    [InlineData("absent.pt", Codes.ModelUnreadable, "no such file")]
    public void What_cannot_be_taken_is_refused_with_its_reason(string fixture, string code, string reason)
    {
        var open = () => ModelFile.Open(Fixtures.Path(fixture));
        var thrown = open.Should().Throw<ModelFormatException>().Which;
        thrown.Code.Should().Be(code);
        thrown.Finding.Place.Should().EndWith(fixture);
        thrown.Message.Should().Contain(reason).And.NotContain("\n");
    }

    [Fact]
    public void A_cast_of_integers_changes_nothing_and_passes()
    {
        using var model = ModelFile.Open(Fixtures.Path("integer_cast.pt"));
        model.Graph.Calls.Select(c => c.Target).Should().Equal("aten::arange", "aten::to", "aten::mul");
    }

    [Fact]
    public void Tensors_of_a_disposed_model_throw_instead_of_reading_freed_memory()
    {
        var model = ModelFile.Open(Fixtures.Path("net.pt"));
        var weight = model.Weights["seq.0.weight"];
        model.Dispose();
        var read = () => weight.ToDoubles();
        read.Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void A_flipped_bit_of_any_weight_is_found()
    {
        using var folder = new TemporaryFolder();
        byte[] honest = Fixtures.Bytes("net.pt");
        long start = honest.AsSpan().IndexOf("net/data/"u8);
        for (long at = start + 64; at < start + 500; at += 7)
        {
            byte[] bytes = [.. honest];
            bytes[at] ^= 4;
            File.WriteAllBytes(folder["net.pt"], bytes);
            try
            {
                using var model = ModelFile.Open(folder["net.pt"]);
                using var same = ModelFile.Open(Fixtures.Path("net.pt"));
                foreach (var (key, tensor) in same.Weights)
                    model.Weights[key].Bytes.Span.SequenceEqual(tensor.Bytes.Span).Should()
                        .BeTrue($"byte {at} was padding");
            }
            catch (ModelFormatException e)
            {
                e.Message.Should().MatchRegex("zip|damaged");
            }
        }
    }

    [Theory]
    [InlineData("net.pt")]
    [InlineData("shared.pt")]
    [InlineData("training.pt")]
    public void Damaged_archives_give_a_model_or_a_finding(string fixture)
    {
        using var folder = new TemporaryFolder();
        HostileBytes.Demand(Fixtures.Bytes(fixture), 97, 600, bytes =>
        {
            File.WriteAllBytes(folder["x.pt"], bytes);
            ModelFile.Open(folder["x.pt"]).Dispose();
        });
    }
}
