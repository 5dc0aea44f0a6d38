using System.Text;
using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Tests.Formats;

public sealed class SafetensorsFileTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_file_is_the_format_s_own_bytes()
    {
        SafetensorsFile.Write(_folder["x"],
            [new("b.kernel", Tensor.Of([2], [1f, -2])), new("a", Tensor.Of([], [5L]))],
            new Dictionary<string, string> { ["format"] = "flax" });
        string header =
            """{"__metadata__":{"format":"flax"},"b.kernel":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"""
            + """ "a":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}""".TrimStart();
        header = header.PadRight((header.Length + 7) / 8 * 8);
        File.ReadAllBytes(_folder["x"]).Should()
            .Equal([.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header),
            0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 5, 0, 0, 0, 0, 0, 0, 0]);
    }

    [Fact]
    public void Writing_and_reading_keeps_order_types_values_and_metadata()
    {
        var tensors = Enum.GetValues<ElementType>()
            .Select(t => KeyValuePair.Create($"ключ.{t}", new Tensor(t, [1, 3], new byte[3 * t.Size()]))).ToList();
        SafetensorsFile.Write(_folder["x"], tensors, new Dictionary<string, string> { ["b"] = "\"2\"", ["a"] = "1" });
        var read = SafetensorsFile.Read(_folder["x"], out var metadata);
        read.Keys.Should().Equal(tensors.Select(t => t.Key));
        read.Values.Select(t => t.ToString()).Should().Equal(tensors.Select(t => t.Value.ToString()));
        metadata.Should().BeEquivalentTo(new Dictionary<string, string> { ["a"] = "1", ["b"] = "\"2\"" });
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"""
        + """ "a":{"dtype":"F32","shape":[],"data_offsets":[8,12]}}""",
        12, "no valid JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"""
        + """ "b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8, "a gap or an overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "a gap or an overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 12, "need 8 bytes, found 12")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "needs 12 bytes, its offsets give 8")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", 8,
        "elements of type 'F8_E4M3' are not read")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,8]}}""", 8,
        "needs")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}}""", 8, "'-1' is no extent")]
    [InlineData("[]", 0, "no JSON object")]
    public void Headers_that_lie_are_refused(string header, int data, string reason)
    {
        File.WriteAllBytes(_folder["x"],
            [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), .. new byte[data]]);
        var read = () => SafetensorsFile.Read(_folder["x"]);
        read.Should().Throw<ModelFormatException>().WithMessage($"*{reason}*");
    }

    [Fact]
    public void A_name_is_written_once()
    {
        var tensor = Tensor.Of([], [1f]);
        var write = () => SafetensorsFile.Write(_folder["x"], [new("a", tensor), new("a", tensor)]);
        write.Should().Throw<ArgumentException>().WithMessage("*'a' is taken*");
    }

    [Fact]
    public void Damaged_files_give_tensors_or_a_finding()
    {
        SafetensorsFile.Write(_folder["honest"],
            [new("b.kernel", Tensor.Of([2], [1f, -2])), new("a", Tensor.Of([], [5L]))]);
        HostileBytes.Demand(File.ReadAllBytes(_folder["honest"]), 3, 600, bytes =>
        {
            File.WriteAllBytes(_folder["x"], bytes);
            SafetensorsFile.Read(_folder["x"]);
        });
    }
}
