using System.Buffers;
using Harness.Executor.Model;
using Microsoft.Win32.SafeHandles;

namespace Harness.Formats.Storage;

/// <summary>A file whose bytes are read when somebody asks for them. Tensors are views of it; they end with
/// it.</summary>
/// <remarks>It is not mapped: of a mapped file that a training run cuts short meanwhile, the next look at what is gone
/// kills the process, on every system. What is read stays read; memory that nobody asks for is never touched.</remarks>
sealed unsafe class OpenedFile : IDisposable
{
    // Large enough for a disk's full speed, small enough that a look at a header costs next to nothing.
    const int PieceShift = 17;
    const int PieceBytes = 1 << PieceShift;

    readonly SafeFileHandle? _handle;
    readonly byte* _start;

    // A bit a piece.
    readonly ulong[] _read = [];
    readonly Lock _reading = new();
    readonly List<OpenedFile> _inner = [];
    volatile bool _closed;

    OpenedFile(string path) => Path = path;

    OpenedFile(string path, SafeFileHandle handle)
    {
        Path = path;
        Length = RandomAccess.GetLength(handle);
        _handle = handle;
        if (Length == 0) return;
        long memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (Length > memory)
        {
            throw new ModelException(new Finding(Codes.OutOfMemory, path,
                $"the file has {Length / 1e9:0.0} GB, more than the {memory / 1e9:0.0} GB of memory that there are"));
        }
        _start = (byte*)LargePages.Allocate((nuint)Length, 64);
        _read = new ulong[((Length - 1) >> PieceShift) / 64 + 1];
    }

    OpenedFile(string path, ReadOnlySpan<byte> bytes)
    {
        Path = path;
        Length = bytes.Length;
        if (Length == 0) return;
        _start = (byte*)LargePages.Allocate((nuint)Length, 64);
        bytes.CopyTo(new Span<byte>(_start, bytes.Length));
        _read = new ulong[((Length - 1) >> PieceShift) / 64 + 1];
        Array.Fill(_read, ulong.MaxValue);
    }

    /// <summary>Another file that ends with this one: a part of the same weights.</summary>
    public void Adopt(OpenedFile other) => _inner.Add(other);

    /// <summary>A file in this file: a copy of its bytes, which ends with it.</summary>
    /// <param name="bytes">All of it.</param>
    public OpenedFile Within(ReadOnlySpan<byte> bytes)
    {
        var inner = new OpenedFile(Path, bytes);
        _inner.Add(inner);
        return inner;
    }

    /// <summary>The path as the caller gave it.</summary>
    public string Path { get; }

    /// <summary>Bytes in the file.</summary>
    public long Length { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="ModelFormatException">It is missing, a folder, empty of rights, a pointer of Git LFS's, or
    /// cannot be read.</exception>
    /// <exception cref="ModelException">PAR9004: it is larger than all memory.</exception>
    public static OpenedFile Open(string path)
    {
        var file = OpenAny(path);
        try
        {
            return PathFault.OfContent(file.Span(0, (int)Math.Min(file.Length, 64))) is { } why
                ? throw file.Bad(-1, why) : file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    static OpenedFile OpenAny(string path)
    {
        try
        {
            // A pipe has no length and is not opened, which would wait for whoever writes it; an empty file is the same
            // to every reader.
            if (!WholeFile.HasSize(path)) return new OpenedFile(path);
            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            try
            {
                return new OpenedFile(path, handle);
            }
            catch
            {
                handle.Dispose();
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
    /// <exception cref="ModelFormatException">They are not there any more.</exception>
    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - offset, nameof(length));
        return length == 0 ? [] : new ReadOnlySpan<byte>(Loaded(offset, length), length);
    }

    /// <summary>A view that stays valid until this file is disposed; reading it afterwards throws.</summary>
    public ReadOnlyMemory<byte> Memory(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - offset, nameof(length));
        return length == 0 ? ReadOnlyMemory<byte>.Empty : new View(this, offset, length).Unread;
    }

    /// <summary>A stream over a part of the file.</summary>
    public Stream Stream(long offset, long length)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - offset);
        return length == 0 ? System.IO.Stream.Null : new UnmanagedMemoryStream(Loaded(offset, length), length);
    }

    /// <summary>An error about this file.</summary>
    public ModelFormatException Bad(long offset, string message) => new(Path, offset, Codes.ModelUnreadable, message);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        foreach (var inner in _inner) inner.Dispose();
        _handle?.Dispose();
        LargePages.Free(_start);
    }

    byte* Loaded(long offset, long length)
    {
        long last = (offset + length - 1) >> PieceShift;
        for (long piece = offset >> PieceShift; piece <= last; piece++)
            if (!IsRead(piece)) Read(piece);
        return _start + offset;
    }

    bool IsRead(long piece) => (Volatile.Read(ref _read[piece / 64]) & (1UL << (int)(piece % 64))) != 0;

    void Read(long piece)
    {
        lock (_reading)
        {
            if (IsRead(piece)) return;
            long at = piece << PieceShift;
            int left = (int)Math.Min(PieceBytes, Length - at);
            while (left > 0)
            {
                int read = ReadAt(at, left);
                if (read == 0)
                    throw Bad(at, $"the file ended here while it was read; it had {Length} bytes when it was opened");
                at += read;
                left -= read;
            }
            Volatile.Write(ref _read[piece / 64], _read[piece / 64] | (1UL << (int)(piece % 64)));
        }
    }

    int ReadAt(long at, int length)
    {
        try
        {
            return RandomAccess.Read(_handle!, new Span<byte>(_start + at, length), at);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException(
                Path, at, Codes.ModelUnreadable, $"cannot be read: {PathFault.OfOpening(Path, e)}", e);
        }
    }

    // One manager per view, because a Memory<byte> counts in int and a file may be larger than 2 GiB.
    sealed class View(OpenedFile file, long offset, int length) : MemoryManager<byte>
    {
        // Memory, which does the same, looks at the span for its length.
        public Memory<byte> Unread => CreateMemory(length);

        public override Span<byte> GetSpan()
        {
            ObjectDisposedException.ThrowIf(file._closed, file);
            return new Span<byte>(file.Loaded(offset, length), length);
        }

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            ObjectDisposedException.ThrowIf(file._closed, file);
            ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)length, nameof(elementIndex));
            return new MemoryHandle(file.Loaded(offset, length) + elementIndex);
        }

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
