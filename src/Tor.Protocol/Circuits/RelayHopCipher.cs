using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>What a relay keeps to take one layer off the cells of a circuit, and to put one on those that go back.</summary>
/// <remarks>
/// Every payload is a cell body of <see cref="Cell.BodyLength"/> bytes, changed in place. Every call advances the state, so
/// each cell goes through exactly once and in order. Nothing allocates. Not safe for several threads.
/// </remarks>
public abstract class RelayHopCipher : IDisposable
{
    private protected RelayHopCipher()
    {
    }

    /// <summary>How a relay message lies in the payload between the client and this relay.</summary>
    public abstract RelayCellFormat Format { get; }

    /// <summary>Bytes of a tag, the value by which a SENDME names a cell: 20 or 16.</summary>
    public abstract int TagLength { get; }

    /// <summary>Removes this relay's layer from a cell that goes away from the client.</summary>
    /// <param name="payload">The cell's body.</param>
    /// <param name="command">The cell's command, which must go on unchanged.</param>
    /// <param name="tag">When the cell is recognised, receives <see cref="TagLength"/> bytes at its front; or empty.</param>
    /// <returns>True when the cell is for this relay; false when it is for a relay behind it, or was altered on its way.</returns>
    public abstract bool DecryptForward(Span<byte> payload, CellCommand command, Span<byte> tag);

    /// <summary>Adds this relay's layer to a cell that goes to the client.</summary>
    public abstract void EncryptBackward(Span<byte> payload, CellCommand command);

    /// <summary>Authenticates and encrypts a cell of this relay for the client.</summary>
    /// <param name="payload">What <see cref="RelayCellFormat.Write"/> wrote; recognized, digest and tag are filled in here.</param>
    /// <param name="command">The cell's command.</param>
    /// <param name="tag">Receives <see cref="TagLength"/> bytes at its front; or empty, when the caller does not need them.</param>
    public abstract void OriginateBackward(Span<byte> payload, CellCommand command, Span<byte> tag);

    /// <summary>Wipes the keys. The object must not be used afterwards.</summary>
    public void Dispose()
    {
        Wipe();
        GC.SuppressFinalize(this);
    }

    private protected abstract void Wipe();
}
