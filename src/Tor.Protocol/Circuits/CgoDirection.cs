using System.Buffers.Binary;
using System.Security.Cryptography;
using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>
/// One direction of counter galois onion encryption between a client and one relay (proposal 359; stock
/// relay_crypto_cgo.c). The relay enciphers in both directions and the client deciphers in both, since only enciphering
/// spreads a change of one bit over the whole cell.
/// </summary>
internal sealed class CgoDirection : IDisposable
{
    /// <summary>Bytes of keys: those of the wide-block cipher, then the first nonce.</summary>
    public const int KeyMaterialLength = CgoWideBlockCipher.KeyLength + TagLength;

    /// <summary>Bytes of T, the front of a cell as it travels; also of the nonce that stands there in the clear.</summary>
    public const int TagLength = CgoWideBlockCipher.LeftLength;

    private readonly CgoWideBlockCipher _cipher;
    private readonly byte[] _nonce = GC.AllocateArray<byte>(TagLength, pinned: true);
    private readonly byte[] _lastTag = GC.AllocateArray<byte>(TagLength, pinned: true);

    private CgoDirection(CgoWideBlockCipher cipher, ReadOnlySpan<byte> nonce)
    {
        _cipher = cipher;
        nonce.CopyTo(_nonce);
    }

    /// <summary>N, which marks the next cell that the two ends exchange.</summary>
    internal ReadOnlySpan<byte> Nonce => _nonce;

    /// <summary>T', the tag of the cell before; part of the tweak, which chains the cells together.</summary>
    internal Span<byte> LastTag => _lastTag;

    public static CgoDirection CreateForClient(ReadOnlySpan<byte> material) => new(
        CgoWideBlockCipher.CreateDeciphering(material[..CgoWideBlockCipher.KeyLength]),
        material.Slice(CgoWideBlockCipher.KeyLength, TagLength));

    public static CgoDirection CreateForRelay(ReadOnlySpan<byte> material) => new(
        CgoWideBlockCipher.CreateEnciphering(material[..CgoWideBlockCipher.KeyLength]),
        material.Slice(CgoWideBlockCipher.KeyLength, TagLength));

    /// <summary>Client, forward: adds the layer of a hop that the cell only passes.</summary>
    public void ClientPassForward(Span<byte> payload, CellCommand command)
    {
        HopCiphers.RequireCellBody(payload);
        Decipher(payload, command);
    }

    /// <summary>Client, forward: marks a cell for this hop and adds its layer. The tag is T as it arrives there.</summary>
    public void ClientOriginate(Span<byte> payload, CellCommand command, Span<byte> tag)
    {
        HopCiphers.RequireCellBody(payload);
        _nonce.CopyTo(payload);
        Decipher(payload, command);
        CopyTag(payload, tag);
        _cipher.Update(_nonce);
    }

    /// <summary>Client, backward: removes the layer and tells whether this hop made the cell. The tag is T as it left there.</summary>
    public bool ClientReceive(Span<byte> payload, CellCommand command, Span<byte> tag)
    {
        HopCiphers.RequireCellBody(payload);
        Decipher(payload, command);
        if (!HasNonce(payload))
        {
            return false;
        }

        CopyTag(_lastTag, tag);
        _lastTag.CopyTo(_nonce);
        _cipher.Update(_nonce);
        return true;
    }

    /// <summary>Relay, forward: removes the layer and tells whether the cell is for this relay. The tag is T as it arrived.</summary>
    public bool RelayReceive(Span<byte> payload, CellCommand command, Span<byte> tag)
    {
        HopCiphers.RequireCellBody(payload);
        Span<byte> arrived = stackalloc byte[TagLength];
        payload[..TagLength].CopyTo(arrived);
        Encipher(payload, command);
        if (!HasNonce(payload))
        {
            return false;
        }

        // Unlike backward, the nonce is not replaced by the tag before the update: so stock tor does.
        CopyTag(arrived, tag);
        _cipher.Update(_nonce);
        return true;
    }

    /// <summary>Relay, backward: adds the layer of a cell that this relay only passes.</summary>
    public void RelayPassBackward(Span<byte> payload, CellCommand command)
    {
        HopCiphers.RequireCellBody(payload);
        Encipher(payload, command);
    }

    /// <summary>Relay, backward: marks a cell of this relay and adds its layer. The tag is T as it leaves.</summary>
    public void RelayOriginate(Span<byte> payload, CellCommand command, Span<byte> tag)
    {
        HopCiphers.RequireCellBody(payload);
        _nonce.CopyTo(payload);
        Encipher(payload, command);
        CopyTag(payload, tag);
        payload[..TagLength].CopyTo(_nonce);
        _cipher.Update(_nonce);
    }

    public void Dispose()
    {
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(_nonce);
        CryptographicOperations.ZeroMemory(_lastTag);
    }

    /// <summary>The relay's way: the tag of the next tweak is the front of the result.</summary>
    private void Encipher(Span<byte> payload, CellCommand command)
    {
        _cipher.Encipher(payload, _lastTag, command);
        payload[..TagLength].CopyTo(_lastTag);
    }

    /// <summary>The client's way: the tag of the next tweak is the front of the input.</summary>
    private void Decipher(Span<byte> payload, CellCommand command)
    {
        Span<byte> front = stackalloc byte[TagLength];
        payload[..TagLength].CopyTo(front);
        _cipher.Decipher(payload, _lastTag, command);
        front.CopyTo(_lastTag);
    }

    /// <summary>
    /// Constant time in two words. CryptographicOperations.FixedTimeEquals is never optimised and goes byte by byte, which
    /// would be a quarter of the cost of a passing cell.
    /// </summary>
    private bool HasNonce(ReadOnlySpan<byte> payload)
    {
        ulong first = BinaryPrimitives.ReadUInt64LittleEndian(payload) ^ BinaryPrimitives.ReadUInt64LittleEndian(_nonce);
        ulong second = BinaryPrimitives.ReadUInt64LittleEndian(payload[8..]) ^ BinaryPrimitives.ReadUInt64LittleEndian(_nonce.AsSpan(8));
        return (first | second) == 0;
    }

    private static void CopyTag(ReadOnlySpan<byte> source, Span<byte> tag)
    {
        if (!tag.IsEmpty)
        {
            source[..TagLength].CopyTo(tag);
        }
    }
}
