using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;
using Harness.Executor.Schema;
using Harness.Parity.Fuzz;

namespace Harness.Tests.Parity.Fuzz;

public sealed class FuzzGeneratorTests
{
    // Operators for which nobody has written a draw, or one that few cases come to: the list may only become shorter.
    static readonly string[] s_notDrawn =
    [
        "aten::__and__.Scalar", "aten::__and__.Tensor", "aten::__lshift__.Scalar", "aten::__lshift__.Tensor",
        "aten::__or__.Scalar", "aten::__or__.Tensor", "aten::__rshift__.Scalar", "aten::__rshift__.Tensor",
        "aten::__xor__.Scalar", "aten::__xor__.Tensor", "aten::_fused_rms_norm", "aten::_native_batch_norm_legit",
        "aten::_native_multi_head_attention", "aten::_transformer_encoder_layer_fwd", "aten::_unsafe_index.Tensor",
        "aten::addbmm", "aten::addmv", "aten::arange", "aten::arange.start", "aten::arange.start_step",
        "aten::as_strided", "aten::baddbmm", "aten::bilinear", "aten::bitwise_and.Scalar", "aten::bitwise_and.Tensor",
        "aten::bitwise_left_shift.Tensor", "aten::bitwise_left_shift.Tensor_Scalar", "aten::bitwise_not",
        "aten::bitwise_or.Scalar", "aten::bitwise_or.Tensor", "aten::bitwise_right_shift.Tensor",
        "aten::bitwise_right_shift.Tensor_Scalar", "aten::bitwise_xor.Scalar", "aten::bitwise_xor.Tensor",
        "aten::cudnn_batch_norm", "aten::dot", "aten::einsum", "aten::embedding", "aten::empty.memory_format",
        "aten::empty_like",
        "aten::eye", "aten::eye.m", "aten::fill.Tensor", "aten::floor_divide", "aten::full", "aten::gather",
        "aten::ge.Tensor",
        "aten::gru.input", "aten::gru_cell", "aten::gt.Tensor", "aten::index.Tensor", "aten::index_add",
        "aten::index_put", "aten::index_select",
        "aten::less_equal.Scalar", "aten::less_equal.Tensor", "aten::linspace", "aten::lstm.input", "aten::lstm_cell",
        "aten::lt.Tensor", "aten::masked_fill.Scalar", "aten::masked_fill.Tensor", "aten::meshgrid",
        "aten::meshgrid.indexing", "aten::moveaxis.intlist", "aten::movedim.intlist", "aten::mv",
        "aten::native_group_norm", "aten::new_empty",
        "aten::one_hot", "aten::ones", "aten::pow.Scalar", "aten::pow.Tensor_Tensor",
        "aten::repeat_interleave.self_Tensor", "aten::rms_norm", "aten::rnn_relu.input", "aten::rnn_relu_cell",
        "aten::rnn_tanh.input", "aten::rnn_tanh_cell", "aten::scalar_tensor", "aten::scatter.reduce",
        "aten::scatter.src", "aten::scatter.value", "aten::scatter.value_reduce", "aten::scatter_add",
        "aten::select_scatter", "aten::stack", "aten::std_mean", "aten::take_along_dim",
        "aten::unsafe_split_with_sizes", "aten::vdot", "aten::where.Scalar", "aten::where.ScalarOther",
        "aten::where.ScalarSelf", "aten::where.self", "aten::zeros",
    ];

    // Of seed 1; enough that the rarest operator comes up several times.
    const int Cases = 6000;

    [Fact]
    public void A_case_follows_from_seed_and_number_alone()
    {
        var one = FuzzGenerator.Draw(7, 12);
        FuzzGenerator.Draw(7, 11);
        var again = FuzzGenerator.Draw(7, 12);

        again.Text.Should().Be(one.Text);
        (again.Threads, again.Lanes).Should().Be((one.Threads, one.Lanes));
        foreach (var (first, second) in one.Inputs().Zip(again.Inputs()))
            second.Value.Bytes.ToArray().Should().Equal(first.Value.Bytes.ToArray());
        foreach (var (key, weight) in one.Weights())
            again.Weights()[key].Bytes.ToArray().Should().Equal(weight.Bytes.ToArray());
        Enumerable.Range(0, 50).Select(number => FuzzGenerator.Draw(7, number).Text).Distinct().Should()
            .HaveCountGreaterThan(45, "cases differ");
        FuzzGenerator.Draw(8, 12).Text.Should().NotBe(one.Text);
    }

    // Takes about three seconds: it draws as many cases as make the rarest operator certain.
    [Fact]
    public void Every_operator_is_drawn_in_graphs_that_the_executor_takes()
    {
        var taken = new Dictionary<string, int>(StringComparer.Ordinal);
        int calls = 0, computed = 0, integers = 0;
        for (int number = 0; number < Cases; number++)
        {
            var trial = FuzzGenerator.Draw(1, number);
            trial.Graph.Outputs.Should().NotBeEmpty();
            if (!IsTaken(trial)) continue;
            calls += trial.Graph.Calls.Length;
            var stored = trial.Graph.Parameters.Select(parameter => parameter.Value).ToHashSet();
            if (trial.Graph.Inputs.Any(port => !port.Type.IsFloating())) integers++;
            foreach (var call in trial.Graph.Calls)
            {
                foreach (string name in NamesOf(call)) taken[name] = taken.GetValueOrDefault(name) + 1;
                if (call.Target == "aten::conv2d" && call.Arguments[1] is ValueArgument weight
                    && !stored.Contains(weight.Id)) computed++;
            }
        }

        string[] known =
        [
            .. OpSet.All.Where(op => !op.Operators.Any(FuzzGenerator.Undrawn.Contains))
                .SelectMany(op => op.Operators),
        ];
        known.Where(name => !taken.ContainsKey(name)).Should().BeSubsetOf(s_notDrawn);
        s_notDrawn.Should().BeSubsetOf(known).And.BeInAscendingOrder(StringComparer.Ordinal);
        calls.Should().BeGreaterThan(2 * Cases, "most graphs are more than one call");
        (computed, integers).Should().Match<(int Computed, int Integers)>(n => n.Computed > 5 && n.Integers > 100);
    }

    [Fact]
    public void Some_graphs_are_refused_so_that_refusals_are_compared_too() =>
        Enumerable.Range(0, 300).Count(number => !IsTaken(FuzzGenerator.Draw(1, number))).Should().BeInRange(5, 100);

    static bool IsTaken(FuzzCase trial)
    {
        using var model = new TorchModel(trial.Graph, trial.Weights(), "graph");
        try
        {
            NhwcPass.Apply(model, [.. trial.Graph.Inputs.Select(port => Fact.Of(port.Type, port.Shape!.Value))]);
            return true;
        }
        catch (ModelException)
        {
            return false;
        }
    }

    // The operator in all its overloads that the call fits; in place it counts as the operator.
    static IEnumerable<string> NamesOf(Call call)
    {
        string target = call.Target.EndsWith('_') ? call.Target[..^1] : call.Target;
        return SchemaTable.Overloads(target)
            .Where(signature => signature.Bind(call) is not null || signature.Bind(WithNumbers(signature)) is not null)
            .Select(signature => signature.Name);

        // A draw of the operator with a tensor counts for the overload that has a number there.
        Call WithNumbers(Signature signature) => call with
        {
            Arguments = [.. call.Arguments.Select((argument, i) => argument is ValueArgument
                && i < signature.Parameters.Length && signature.Parameters[i].Type.Kind == ValueKind.Scalar
                ? Argument.Of(0L) : argument)],
        };
    }
}
