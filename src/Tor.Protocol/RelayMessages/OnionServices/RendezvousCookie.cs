using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.RelayMessages.OnionServices;

/// <summary>20 random bytes by which a rendezvous point knows which circuits belong together. A small value with content equality.</summary>
public readonly record struct RendezvousCookie
{
    /// <summary>Length in bytes.</summary>
    public const int Length = Digest160.Length;

    private readonly Digest160 _bytes;

    /// <summary>Copies <see cref="Length"/> bytes.</summary>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    public RendezvousCookie(ReadOnlySpan<byte> bytes) => _bytes = new Digest160(bytes);

    /// <summary>True for all bytes zero, the value of <c>default</c>: no client may ever send it.</summary>
    public bool IsZero => _bytes.IsZero;

    /// <summary>A fresh one.</summary>
    public static RendezvousCookie Generate(RandomSource random)
    {
        Span<byte> bytes = stackalloc byte[Length];
        random.Fill(bytes);
        return new RendezvousCookie(bytes);
    }

    /// <summary>Writes the bytes to the front of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => _bytes.CopyTo(destination);

    /// <summary>A new array with the bytes.</summary>
    public byte[] ToArray() => _bytes.ToArray();
}
