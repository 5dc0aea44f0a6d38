using System.Globalization;

namespace Build.Arguments;

/// <summary>Which shard does what is not dealt by goldens.</summary>
public static class ShardWork
{
    /// <summary>True in the shard that does a piece of it, or where there are no shards: as many pieces as there are
    /// shards fall to one each.</summary>
    /// <param name="shard">i/n; null for no shards.</param>
    /// <param name="piece">Which piece, from 0.</param>
    public static bool Falls(string? shard, int piece) => shard?.Split('/') is not [var index, var count]
        || int.Parse(index, CultureInfo.InvariantCulture) - 1
            == piece % int.Parse(count, CultureInfo.InvariantCulture);
}
