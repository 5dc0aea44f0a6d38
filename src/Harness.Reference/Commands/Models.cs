using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Reference.Recording;

namespace Harness.Reference.Commands;

/// <summary>Models, weights and inputs as the command line names them.</summary>
static class Models
{
    /// <summary>Opens a model.</summary>
    /// <exception cref="ModelException">The file is missing or cannot be read.</exception>
    public static TorchModel Open(string path)
    {
        if (!File.Exists(path)) throw new ModelException(new Finding(Codes.ModelUnreadable, path, "there is no such file"));
        return ModelFile.Open(path);
    }

    /// <summary>The weights as a golden names them.</summary>
    public static GoldenWeights Describe(RecordOptions options, TorchModel model) => new(null, null, Sha256Hash.Of(model.Weights));
}
