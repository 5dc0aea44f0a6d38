using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Tests.Formats;

public sealed class NpyFileTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("grid.npy", "float32 (2, 3)", new[] { 0, .25, .5, .75, 1, 1.25 })]
    [InlineData("version2.npy", "float32 (2, 3)", new[] { 0, .25, .5, .75, 1, 1.25 })]
    [InlineData("big_endian.npy", "float64 (2, 3)", new[] { 0, .25, .5, .75, 1, 1.25 })]
    [InlineData("scalar.npy", "int64 ()", new[] { 7.0 })]
    [InlineData("vector.npy", "bool (2)", new[] { 1.0, 0 })]
    public void Arrays_of_numpy_are_read(string fixture, string description, double[] values)
    {
        var tensor = NpyFile.Read(Fixtures.Path(fixture));
        tensor.ToString().Should().Be(description);
        tensor.ToDoubles().Should().Equal(values);
    }

    [Fact]
    public void A_fortran_ordered_array_is_put_into_c_order()
    {
        var tensor = NpyFile.Read(Fixtures.Path("fortran.npy"));
        tensor.ToString().Should().Be("int16 (2, 3, 4)");
        tensor.ToDoubles().Should().Equal(Enumerable.Range(0, 24).Select(n => (double)n));
    }

    // In Fortran's order the first axis runs fastest.
    [Theory]
    [InlineData(new[] { 2, 3 })]
    [InlineData(new[] { 5 })]
    [InlineData(new[] { 3, 1, 4 })]
    [InlineData(new[] { 2, 3, 4, 5 })]
    public void Fortran_order_of_any_shape_is_put_into_c_order(int[] shape)
    {
        string text = $"{{'descr': '<f8', 'fortran_order': True, 'shape': ({string.Join(", ", shape)},), }}";
        byte[] header = [0x93, .. "NUMPY"u8, 1, 0, .. BitConverter.GetBytes((ushort)(text.Length + 1)),
            .. Encoding.ASCII.GetBytes(text), (byte)'\n'];
        int elements = shape.Aggregate(1, (product, extent) => product * extent);
        var stored = new double[elements];
        for (int flat = 0; flat < elements; flat++)
        {
            int left = flat, at = 0, stride = elements;
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                stride /= shape[axis];
                at += left % shape[axis] * stride;
                left /= shape[axis];
            }
            stored[at] = flat;
        }
        File.WriteAllBytes(_folder["x.npy"], [.. header, .. stored.SelectMany(BitConverter.GetBytes)]);

        NpyFile.Read(_folder["x.npy"]).ToDoubles().Should().Equal(Enumerable.Range(0, elements).Select(n => (double)n));
    }

    [Theory]
    [InlineData("grid.npy")]
    [InlineData("scalar.npy")]
    [InlineData("vector.npy")]
    public void An_array_is_written_as_numpy_writes_it(string fixture)
    {
        NpyFile.Write(_folder["x.npy"], NpyFile.Read(Fixtures.Path(fixture)));
        File.ReadAllBytes(_folder["x.npy"]).Should().Equal(Fixtures.Bytes(fixture));
    }

    [Fact]
    public void Bfloat16_is_written_as_float32()
    {
        var tensor = new Tensor(ElementType.BFloat16, [2], new byte[] { 0x80, 0x3f, 0x40, 0xc0 });
        NpyFile.Write(_folder["x.npy"], tensor);
        var read = NpyFile.Read(_folder["x.npy"]);
        read.Type.Should().Be(ElementType.Float32);
        read.ToDoubles().Should().Equal(1, -3);
    }

    [Fact]
    public void Writing_and_reading_is_identity_for_every_type_and_shape()
    {
        Gen.Select(Gen.Enum<ElementType>().Where(t => t != ElementType.BFloat16), Gen.Int[0, 4].Array[0, 4]).SelectMany(
            (type, extents) => Gen.Byte.Array[extents.Aggregate(1, (a, b) => a * b) * type.Size()]
                .Select(bytes => new Tensor(type, Shape.Create(extents), bytes)))
            .Sample(tensor =>
            {
                NpyFile.Write(_folder["x.npy"], tensor);
                var read = NpyFile.Read(_folder["x.npy"]);
                return read.Type == tensor.Type && read.Shape == tensor.Shape
                    && read.Bytes.Span.SequenceEqual(tensor.Bytes.Span);
            }, iter: 100, threads: 1);
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 0), }",
        "an extent is no number below 2^31")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647), }",
        "needs 18446744056529682436 bytes, found 0")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (), }", "elements of type '<c8' are not read")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (), }", "structured arrays are not read")]
    [InlineData("{'descr': '<f4', 'shape': (), }", "it lacks 'descr', 'fortran_order' or 'shape'")]
    [InlineData("__import__('os')", "it is no dictionary")]
    public void Headers_that_lie_are_refused(string header, string reason)
    {
        byte[] bytes =
            [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, 0, 0,
            .. Encoding.ASCII.GetBytes(header)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)header.Length);
        File.WriteAllBytes(_folder["x.npy"], bytes);
        var read = () => NpyFile.Read(_folder["x.npy"]);
        read.Should().Throw<ModelFormatException>().WithMessage($"*{reason}*");
    }

    [Fact]
    public void Damaged_arrays_give_a_tensor_or_a_finding() =>
        HostileBytes.Demand(Fixtures.Bytes("fortran.npy"), 7, 600, bytes =>
        {
            File.WriteAllBytes(_folder["x.npy"], bytes);
            NpyFile.Read(_folder["x.npy"]);
        });
}
