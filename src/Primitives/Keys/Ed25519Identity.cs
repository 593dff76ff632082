using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Tunic.Primitives.Keys;

/// <summary>An Ed25519 public key that names somebody: a relay, an authority's relay, a family, an onion service.</summary>
/// <remarks>A small value with content equality: ready to be a dictionary key.</remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Ed25519Identity : IEquatable<Ed25519Identity>, IComparable<Ed25519Identity>
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 32;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    /// <summary>Copies <see cref="Length"/> bytes.</summary>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    public Ed25519Identity(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
        {
            throw new ArgumentException($"needs {Length} bytes, not {bytes.Length}", nameof(bytes));
        }

        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>True for all bytes zero, the value of <c>default</c>; the protocol uses it for "not known".</summary>
    public bool IsZero => Equals(default);

    /// <summary>Writes the bytes to the front of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    /// <summary>A new array with the bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Reads upper or lower case hexadecimal of exactly twice <see cref="Length"/> characters.</summary>
    public static bool TryParseHex(ReadOnlySpan<char> text, out Ed25519Identity value)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (text.Length != 2 * Length || Convert.FromHexString(text, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            value = default;
            return false;
        }

        value = new Ed25519Identity(bytes);
        return true;
    }

    /// <summary>Upper-case hexadecimal.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        CopyTo(bytes);
        return Convert.ToHexString(bytes);
    }

    /// <summary>Base64 without padding, as directory documents write it.</summary>
    public string ToBase64()
    {
        Span<byte> bytes = stackalloc byte[Length];
        CopyTo(bytes);
        return Convert.ToBase64String(bytes).TrimEnd('=');
    }

    /// <summary>Orders as the bytes do, first byte first.</summary>
    public int CompareTo(Ed25519Identity other)
    {
        Span<byte> left = stackalloc byte[Length];
        Span<byte> right = stackalloc byte[Length];
        CopyTo(left);
        other.CopyTo(right);
        return left.SequenceCompareTo(right);
    }

    /// <inheritdoc/>
    public bool Equals(Ed25519Identity other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Ed25519Identity other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_a, _b, _c, _d);

    /// <summary>Content equality.</summary>
    public static bool operator ==(Ed25519Identity left, Ed25519Identity right) => left.Equals(right);

    /// <summary>Content inequality.</summary>
    public static bool operator !=(Ed25519Identity left, Ed25519Identity right) => !left.Equals(right);

    /// <summary>Orders as the bytes do.</summary>
    public static bool operator <(Ed25519Identity left, Ed25519Identity right) => left.CompareTo(right) < 0;

    /// <summary>Orders as the bytes do.</summary>
    public static bool operator <=(Ed25519Identity left, Ed25519Identity right) => left.CompareTo(right) <= 0;

    /// <summary>Orders as the bytes do.</summary>
    public static bool operator >(Ed25519Identity left, Ed25519Identity right) => left.CompareTo(right) > 0;

    /// <summary>Orders as the bytes do.</summary>
    public static bool operator >=(Ed25519Identity left, Ed25519Identity right) => left.CompareTo(right) >= 0;
}
