using System.Buffers;
using System.IO.MemoryMappedFiles;
using Harness.Executor.Model;

namespace Harness.Formats.Storage;

/// <summary>A file mapped read-only. Tensors are views of it; they end with it.</summary>
/// <remarks>Shrinking a file while it is mapped kills the process on every system, so writers replace files
/// (<see cref="AtomicFile"/>) and never rewrite them in place.</remarks>
sealed unsafe class MappedFile : IDisposable
{
    readonly MemoryMappedFile? _map;
    readonly MemoryMappedViewAccessor? _view;
    readonly byte* _start;
    volatile bool _closed;

    MappedFile(string path) => Path = path;

    MappedFile(string path, FileStream stream)
    {
        Path = path;
        Length = stream.Length;
        if (Length == 0) return;
        _map = MemoryMappedFile.CreateFromFile(
            stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _start = start + _view.PointerOffset;
    }

    /// <summary>The path as the caller gave it.</summary>
    public string Path { get; }

    /// <summary>Bytes in the file.</summary>
    public long Length { get; }

    /// <summary>Maps a file.</summary>
    /// <exception cref="ModelFormatException">It is missing, a folder, empty of rights, a pointer of Git LFS's, or
    /// cannot be mapped.</exception>
    public static MappedFile Open(string path)
    {
        var file = Map(path);
        if (PathFault.OfContent(file.Span(0, (int)Math.Min(file.Length, 64))) is not { } why) return file;
        file.Dispose();
        throw file.Bad(-1, why);
    }

    static MappedFile Map(string path)
    {
        try
        {
            // A pipe has no length and is not opened, which would wait for whoever writes it; an empty file is the same
            // to every reader.
            if (new FileInfo(path) is { Exists: true, Length: 0, LinkTarget: null }) return new MappedFile(path);
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1);
            try
            {
                return new MappedFile(path, stream);
            }
            catch
            {
                stream.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            throw new ModelFormatException(
                path, -1, Codes.ModelUnreadable, $"cannot be opened: {PathFault.OfOpening(path, e)}", e);
        }
    }

    /// <summary>The bytes from <paramref name="offset"/>; the caller has checked the bounds.</summary>
    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - offset, nameof(length));
        return length == 0 ? [] : new ReadOnlySpan<byte>(_start + offset, length);
    }

    /// <summary>A view that stays valid until this file is disposed; reading it afterwards throws.</summary>
    public ReadOnlyMemory<byte> Memory(long offset, int length)
    {
        _ = Span(offset, length);
        return length == 0 ? ReadOnlyMemory<byte>.Empty : new View(this, offset, length).Memory;
    }

    /// <summary>A stream over a part of the file.</summary>
    public Stream Stream(long offset, long length)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - offset);
        return length == 0 ? System.IO.Stream.Null : new UnmanagedMemoryStream(_start + offset, length);
    }

    /// <summary>An error about this file.</summary>
    public ModelFormatException Bad(long offset, string message) => new(Path, offset, Codes.ModelUnreadable, message);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        if (_start != null) _view!.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _map?.Dispose();
    }

    // One manager per view, because a Memory<byte> counts in int and a file may be larger than 2 GiB.
    sealed class View(MappedFile file, long offset, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan()
        {
            ObjectDisposedException.ThrowIf(file._closed, file);
            return new Span<byte>(file._start + offset, length);
        }

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            ObjectDisposedException.ThrowIf(file._closed, file);
            ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)length, nameof(elementIndex));
            return new MemoryHandle(file._start + offset + elementIndex);
        }

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
