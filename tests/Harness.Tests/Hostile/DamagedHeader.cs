using System.Buffers.Binary;

namespace Harness.Tests.Hostile;

/// <summary>Damages the text in front of a file's elements, and makes the length that is stated of it right
/// again.</summary>
static class DamagedHeader
{
    /// <summary>A safetensors file.</summary>
    public static byte[] OfSafetensors(Random random, byte[] honest)
    {
        if (random.Next(3) == 0) return Damage.Bytes(random, honest);
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(honest);
        byte[] header = Damage.Text(random, honest[8..(8 + length)]), stated = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(stated, header.Length);
        return [.. stated, .. header, .. honest[(8 + length)..]];
    }

    /// <summary>An array of NumPy's, of whatever version.</summary>
    public static byte[] OfNpy(Random random, byte[] honest)
    {
        if (random.Next(3) == 0) return Damage.Bytes(random, honest);
        bool isFirst = honest[6] == 1;
        int at = isFirst ? 10 : 12;
        int length = isFirst ? BinaryPrimitives.ReadUInt16LittleEndian(honest.AsSpan(8))
            : BinaryPrimitives.ReadInt32LittleEndian(honest.AsSpan(8));
        byte[] header = Damage.Text(random, honest[at..(at + length)]), stated = honest[..at];
        if (isFirst) BinaryPrimitives.WriteUInt16LittleEndian(stated.AsSpan(8), (ushort)header.Length);
        else BinaryPrimitives.WriteInt32LittleEndian(stated.AsSpan(8), header.Length);
        return [.. stated, .. header, .. honest[(at + length)..]];
    }
}
