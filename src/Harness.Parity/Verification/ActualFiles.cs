namespace Harness.Parity.Verification;

/// <summary>What somebody else's program computed from a golden's inputs: a Flax model, an ONNX export, a
/// port.</summary>
/// <param name="Outputs">A <c>.npz</c> that holds every output by its name; a <c>.npy</c> for a single one.</param>
/// <param name="Taps">A <c>.npz</c> that holds inner values by the names of the golden's nodes; null for none.</param>
/// <param name="Layouts">How the arrays lie.</param>
public sealed record ActualFiles(string Outputs, string? Taps, ArrayLayouts Layouts);
