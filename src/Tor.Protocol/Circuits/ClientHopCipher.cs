using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>What a client keeps to encrypt for one hop of a circuit and to decrypt what comes back through it.</summary>
/// <remarks>
/// Every payload is a cell body of <see cref="Cell.BodyLength"/> bytes, changed in place. Every call advances the state, so
/// each cell goes through exactly once and in order. Nothing allocates. Not safe for several threads.
/// </remarks>
public abstract class ClientHopCipher : IDisposable
{
    private protected ClientHopCipher()
    {
    }

    /// <summary>How a relay message lies in the payload at this hop.</summary>
    public abstract RelayCellFormat Format { get; }

    /// <summary>Bytes of a tag, the value by which a SENDME of this hop names a cell: 20 or 16.</summary>
    public abstract int TagLength { get; }

    /// <summary>Authenticates and encrypts a cell for this hop. Then the hops before it follow, from the far one to the near.</summary>
    /// <param name="payload">What <see cref="RelayCellFormat.Write"/> wrote; recognized, digest and tag are filled in here.</param>
    /// <param name="command">RELAY or RELAY_EARLY; it must not change after this.</param>
    /// <param name="tag">Receives <see cref="TagLength"/> bytes at its front; or empty, when the caller does not need them.</param>
    public abstract void Originate(Span<byte> payload, CellCommand command, Span<byte> tag);

    /// <summary>Adds this hop's layer to a cell for a hop behind it.</summary>
    public abstract void EncryptForward(Span<byte> payload, CellCommand command);

    /// <summary>Removes this hop's layer from a cell that comes in.</summary>
    /// <param name="payload">The cell's body.</param>
    /// <param name="command">The cell's command.</param>
    /// <param name="tag">When the cell is recognised, receives <see cref="TagLength"/> bytes at its front; or empty.</param>
    /// <returns>True when this hop made the cell; false when a hop behind it did, or the cell was altered on its way.</returns>
    public abstract bool DecryptBackward(Span<byte> payload, CellCommand command, Span<byte> tag);

    /// <summary>Wipes the keys. The object must not be used afterwards.</summary>
    public void Dispose()
    {
        Wipe();
        GC.SuppressFinalize(this);
    }

    private protected abstract void Wipe();
}
