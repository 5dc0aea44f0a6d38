using System.Collections.Immutable;

namespace Harness.Executor.Program;

/// <summary>What leaves are called: the module's path as PyTorch has it, and Flax's name for a layer's
/// parameter.</summary>
/// <remarks>Modules and arrays of one module share a name space in Flax, over all collections. Where two weights want
/// one name, it is that one's which PyTorch calls by the layer's usual name, and others keep the name they have
/// there.</remarks>
static class LeafNames
{
    static readonly string[] s_usual = ["weight", "bias", "running_mean", "running_var"];

    /// <summary>The paths of weights, without their collections.</summary>
    /// <param name="weights">The state-dict key of each, and Flax's name for it; null for an ordinary array.</param>
    public static ImmutableArray<string>[] Of(ImmutableArray<(string Key, string? Leaf)> weights)
    {
        var claims = weights.Select((weight, i) => new Claim(i, weight.Key, weight.Leaf)).ToArray();
        var wanted = claims.Where(claim => claim.Leaf is not null)
            .CountBy(claim => claim.PathOf(claim.Leaf!)).ToDictionary();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var claim in claims)
            for (int parts = 1; parts <= claim.Module.Length; parts++)
                taken.Add(string.Join('/', claim.Module[..parts]));
        var paths = new ImmutableArray<string>[claims.Length];
        foreach (var claim in claims.OrderBy(claim => claim.IsUsual ? 0 : claim.Leaf is not null ? 1 : 2))
        {
            bool contested = claim.Leaf is not null && wanted[claim.PathOf(claim.Leaf)] > 1;
            string[] names = claim.Leaf is null || (contested && !claim.IsUsual) ? [claim.Own]
                : [claim.Leaf, claim.Own];
            string? name = names.FirstOrDefault(name => taken.Add(claim.PathOf(name)));
            for (int n = 2; name is null; n++)
                if (taken.Add(claim.PathOf($"{claim.Own}_{n}"))) name = $"{claim.Own}_{n}";
            paths[claim.Index] = [.. claim.Module, name];
        }
        return paths;
    }

    sealed class Claim
    {
        public Claim(int index, string key, string? leaf)
        {
            string[] parts = key.Split('.');
            Index = index;
            Leaf = leaf;
            Own = Written(parts[^1]);
            Module = [.. parts[..^1].Select(ModuleName)];
            IsUsual = leaf is not null && s_usual.Contains(parts[^1]);
        }

        public int Index { get; }

        public string? Leaf { get; }

        public string Own { get; }

        public string[] Module { get; }

        public bool IsUsual { get; }

        public string PathOf(string name) => string.Join('/', [.. Module, name]);

        // Linen takes a child of this name for the collection.
        static string ModuleName(string part) => part == "params" ? "params_" : Written(part);

        // Files join paths with it.
        static string Written(string part) => part.Replace('/', '_');
    }
}
