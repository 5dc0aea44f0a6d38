using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;

namespace Harness.Parity.Verification;

/// <summary>The model of a case, and whether it is the one that the golden was recorded from.</summary>
static class CaseModel
{
    /// <summary>Opens the model that the caller or else golden.json names.</summary>
    /// <exception cref="ModelException">It is not there or cannot be read.</exception>
    public static TorchModel Open(VerifyRequest request, GoldenCase golden, OpenModel open)
    {
        var name = NameOf(request, golden);
        if (name.File is { } path && !File.Exists(path))
        {
            string place = request.Model is null ? golden.PlaceOf("model") : path;
            string why = Directory.Exists(path) ? "is a folder, not a file" : "is not there";
            throw new ModelException(new Finding(Codes.ModelUnreadable, place, $"the model '{path}' {why}"));
        }
        return open.Get(
            request.Read?.Graph ?? name.Text, WeightsOf(request, golden), golden.Document.Model.Arguments);
    }

    /// <summary>The same model for who does not verify it; the caller's to dispose.</summary>
    /// <exception cref="ModelException">It is not there or cannot be read.</exception>
    public static TorchModel Open(VerifyRequest request, GoldenCase golden) => ModelFile.Open(
        request.Read?.Graph ?? NameOf(request, golden).Text, WeightsOf(request, golden),
        arguments: golden.Document.Model.Arguments);

    // A file beside the golden, or a seed; null where the model file holds its weights.
    static string? WeightsOf(VerifyRequest request, GoldenCase golden) =>
        request.Weights ?? request.Read?.Weights ?? golden.WeightsPath
        ?? (golden.Document.Weights.Seed is { } seed ? WeightsName.OfSeed(seed).Text : null);

    /// <summary>PAR3002 where model, weights or inputs are not those that were recorded.</summary>
    public static Finding? Staleness(
        VerifyRequest request, GoldenCase golden, TorchModel model, Func<string> weightsHash)
    {
        var document = golden.Document;
        if (ModelFault(NameOf(request, golden), request.Read?.Graph, document.Model) is { } other)
            return Stale(request, golden, "model", other);
        if (request.Arguments is { } given && !Sorted(given.Split(';')).SequenceEqual(Sorted(document.Model.Arguments)))
        {
            return Stale(request, golden, "model", $"the case states the arguments {given}, the golden was recorded "
                + $"with {(document.Model.Arguments.IsEmpty ? "none" : string.Join(';', document.Model.Arguments))}");
        }
        string weights = weightsHash();
        if (weights != document.Weights.Sha256)
            return Stale(
                request, golden, "weights",
                $"the weights have hash {Head(weights)}, the golden was recorded with {Head(document.Weights.Sha256)}");
        var (expected, recorded) = (model.Graph.Inputs, document.Inputs);
        string? why = !expected.Select(port => port.Name).SequenceEqual(recorded.Select(port => port.Name))
            ? $"the model takes {Names(expected.Select(port => port.Name))}, the golden holds " +
                $"{Names(recorded.Select(port => port.Name))}"
            : model.IsScript ? null : TypeFault(expected, recorded);
        return why is null ? null
            : Stale(request, golden, recorded.IsEmpty ? "model" : GoldenStore.InputName(recorded[0].Name), why);
    }

    static IEnumerable<string> Sorted(IEnumerable<string> arguments) =>
        arguments.Select(argument => argument.Trim()).Order(StringComparer.Ordinal);

    // A trace states no types: its inputs are of those that it was recorded with.
    static string? TypeFault(IReadOnlyList<Port> expected, IReadOnlyList<GoldenPort> recorded)
    {
        for (int i = 0; i < expected.Count; i++)
        {
            var (takes, holds) = (Fact.Of(expected[i].Type, []).Type, Fact.Of(recorded[i].Type, []).Type);
            if (takes != holds)
                return $"the model takes '{expected[i].Name}' as {takes.NumPyName()}, the golden holds " +
                    $"{holds.NumPyName()}";
        }
        return null;
    }

    /// <summary>The inputs that a golden was recorded with.</summary>
    public static Fact[] Inputs(GoldenCase golden) =>
        [.. golden.Document.Inputs.Select(port => Fact.Of(port.Type, port.Shape))];

    static string? ModelFault(ModelName name, string? read, GoldenModel recorded)
    {
        if (name.File is not { } path || recorded.Architecture is not null)
        {
            string was = recorded.Architecture is { } known ? ModelName.OfArchitecture(known).Text : "a file";
            return name.Text == was ? null : $"the model is '{name}', the golden was recorded from {was}";
        }
        string found = Sha256Hash.OfFile(read ?? path);
        return found == recorded.Sha256
            ? null
            : $"the model '{(read is null ? path : name.Text)}' has hash {Head(found)}, the golden was recorded from "
                + Head(recorded.Sha256 ?? "");
    }

    static ModelName NameOf(VerifyRequest request, GoldenCase golden)
    {
        var named = request.Model is { } stated ? new ModelName(stated)
            : golden.Document.Model.Architecture is { } own ? ModelName.OfArchitecture(own)
            : new ModelName(golden.ModelPath!);
        return named.In(Environment.CurrentDirectory);
    }

    // Recording takes the weights that the golden names.
    static Finding Stale(VerifyRequest request, GoldenCase golden, string fact, string why) => new(
        Codes.GoldenStale, golden.PlaceOf(fact), $"golden stale: {why}; if the change is meant, record it again: " +
            RecordLine.Of(golden.Document.Sensitivity.Other == GoldenStore.FirstName
                ? Path.GetDirectoryName(golden.Directory)! : golden.Directory,
                NameOf(request, golden).Text, request.Weights, request.Arguments));

    static string Names(IEnumerable<string> names) => $"({string.Join(", ", names)})";

    static string Head(string hash) => hash.Length > 12 ? $"{hash[..12]}…" : hash;
}
