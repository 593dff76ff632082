using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>All layers of a client's circuit, nearest hop first. The hops may be of different kinds.</summary>
/// <remarks>Nothing allocates but <see cref="Add"/>. Not safe for several threads.</remarks>
public sealed class OnionLayers : IDisposable
{
    /// <summary>What <see cref="Decrypt"/> returns for a cell that no hop made.</summary>
    public const int NotRecognized = -1;

    private readonly List<ClientHopCipher> _hops = [];

    /// <summary>Hops so far.</summary>
    public int Count => _hops.Count;

    /// <summary>The state of one hop, for its cell format and tag length.</summary>
    public ClientHopCipher this[int hopIndex] => _hops[hopIndex];

    /// <summary>Adds a hop at the far end, and takes ownership of its state.</summary>
    public void Add(ClientHopCipher hop) => _hops.Add(hop);

    /// <summary>Encrypts a cell of our own for one hop: its seal, then the layers of the hops before it.</summary>
    /// <param name="hopIndex">The hop that is to recognise the cell; 0 is the nearest.</param>
    /// <param name="payload">What the hop's <see cref="ClientHopCipher.Format"/> wrote.</param>
    /// <param name="command">RELAY or RELAY_EARLY; it must not change after this.</param>
    /// <param name="tag">Receives the hop's tag of this cell at its front; or empty, when the caller does not need it.</param>
    public void Originate(int hopIndex, Span<byte> payload, CellCommand command, Span<byte> tag)
    {
        _hops[hopIndex].Originate(payload, command, tag);
        for (int i = hopIndex - 1; i >= 0; i--)
        {
            _hops[i].EncryptForward(payload, command);
        }
    }

    /// <summary>Removes layers from a cell that came in, until a hop recognises it.</summary>
    /// <param name="payload">The cell's body; decrypted when recognised, else of no use.</param>
    /// <param name="command">The cell's command.</param>
    /// <param name="tag">Receives the hop's tag of this cell at its front when recognised; or empty.</param>
    /// <returns>
    /// The index of the hop that made the cell; or <see cref="NotRecognized"/> when somebody altered it, after which the
    /// circuit cannot go on and must be closed.
    /// </returns>
    public int Decrypt(Span<byte> payload, CellCommand command, Span<byte> tag)
    {
        for (int i = 0; i < _hops.Count; i++)
        {
            if (_hops[i].DecryptBackward(payload, command, tag))
            {
                return i;
            }
        }

        return NotRecognized;
    }

    /// <summary>Wipes the keys of all hops.</summary>
    public void Dispose() => _hops.ForEach(hop => hop.Dispose());
}
