using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Tunic.Primitives.Cryptography;

/// <summary>
/// POLYVAL (RFC 8452, section 3), the universal hash of CGO, in constant time, under a key that is cheap to change. No allocation after
/// the constructor; not for several threads at once.
/// </summary>
public sealed class Polyval : IDisposable
{
    /// <summary>Length in bytes of a key.</summary>
    public const int KeyLength = 16;

    /// <summary>Length in bytes of a block and of the hash.</summary>
    public const int BlockLength = 16;

    private const int Batch = 8;

    private readonly bool _instructions;
    private PolyvalPowers _powers;
    private Vector128<ulong> _sum;
    private bool _disposed;

    /// <summary>Starts with a key of 16 bytes, which is copied.</summary>
    /// <exception cref="ArgumentException">The key is not 16 bytes long.</exception>
    public Polyval(ReadOnlySpan<byte> key)
        : this(key, CryptographyBackend.UsesPolyvalInstructions)
    {
    }

    internal Polyval(ReadOnlySpan<byte> key, bool instructions)
    {
        _instructions = instructions;
        Rekey(key);
    }

    /// <summary>Goes over to another key of 16 bytes, which is copied, and to the empty input.</summary>
    /// <exception cref="ArgumentException">The key is not 16 bytes long.</exception>
    /// <exception cref="ObjectDisposedException">The hash was wiped.</exception>
    public void Rekey(ReadOnlySpan<byte> key)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        KeyLengths.Require(key, KeyLength, nameof(key));
        Vector128<ulong> h = Vector128.Create(key).AsUInt64();
        _sum = default;
        _powers[Batch - 1] = h;
        if (_instructions)
        {
            InstructionPolyval.FillPowers(ref _powers);
        }
    }

    /// <summary>Goes back to the empty input under the same key.</summary>
    public void Reset() => _sum = default;

    /// <summary>Adds input; a last block that is not whole is padded with zeros.</summary>
    /// <exception cref="ObjectDisposedException">The hash was wiped.</exception>
    public void Update(ReadOnlySpan<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _sum = _instructions
            ? InstructionPolyval.Add(_sum, ref _powers, bytes)
            : ManagedPolyval.Add(_sum, _powers[Batch - 1], bytes);
    }

    /// <summary>The hash of all input so far; the state stays as it is.</summary>
    /// <param name="hash">Receives 16 bytes.</param>
    /// <exception cref="ArgumentException">The span is not 16 bytes long.</exception>
    /// <exception cref="ObjectDisposedException">The hash was wiped.</exception>
    public void Finish(Span<byte> hash)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        KeyLengths.Require(hash, BlockLength, nameof(hash));
        _sum.AsByte().CopyTo(hash);
    }

    /// <summary>Wipes the key and the state. May be called again.</summary>
    public void Dispose()
    {
        _disposed = true;
        _sum = default;
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes((Span<Vector128<ulong>>)_powers));
    }
}
