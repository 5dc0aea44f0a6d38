using System.Globalization;
using System.Runtime.InteropServices;

namespace Harness.MSBuild.UpToDate;

/// <summary>What a file system says about a file without reading it, links followed.</summary>
/// <param name="Text">Size, times of last write and last change, device and inode, in one word.</param>
/// <param name="ChangedAt">When its content or its times were last changed, in seconds since 1970.</param>
/// <param name="IsRegular">False for a folder, a pipe, a device: nothing that could be hashed.</param>
/// <param name="IsReliable">True where the same word means the same content.</param>
readonly record struct FileKey(string Text, long ChangedAt, bool IsRegular, bool IsReliable)
{
    const int CurrentFolder = -100, BasicFacts = 0x7ff, TypeMask = 0xf000, Regular = 0x8000;
    const int NoSuchFile = 2, NoFolder = 20;

    static bool s_missing = !OperatingSystem.IsLinux();

    /// <summary>The key of a file; null where there is none.</summary>
    /// <remarks>
    /// A time of last write can be set to what it was by whoever copies or unpacks a file; the time of change (ctime)
    /// cannot, so that the key sees a rewrite in place that restores all else. .NET does not tell it, and statx has
    /// one layout on all processors. Where it is not to be had, the key says so and content is read every time.
    /// </remarks>
    public static FileKey? Of(string path)
    {
        if (!s_missing)
        {
            try
            {
                if (StatX(CurrentFolder, path, 0, BasicFacts, out var facts) == 0)
                    return new FileKey(
                        string.Create(CultureInfo.InvariantCulture, $"{facts.Size}-{facts.WrittenAt}.{facts.WrittenNs}-"
                            + $"{facts.ChangedAt}.{facts.ChangedNs}-{facts.Major}:{facts.Minor}-{facts.Inode}"),
                        Math.Max(facts.ChangedAt, facts.WrittenAt), (facts.Mode & TypeMask) == Regular, true);
                if (Marshal.GetLastPInvokeError() is NoSuchFile or NoFolder)
                    return null;
            }
            catch (EntryPointNotFoundException)
            {
                // A C library older than statx.
                s_missing = true;
            }
        }
        var file = new FileInfo(path);
        if (!file.Exists)
            return Directory.Exists(path) ? new FileKey("folder", 0, false, false) : null;
        var written = file.LastWriteTimeUtc;
        return new FileKey(string.Create(CultureInfo.InvariantCulture, $"{file.Length}-{written.Ticks}"),
            new DateTimeOffset(written).ToUnixTimeSeconds(), true, false);
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true, BestFitMapping = false)]
    static extern int StatX(
        int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, out FileFacts facts);

    // struct statx: https://man7.org/linux/man-pages/man2/statx.2.html
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    struct FileFacts
    {
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(96)] public long ChangedAt;
        [FieldOffset(104)] public uint ChangedNs;
        [FieldOffset(112)] public long WrittenAt;
        [FieldOffset(120)] public uint WrittenNs;
        [FieldOffset(136)] public uint Major;
        [FieldOffset(140)] public uint Minor;
    }
}
