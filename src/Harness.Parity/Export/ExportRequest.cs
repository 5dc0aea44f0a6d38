using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Parity.Verification;

namespace Harness.Parity.Export;

/// <summary>A folder of Flax source that a case is exported to once it holds.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Api">Whose modules.</param>
public sealed record ExportRequest(string Folder, FlaxApi Api)
{
    /// <summary>The model of a case, which is the caller's to dispose.</summary>
    /// <exception cref="ModelException">It is not there or cannot be read.</exception>
    public static TorchModel Open(VerifyRequest request, GoldenCase golden)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(golden);
        return CaseModel.Open(request, golden);
    }

    /// <summary>What the model is called.</summary>
    public static string NameOf(VerifyRequest request, GoldenCase golden)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(golden);
        return request.Model ?? golden.Document.Model.Architecture ?? golden.Document.Model.Path ?? "";
    }
}
