using System.Buffers;

namespace Harness.Executor.Model;

/// <summary>A tensor for a while: what was made for this one use goes when it is disposed and not when a collector
/// finds it, since a weight may be larger than all else that a process holds.</summary>
public sealed class BorrowedTensor : IDisposable
{
    readonly NativeBytes? _own;

    BorrowedTensor(Tensor tensor, NativeBytes? own)
    {
        Tensor = tensor;
        _own = own;
    }

    /// <summary>The tensor; not to be read after <see cref="Dispose"/>.</summary>
    public Tensor Tensor { get; }

    /// <summary>Somebody else's tensor, which stays.</summary>
    public static BorrowedTensor Of(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return new BorrowedTensor(tensor, null);
    }

    /// <summary>A new tensor.</summary>
    /// <param name="type">What one element is.</param>
    /// <param name="shape">Extents.</param>
    /// <param name="fill">Writes every byte.</param>
    public static BorrowedTensor Make(ElementType type, Shape shape, SpanAction fill)
    {
        ArgumentNullException.ThrowIfNull(fill);
        int length = checked((int)(shape.Elements * type.Size()));
        if (length == 0) return Of(new Tensor(type, shape, ReadOnlyMemory<byte>.Empty));
        var own = new NativeBytes(length);
        try
        {
            fill(own.GetSpan());
            return new BorrowedTensor(new Tensor(type, shape, own.Memory), own);
        }
        catch
        {
            own.Free();
            throw;
        }
    }

    /// <summary>The tensor to keep: a copy where it was made for this one use.</summary>
    public Tensor Keep() => _own is null ? Tensor : new Tensor(Tensor.Type, Tensor.Shape, Tensor.Bytes.ToArray());

    /// <summary>Lets go of what was made.</summary>
    public void Dispose() => _own?.Free();

    /// <summary>Writes bytes.</summary>
    public delegate void SpanAction(Span<byte> bytes);

    // No finalizer: a span outlives the object that gave it.
    sealed unsafe class NativeBytes(int length) : MemoryManager<byte>
    {
        nint _bytes = (nint)LargePages.Allocate((nuint)length, 64);

        public void Free()
        {
            nint bytes = Interlocked.Exchange(ref _bytes, 0);
            if (bytes != 0) LargePages.Free((void*)bytes);
        }

        public override Span<byte> GetSpan()
        {
            ObjectDisposedException.ThrowIf(_bytes == 0, this);
            return new Span<byte>((void*)_bytes, length);
        }

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            ObjectDisposedException.ThrowIf(_bytes == 0, this);
            ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)length, nameof(elementIndex));
            return new MemoryHandle((byte*)_bytes + elementIndex);
        }

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing) => Free();
    }
}
