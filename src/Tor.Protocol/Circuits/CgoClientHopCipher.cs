using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>A client's side of a CGO hop (proposal 359).</summary>
public sealed class CgoClientHopCipher : ClientHopCipher
{
    private readonly CgoDirection _forward;
    private readonly CgoDirection _backward;

    /// <summary>Makes the state of a new hop.</summary>
    /// <param name="keyMaterial">At least 160 bytes, forward before backward; the rest is ignored.</param>
    /// <exception cref="ArgumentException">The key material is too short.</exception>
    public CgoClientHopCipher(ReadOnlySpan<byte> keyMaterial)
    {
        HopCiphers.RequireLength(keyMaterial, 2 * CgoDirection.KeyMaterialLength);
        _forward = CgoDirection.CreateForClient(keyMaterial[..CgoDirection.KeyMaterialLength]);
        _backward = CgoDirection.CreateForClient(keyMaterial.Slice(CgoDirection.KeyMaterialLength, CgoDirection.KeyMaterialLength));
    }

    /// <inheritdoc/>
    public override RelayCellFormat Format => RelayCellFormat.V1;

    /// <inheritdoc/>
    public override int TagLength => CgoDirection.TagLength;

    internal CgoDirection Forward => _forward;

    /// <inheritdoc/>
    public override void Originate(Span<byte> payload, CellCommand command, Span<byte> tag) =>
        _forward.ClientOriginate(payload, command, tag);

    /// <inheritdoc/>
    public override void EncryptForward(Span<byte> payload, CellCommand command) => _forward.ClientPassForward(payload, command);

    /// <inheritdoc/>
    public override bool DecryptBackward(Span<byte> payload, CellCommand command, Span<byte> tag) =>
        _backward.ClientReceive(payload, command, tag);

    private protected override void Wipe()
    {
        _forward.Dispose();
        _backward.Dispose();
    }
}
