using System.Security.Cryptography;
using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>
/// UIV+, the wide-block cipher of CGO: a tweakable cipher over the first 16 bytes of a cell, whose tweak includes the rest,
/// and a key stream over the rest, seeded by the first 16 (proposal 359, "UIV+").
/// </summary>
internal sealed class CgoWideBlockCipher : IDisposable
{
    /// <summary>Bytes of the keys of both parts.</summary>
    public const int KeyLength = CgoTweakableCipher.KeyLength + CgoKeyStream.KeyLength;

    /// <summary>Bytes of the left part, X_L; the right part is the rest of the cell's body.</summary>
    public const int LeftLength = 16;

    private const int UpdateLength = KeyLength + LeftLength;

    private readonly CgoTweakableCipher _left;
    private readonly CgoKeyStream _right;

    private CgoWideBlockCipher(CgoTweakableCipher left, CgoKeyStream right)
    {
        _left = left;
        _right = right;
    }

    public static CgoWideBlockCipher CreateEnciphering(ReadOnlySpan<byte> keys) => new(
        CgoTweakableCipher.CreateEnciphering(keys[..CgoTweakableCipher.KeyLength]),
        new CgoKeyStream(keys[CgoTweakableCipher.KeyLength..]));

    public static CgoWideBlockCipher CreateDeciphering(ReadOnlySpan<byte> keys) => new(
        CgoTweakableCipher.CreateDeciphering(keys[..CgoTweakableCipher.KeyLength]),
        new CgoKeyStream(keys[CgoTweakableCipher.KeyLength..]));

    /// <param name="payload">A cell's body of the right length, changed in place.</param>
    /// <param name="tweak">H, 16 bytes.</param>
    /// <param name="command">The cell's command, the other part of the tweak.</param>
    public void Encipher(Span<byte> payload, ReadOnlySpan<byte> tweak, CellCommand command)
    {
        Span<byte> left = payload[..LeftLength];
        Span<byte> right = payload[LeftLength..];
        _left.Transform(left, tweak, command, right);
        _right.Apply(left, right);
    }

    /// <summary>The inverse of <see cref="Encipher"/>.</summary>
    public void Decipher(Span<byte> payload, ReadOnlySpan<byte> tweak, CellCommand command)
    {
        Span<byte> left = payload[..LeftLength];
        Span<byte> right = payload[LeftLength..];
        _right.Apply(left, right);
        _left.Transform(left, tweak, command, right);
    }

    /// <summary>Replaces the keys and the nonce by what follows from them; nobody can go back.</summary>
    public void Update(Span<byte> nonce)
    {
        Span<byte> derived = stackalloc byte[UpdateLength];
        _right.Derive(nonce, derived);
        _left.SetKey(derived[..CgoTweakableCipher.KeyLength]);
        _right.SetKey(derived.Slice(CgoTweakableCipher.KeyLength, CgoKeyStream.KeyLength));
        derived[KeyLength..].CopyTo(nonce);
        CryptographicOperations.ZeroMemory(derived);
    }

    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
    }
}
