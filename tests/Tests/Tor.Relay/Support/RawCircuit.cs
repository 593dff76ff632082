using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.TorRelay.Support;

/// <summary>A circuit of one hop, made with CREATE_FAST by a peer that may say anything on it.</summary>
internal sealed class RawCircuit
{
    private readonly RawPeer _peer;
    private readonly ClientHopCipher _cipher;

    private RawCircuit(RawPeer peer, uint id, ClientHopCipher cipher, byte[] nonce)
    {
        Nonce = nonce;
        _peer = peer;
        _cipher = cipher;
        Id = id;
    }

    internal uint Id { get; }

    /// <summary>KH.</summary>
    internal byte[] Nonce { get; }

    internal static async Task<RawCircuit> CreateAsync(RawPeer peer, uint id = 0x8000_0001)
    {
        using var handshake = new CreateFastClientHandshake(SystemRandomSource.Instance);
        peer.Send(id, CellCommand.CreateFast, handshake.Request.Span);
        RawCell answer = await peer.ReadAsync();
        Assert.Equal((id, CellCommand.CreatedFast), (answer.CircuitId, answer.Command));
        var keys = new byte[HopCiphers.KeyMaterialLength(RelayCryptography.Tor1)];
        Assert.True(handshake.TryComplete(answer.Body.AsSpan(0, CreatedFast.HandshakeLength), keys));
        return new RawCircuit(peer, id, HopCiphers.CreateClient(RelayCryptography.Tor1, keys), HopCiphers.Nonce(keys).ToArray());
    }

    internal void Send(RelayCommand command, ushort streamId, byte[] body, CellCommand cell = CellCommand.Relay)
    {
        var payload = new byte[Cell.BodyLength];
        RelayCellFormat.V0.Write(payload, command, streamId, body, SystemRandomSource.Instance);
        _cipher.Originate(payload, cell, default);
        _peer.Send(Id, cell, payload);
    }

    /// <summary>A cell for a hop behind the relay: returns what the relay must make of it.</summary>
    internal byte[] SendThrough(byte[] payload, CellCommand cell = CellCommand.Relay)
    {
        byte[] encrypted = [.. payload];
        _cipher.EncryptForward(encrypted, cell);
        _peer.Send(Id, cell, encrypted);
        return payload;
    }

    /// <summary>The next cell, which must be a message of the relay on this circuit.</summary>
    internal async Task<(RelayCommand Command, ushort StreamId, byte[] Body)> ReadAsync()
    {
        RawCell cell = await _peer.ReadAsync();
        Assert.Equal((Id, CellCommand.Relay), (cell.CircuitId, cell.Command));
        Assert.True(_cipher.DecryptBackward(cell.Body, CellCommand.Relay, default));
        Assert.True(RelayCellFormat.V0.TryReadHeader(cell.Body, out RelayHeader header));
        return (header.Command, header.StreamId, cell.Body.AsSpan(header.BodyOffset, header.BodyLength).ToArray());
    }

    /// <summary>The next cell, which must be one of a hop behind the relay: with the relay's layer removed.</summary>
    internal async Task<byte[]> ReadThroughAsync()
    {
        RawCell cell = await _peer.ReadAsync();
        Assert.Equal((Id, CellCommand.Relay), (cell.CircuitId, cell.Command));
        Assert.False(_cipher.DecryptBackward(cell.Body, CellCommand.Relay, default));
        return cell.Body;
    }

    /// <summary>Ends when the relay has handled everything that its peer has sent before.</summary>
    internal static Task HandledAsync(RawPeer peer, uint freeId = 0xffff_ffff) => CreateAsync(peer, freeId);

    /// <summary>Proves that the circuit lives: an unknown relay command is dropped, RESOLVE of an address is answered.</summary>
    internal async Task AssertAliveAsync()
    {
        Send(RelayCommand.Resolve, 0x7777, new Resolve("127.0.0.1").Encode());
        (RelayCommand command, ushort streamId, _) = await ReadAsync();
        Assert.Equal((RelayCommand.Resolved, (ushort)0x7777), (command, streamId));
    }
}
