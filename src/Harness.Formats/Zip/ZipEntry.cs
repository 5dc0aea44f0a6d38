namespace Harness.Formats.Zip;

/// <summary>One file of a zip archive, as its central directory states it.</summary>
/// <param name="Name">Path with forward slashes.</param>
/// <param name="Method">0 stored, 8 deflated.</param>
/// <param name="Crc">CRC-32 of the plain bytes.</param>
/// <param name="PackedLength">Bytes in the file.</param>
/// <param name="Length">Plain bytes.</param>
/// <param name="Offset">Where its bytes begin in the file, behind the local header.</param>
sealed record ZipEntry(string Name, int Method, uint Crc, long PackedLength, long Length, long Offset)
{
    /// <summary>The bytes stand in the file as they are.</summary>
    public bool IsStored => Method == 0;
}
