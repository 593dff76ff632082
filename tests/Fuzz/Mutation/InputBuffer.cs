namespace Tunic.Tests.Fuzz.Mutation;

/// <summary>An input that is being changed in place. What would make it too long is cut off.</summary>
internal sealed class InputBuffer(int maxLength)
{
    private readonly byte[] _bytes = new byte[maxLength];

    public int Length { get; private set; }

    public int MaxLength => _bytes.Length;

    public Span<byte> Span => _bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    public void Set(ReadOnlySpan<byte> input)
    {
        Length = Math.Min(input.Length, _bytes.Length);
        input[..Length].CopyTo(_bytes);
    }

    public void Remove(int start, int count)
    {
        count = Math.Min(count, Length - start);
        _bytes.AsSpan(start + count, Length - start - count).CopyTo(_bytes.AsSpan(start));
        Length -= count;
    }

    /// <summary>Makes room and returns it, as far as there is any; its content is whatever was there.</summary>
    public Span<byte> Insert(int start, int count)
    {
        count = Math.Min(count, _bytes.Length - Length);
        _bytes.AsSpan(start, Length - start).CopyTo(_bytes.AsSpan(start + count));
        Length += count;
        return _bytes.AsSpan(start, count);
    }

    /// <summary>Puts bytes in, which may be part of this very input.</summary>
    public void Insert(int start, scoped ReadOnlySpan<byte> bytes)
    {
        Span<byte> copy = bytes.Length <= 1024 ? stackalloc byte[bytes.Length] : new byte[bytes.Length];
        bytes.CopyTo(copy);
        Span<byte> room = Insert(start, bytes.Length);
        copy[..room.Length].CopyTo(room);
    }
}
