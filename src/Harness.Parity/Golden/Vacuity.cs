using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Parity.Golden;

/// <summary>One thing that a golden cannot tell.</summary>
/// <param name="Key">What it is, without numbers that another machine or a trained weight moves: what a reason is given
/// for.</param>
/// <param name="Text">The same with them.</param>
public sealed record VacuityFault(string Key, string Text)
{
    /// <summary>Which output, input or weight.</summary>
    public required string Of { get; init; }

    /// <summary>True where other numbers in the same shapes would tell no more.</summary>
    public bool IsOfShapes { get; init; }

    /// <summary>False where no reason makes it right: numbers that are none are declared, or wrong.</summary>
    public bool CanBeRight { get; init; } = true;
}

/// <summary>What a golden cannot tell (PAR3005): asked when it is recorded, and again whenever it is
/// verified.</summary>
public static class Vacuity
{
    // In float64 rounding alone moves an output less than this, scaled.
    const double Moves = 1e-12;

    /// <summary>All that is wrong and that no reason was given for, in words; empty for a golden that can be
    /// red.</summary>
    /// <param name="document">What golden.json says.</param>
    /// <param name="tensors">Its tensors, by name.</param>
    public static ImmutableArray<string> Of(GoldenDocument document, IReadOnlyDictionary<string, Tensor> tensors) =>
        [.. Uncovered(document, tensors).Select(fault => fault.Text)];

    /// <summary>All that is wrong and that no reason was given for.</summary>
    /// <param name="document">What golden.json says.</param>
    /// <param name="tensors">Its tensors, by name.</param>
    public static ImmutableArray<VacuityFault> Uncovered(
        GoldenDocument document, IReadOnlyDictionary<string, Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(document);
        var (reason, covers) = (document.Sensitivity.Reason, document.Sensitivity.Covers);
        return string.IsNullOrWhiteSpace(reason) ? Faults(document, tensors)
            // Recorded before a reason said what it is given for.
            : covers is null ? []
            : [.. Faults(document, tensors)
                .Where(fault => !fault.CanBeRight || !covers.Value.Contains(fault.Key))];
    }

    /// <summary>What of these faults a case that has those tells no more than the one that has these.</summary>
    /// <param name="faults">Of one case.</param>
    /// <param name="others">All of another's, of the same model: what a reason permits it tells no more for
    /// that.</param>
    public static ImmutableArray<VacuityFault> Left(
        IEnumerable<VacuityFault> faults, IEnumerable<VacuityFault> others)
    {
        var blind = others.Select(fault => fault.Of).ToHashSet(StringComparer.Ordinal);
        return [.. faults.Where(fault => !fault.CanBeRight || blind.Contains(fault.Of))];
    }

    /// <summary>All that is wrong, whatever was given a reason for.</summary>
    /// <param name="document">What golden.json says.</param>
    /// <param name="tensors">Its tensors, by name.</param>
    public static ImmutableArray<VacuityFault> Faults(
        GoldenDocument document, IReadOnlyDictionary<string, Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(tensors);
        var sensitivity = document.Sensitivity;
        var faults = ImmutableArray.CreateBuilder<VacuityFault>();
        for (int i = 0; i < document.Outputs.Length; i++)
        {
            var port = document.Outputs[i];
            var tensor = tensors[GoldenStore.OutputName(port.Name)];
            long nonFinite = port.Statistics.NonFinite, elements = port.Shape.Elements;
            if (nonFinite > 0 && !document.DeclaresNonFinite)
            {
                Add($"output '{port.Name}'", " is NaN or infinite", $" in {nonFinite} of {elements} elements",
                    canBeRight: false);
            }
            else if (elements > 1 && ConstantOf(tensor) is { } constant)
                Add($"output '{port.Name}'", $" is {constant} everywhere");
            else if (!(sensitivity.Outputs[i] > Moves))
                Add($"output '{port.Name}'", " does not change with another input");
        }
        for (int i = 0; i < document.Inputs.Length; i++)
        {
            if (sensitivity.Inputs[i] <= Moves)
                Add($"input '{document.Inputs[i].Name}'", " moves no output");
        }
        foreach (var weight in sensitivity.Blind)
        {
            // Half of what follows a ReLU rests in one image; nearly all of it, or a place of a window in all channels,
            // is more than chance.
            if (weight.Elements * 10.0 > weight.Of * 9.0)
            {
                Add($"weight '{weight.Key}'", " moves neither an output nor a probe",
                    $" in {weight.Elements} of {weight.Of} elements");
            }
            else if (weight.Taps > 0)
                Add($"weight '{weight.Key}'", " moves nothing", $" in {weight.Taps} places of its window");
        }
        if (sensitivity.IsSquare)
        {
            const string Planes = "planes", Are = Planes
                + " are square where the model takes others, which hides an exchange of height and width";
            faults.Add(new VacuityFault(Are, Are) { Of = Planes, IsOfShapes = true });
        }
        return faults.ToImmutable();

        void Add(string of, string what, string howMuch = "", bool canBeRight = true) =>
            faults.Add(new VacuityFault(of + what, of + what + howMuch) { Of = of, CanBeRight = canBeRight });
    }

    /// <summary>The same as a finding; null for a golden that can be red.</summary>
    /// <param name="document">What golden.json says.</param>
    /// <param name="tensors">Its tensors, by name.</param>
    /// <param name="place">Where the finding stands.</param>
    /// <param name="cure">What to do about it.</param>
    public static Finding? Finding(
        GoldenDocument document, IReadOnlyDictionary<string, Tensor> tensors, string place, string cure)
    {
        return Finding(Of(document, tensors), place, cure);
    }

    /// <summary>The same of a golden on disk, and of what the other one tells that was recorded with it.</summary>
    /// <param name="golden">The golden.</param>
    /// <param name="cure">What to do about it.</param>
    public static Finding? Finding(GoldenCase golden, string cure)
    {
        ArgumentNullException.ThrowIfNull(golden);
        string place = golden.PlaceOf("sensitivity");
        var faults = Uncovered(golden.Document, golden.Tensors);
        if (golden.Document.Sensitivity.Other is { } name && !faults.IsEmpty)
        {
            string folder = Path.GetFullPath(Path.Combine(golden.Directory, name));
            GoldenCase other;
            try
            {
                other = GoldenStore.Read(folder);
            }
            catch (ModelException e)
            {
                return new Finding(Codes.GoldenVacuous, place, "a golden that cannot tell without the case that was " +
                    $"recorded with it, {folder}: {e.Finding.Message}");
            }
            if (other.Document.Weights.Sha256 != golden.Document.Weights.Sha256
                || other.Document.Model.Sha256 != golden.Document.Model.Sha256
                || other.Document.Model.Architecture != golden.Document.Model.Architecture)
            {
                return new Finding(Codes.GoldenVacuous, place, "a golden that cannot tell without the case that was " +
                    $"recorded with it, and {folder} is of another model now; record both again");
            }
            faults = Left(faults, Faults(other.Document, other.Tensors));
        }
        return Finding([.. faults.Select(fault => fault.Text)], place, cure);
    }

    static Finding? Finding(ImmutableArray<string> faults, string place, string cure)
    {
        if (faults.IsEmpty) return null;
        const int Named = 5;
        string more = faults.Length > Named ? $"; {faults.Length - Named} more" : "";
        return new Finding(
            Codes.GoldenVacuous, place,
            $"a golden that cannot tell: {string.Join("; ", faults.Take(Named))}{more}; {cure}");
    }

    // What all elements are; null where they differ.
    static string? ConstantOf(Tensor tensor)
    {
        int size = tensor.Type.Size();
        var bytes = tensor.Bytes.Span;
        for (int at = size; at < bytes.Length; at += size)
            if (!bytes.Slice(at, size).SequenceEqual(bytes[..size])) return null;
        return FormattableString.Invariant($"{tensor.ToDoubles()[0]:R}");
    }
}
