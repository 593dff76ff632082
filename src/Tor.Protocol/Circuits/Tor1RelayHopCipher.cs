using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>A relay's side of a tor1 hop (tor-spec, "Routing relay cells").</summary>
public sealed class Tor1RelayHopCipher : RelayHopCipher
{
    private readonly Tor1Direction _forward;
    private readonly Tor1Direction _backward;

    /// <summary>Makes the state of a new hop.</summary>
    /// <param name="keyMaterial">Df, Db, Kf, Kb: at least 72 bytes, of which the rest is ignored.</param>
    /// <exception cref="ArgumentException">The key material is too short.</exception>
    public Tor1RelayHopCipher(ReadOnlySpan<byte> keyMaterial)
    {
        HopCiphers.RequireLength(keyMaterial, Tor1KeyMaterial.OfRelay.Length);
        _forward = Tor1KeyMaterial.OfRelay.CreateForward(keyMaterial);
        _backward = Tor1KeyMaterial.OfRelay.CreateBackward(keyMaterial);
    }

    /// <inheritdoc/>
    public override RelayCellFormat Format => RelayCellFormat.V0;

    /// <inheritdoc/>
    public override int TagLength => Tor1Direction.TagLength;

    /// <inheritdoc/>
    public override bool DecryptForward(Span<byte> payload, CellCommand command, Span<byte> tag) => _forward.TryOpen(payload, tag);

    /// <inheritdoc/>
    public override void EncryptBackward(Span<byte> payload, CellCommand command) => _backward.Transform(payload);

    /// <inheritdoc/>
    public override void OriginateBackward(Span<byte> payload, CellCommand command, Span<byte> tag) => _backward.Seal(payload, tag);

    private protected override void Wipe()
    {
        _forward.Dispose();
        _backward.Dispose();
    }
}
