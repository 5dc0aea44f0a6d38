using System.Security.Cryptography;
using System.Text;
using Harness.Executor.Model;

namespace Harness.Parity.Golden;

/// <summary>The hashes that tie a golden to what it was recorded from; lower-case hexadecimal.</summary>
public static class Sha256Hash
{
    /// <summary>The hash of a file's bytes.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string OfFile(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>The hash of these bytes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>The hash of a tensor: element type and shape as text, a zero byte, its bytes.</summary>
    /// <remarks>Type and shape belong to it: the same bytes read as another shape are another tensor.</remarks>
    public static string Of(Tensor tensor)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, tensor);
        return Finish(hash);
    }

    /// <summary>The hash of all weights: every key, sorted ordinally, with its tensor. The file they came from does not
    /// matter, so a <c>.pth</c> and a <c>.safetensors</c> of the same weights have the same hash.</summary>
    public static string Of(StateDict weights)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string key in weights.Keys.Order(StringComparer.Ordinal))
        {
            AppendText(hash, key);
            Append(hash, weights[key]);
        }
        return Finish(hash);
    }

    /// <summary>The hash of the probes' values, in this order.</summary>
    public static string Of(IEnumerable<Tensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in tensors) Append(hash, tensor);
        return Finish(hash);
    }

    static void Append(IncrementalHash hash, Tensor tensor)
    {
        AppendText(hash, tensor.ToString());
        hash.AppendData(tensor.Bytes.Span);
    }

    static void AppendText(IncrementalHash hash, string text)
    {
        hash.AppendData(Encoding.UTF8.GetBytes(text));
        hash.AppendData([0]);
    }

    static string Finish(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset());
}
