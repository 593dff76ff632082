using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>The side of a tor1 hop that built the circuit (tor-spec, "Routing relay cells").</summary>
public sealed class Tor1ClientHopCipher : ClientHopCipher
{
    private readonly Tor1Direction _forward;
    private readonly Tor1Direction _backward;

    /// <summary>Makes the state of a hop that is a relay.</summary>
    /// <param name="keyMaterial">Df, Db, Kf, Kb: at least 72 bytes, of which the rest is ignored.</param>
    /// <exception cref="ArgumentException">The key material is too short.</exception>
    public Tor1ClientHopCipher(ReadOnlySpan<byte> keyMaterial)
    {
        HopCiphers.RequireLength(keyMaterial, Tor1KeyMaterial.OfRelay.Length);
        _forward = Tor1KeyMaterial.OfRelay.CreateForward(keyMaterial);
        _backward = Tor1KeyMaterial.OfRelay.CreateBackward(keyMaterial);
    }

    private Tor1ClientHopCipher(Tor1Direction forward, Tor1Direction backward)
    {
        _forward = forward;
        _backward = backward;
    }

    /// <inheritdoc/>
    public override RelayCellFormat Format => RelayCellFormat.V0;

    /// <inheritdoc/>
    public override int TagLength => Tor1Direction.TagLength;

    /// <inheritdoc/>
    public override void Originate(Span<byte> payload, CellCommand command, Span<byte> tag) => _forward.Seal(payload, tag);

    /// <inheritdoc/>
    public override void EncryptForward(Span<byte> payload, CellCommand command) => _forward.Transform(payload);

    /// <inheritdoc/>
    public override bool DecryptBackward(Span<byte> payload, CellCommand command, Span<byte> tag) => _backward.TryOpen(payload, tag);

    /// <summary>A client's end of the hop to an onion service.</summary>
    internal static Tor1ClientHopCipher CreateToOnionService(ReadOnlySpan<byte> keyMaterial)
    {
        HopCiphers.RequireLength(keyMaterial, Tor1KeyMaterial.OfOnionService.Length);
        return new Tor1ClientHopCipher(
            Tor1KeyMaterial.OfOnionService.CreateForward(keyMaterial), Tor1KeyMaterial.OfOnionService.CreateBackward(keyMaterial));
    }

    /// <summary>The other end of that hop, which is also the last hop of a circuit of its owner: so only the directions change places.</summary>
    internal static Tor1ClientHopCipher CreateAtOnionService(ReadOnlySpan<byte> keyMaterial)
    {
        HopCiphers.RequireLength(keyMaterial, Tor1KeyMaterial.OfOnionService.Length);
        return new Tor1ClientHopCipher(
            Tor1KeyMaterial.OfOnionService.CreateBackward(keyMaterial), Tor1KeyMaterial.OfOnionService.CreateForward(keyMaterial));
    }

    private protected override void Wipe()
    {
        _forward.Dispose();
        _backward.Dispose();
    }
}
