using Harness.Executor.Layout;
using Harness.Executor.Model;
using Harness.Executor.Planning;
using Harness.Formats;

// usage: Harness.AotSample MODEL INPUT.npy OUTPUT.npy [float32|float64]; both files in PyTorch's layout.
using var torch = ModelFile.Open(args[0]);
var input = NpyFile.Read(args[1]);
var model = NhwcPass.Apply(torch, [input.Shape]);
NpyFile.Write(args[2], args is [_, _, _, "float64"] ? Run<double>() : Run<float>());
return 0;

Tensor Run<E>() where E : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<E>
{
    using var session = Plan.Compile<E>(model).CreateSession();
    session.Write(model.Inputs[0].Value, input.ToDoubles());
    session.Run();
    Shape shape = model.Values[model.Outputs[0].Value].Shape;
    var output = new double[shape.Elements];
    session.Read(model.Outputs[0].Value, output);
    return Tensor.Of(shape, output);
}
