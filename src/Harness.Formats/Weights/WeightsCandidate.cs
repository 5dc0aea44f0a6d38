using Harness.Executor.Model;

namespace Harness.Formats.Weights;

/// <summary>A state dict that a file holds: its only one, or one of a checkpoint's.</summary>
/// <param name="Key">Where in the file it stands, keys joined by dots: <c>net.model_state_dict</c>; empty for the file
/// itself.</param>
/// <param name="Names">The names of its tensors.</param>
/// <param name="Read">Gives the tensors.</param>
sealed record WeightsCandidate(string Key, IReadOnlyList<string> Names, Func<StateDict> Read);
