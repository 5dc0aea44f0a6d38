using Harness.Executor.Ops;

namespace Harness.Formats.Flax.Source;

/// <summary>Arrays that no element of an operand decides.</summary>
static partial class JaxColumn
{
    static Python? Creations(SourceCall call)
    {
        switch (call.Op)
        {
            case Arange op:
            {
                var arguments = new List<Python>();
                if (op.Start.Value != 0 || op.Step.Value != 1) arguments.Add(Text(Number(op.Start)));
                arguments.Add(Text(Number(op.End)));
                if (op.Step.Value != 1) arguments.Add(Text(Number(op.Step)));
                arguments.Add(Python.Named("dtype", TypeName(op.Type)));
                return Python.Call("jnp.arange", arguments);
            }
            case Linspace op:
                return Python.Call("jnp.linspace", Text(Number(op.Start)), Text(Number(op.End)), Text($"{op.Steps}"),
                    Python.Named("dtype", TypeName(op.Type)));
            case Eye op:
                return Python.Call(
                    "jnp.eye", Text($"{op.Rows}"), Text($"{op.Columns}"), Python.Named("dtype", TypeName(op.Type)));
            case Full op:
                return Filled(call, op);
            default:
                return null;
        }
    }

    static Python Filled(SourceCall call, Full op)
    {
        var type = call.Result().Type;
        string? all = op.Value?.Value switch { 0 => "zeros", 1 => "ones", _ => null };
        var value = op.Value is { } number ? Of(call, number) : call.X(1);
        if (op.Size is null)
        {
            Python[] dtype = type == call.Operand(0).Type ? [] : [Python.Named("dtype", TypeName(type))];
            return all is null ? Python.Call("jnp.full_like", [call.X(), value, .. dtype])
                : Python.Call($"jnp.{all}_like", [call.X(), .. dtype]);
        }
        var shape = Python.Ints(call.Result().Physical, "shape");
        return all is null ? Python.Call("jnp.full", shape, value, Text(TypeName(type)))
            : Python.Call($"jnp.{all}", shape, Text(TypeName(type)));
    }
}
