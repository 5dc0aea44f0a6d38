using Harness.Executor.Model;

namespace Harness.Formats.TorchScript;

/// <summary>Refuses traces taken in training mode: what counts is the flag baked into each call, not the module's own.</summary>
static class TrainingCheck
{
    /// <summary>Looks at every call that has a training flag.</summary>
    /// <exception cref="ModelFormatException">One is set.</exception>
    public static void Verify(Graph graph, string path)
    {
        foreach (var call in graph.Calls)
        {
            int flag = call.Target switch
            {
                // Without running statistics a batch norm uses the batch's in eval mode too.
                "aten::batch_norm" or "aten::native_batch_norm" or "aten::cudnn_batch_norm" or "aten::_batch_norm_impl_index"
                    when At(call, 3) is not NoneArgument => 5,
                "aten::dropout" or "aten::dropout_" or "aten::feature_dropout" or "aten::feature_dropout_"
                    or "aten::alpha_dropout" or "aten::alpha_dropout_" or "aten::feature_alpha_dropout"
                    or "aten::feature_alpha_dropout_" when !IsZero(At(call, 1)) => 2,
                "aten::native_dropout" when !IsZero(At(call, 1)) => 2,
                "aten::rrelu" or "aten::rrelu_" => 3,
                // A list of weights means padded input; packed sequences have the flag elsewhere and are no traced inputs.
                "aten::lstm" or "aten::gru" or "aten::rnn_tanh" or "aten::rnn_relu" when !IsZero(At(call, 5)) => 6,
                _ => -1,
            };
            if (flag >= 0 && At(call, flag) is BoolArgument { Flag: true })
            {
                throw new ModelFormatException(path, -1, Codes.ModelUnreadable,
                    $"{call.Place}: {call.Target} '{call.Name}' runs in training mode: the trace was taken without model.eval(); "
                    + "call model.eval() and trace again");
            }
            if (call.Target == "aten::scaled_dot_product_attention" && At(call, 4) is FloatArgument { Number: not 0 } drop)
            {
                throw new ModelFormatException(path, -1, Codes.ModelUnreadable,
                    $"{call.Place}: {call.Target} '{call.Name}' drops a share of {drop}: the trace was taken without model.eval(); "
                    + "call model.eval() and trace again");
            }
        }
    }

    static Argument? At(Call call, int index) => index < call.Arguments.Length ? call.Arguments[index] : null;

    static bool IsZero(Argument? share) => share is FloatArgument { Number: 0 } or IntArgument { Number: 0 };
}
