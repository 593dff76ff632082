using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>A relay's side of a CGO hop (proposal 359).</summary>
public sealed class CgoRelayHopCipher : RelayHopCipher
{
    private readonly CgoDirection _forward;
    private readonly CgoDirection _backward;

    /// <summary>Makes the state of a new hop.</summary>
    /// <param name="keyMaterial">At least 160 bytes, forward before backward; the rest is ignored.</param>
    /// <exception cref="ArgumentException">The key material is too short.</exception>
    public CgoRelayHopCipher(ReadOnlySpan<byte> keyMaterial)
    {
        HopCiphers.RequireLength(keyMaterial, 2 * CgoDirection.KeyMaterialLength);
        _forward = CgoDirection.CreateForRelay(keyMaterial[..CgoDirection.KeyMaterialLength]);
        _backward = CgoDirection.CreateForRelay(keyMaterial.Slice(CgoDirection.KeyMaterialLength, CgoDirection.KeyMaterialLength));
    }

    /// <inheritdoc/>
    public override RelayCellFormat Format => RelayCellFormat.V1;

    /// <inheritdoc/>
    public override int TagLength => CgoDirection.TagLength;

    /// <inheritdoc/>
    public override bool DecryptForward(Span<byte> payload, CellCommand command, Span<byte> tag) =>
        _forward.RelayReceive(payload, command, tag);

    /// <inheritdoc/>
    public override void EncryptBackward(Span<byte> payload, CellCommand command) => _backward.RelayPassBackward(payload, command);

    /// <inheritdoc/>
    public override void OriginateBackward(Span<byte> payload, CellCommand command, Span<byte> tag) =>
        _backward.RelayOriginate(payload, command, tag);

    private protected override void Wipe()
    {
        _forward.Dispose();
        _backward.Dispose();
    }
}
