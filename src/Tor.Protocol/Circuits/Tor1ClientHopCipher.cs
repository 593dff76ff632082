using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>A client's side of a tor1 hop (tor-spec, "Routing relay cells").</summary>
public sealed class Tor1ClientHopCipher : ClientHopCipher
{
    private readonly Tor1Direction _forward;
    private readonly Tor1Direction _backward;

    /// <summary>Makes the state of a new hop.</summary>
    /// <param name="keyMaterial">Df, Db, Kf, Kb; at least <see cref="HopCiphers.CipherKeyLength"/> bytes, of which the rest is ignored.</param>
    /// <param name="onionService">True for the hop between a client and an onion service: AES-256 and SHA3-256.</param>
    /// <exception cref="ArgumentException">The key material is too short.</exception>
    public Tor1ClientHopCipher(ReadOnlySpan<byte> keyMaterial, bool onionService = false)
    {
        var layout = new Tor1KeyMaterial(onionService);
        HopCiphers.RequireLength(keyMaterial, layout.Length);
        _forward = layout.CreateForward(keyMaterial);
        _backward = layout.CreateBackward(keyMaterial);
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

    private protected override void Wipe()
    {
        _forward.Dispose();
        _backward.Dispose();
    }
}
