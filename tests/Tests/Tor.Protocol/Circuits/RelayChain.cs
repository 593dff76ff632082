using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Tor.Protocol.Circuits;

/// <summary>A client and the relays of its circuit, with nothing between them but cells.</summary>
internal sealed class RelayChain : IDisposable
{
    private readonly RandomSource _random;

    public RelayChain(ulong seed, params ReadOnlySpan<RelayCryptography> kinds)
    {
        _random = new SeededRandomSource(seed);
        foreach (RelayCryptography kind in kinds)
        {
            var keys = new byte[HopCiphers.CipherKeyLength(kind)];
            _random.Fill(keys);
            Client.Add(HopCiphers.CreateClient(kind, keys));
            Relays.Add(HopCiphers.CreateRelay(kind, keys));
        }
    }

    public OnionLayers Client { get; } = new();

    public List<RelayHopCipher> Relays { get; } = [];

    public RandomSource Random => _random;

    /// <summary>A message for or from a hop, of random content.</summary>
    public byte[] NewPayload(int hop)
    {
        var payload = new byte[Cell.BodyLength];
        var data = new byte[_random.NextInt32(480)];
        _random.Fill(data);
        Client[hop].Format.Write(payload, RelayCommand.Data, 1, data, _random);
        return payload;
    }

    /// <summary>Sends a cell through the relays until one recognises it.</summary>
    public int Forward(Span<byte> payload, CellCommand command, Span<byte> tag)
    {
        for (int i = 0; i < Relays.Count; i++)
        {
            if (Relays[i].DecryptForward(payload, command, tag))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Lets a relay make a cell, and those before it add their layers.</summary>
    public void Backward(int hop, Span<byte> payload, Span<byte> tag)
    {
        Relays[hop].OriginateBackward(payload, CellCommand.Relay, tag);
        for (int i = hop - 1; i >= 0; i--)
        {
            Relays[i].EncryptBackward(payload, CellCommand.Relay);
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        Relays.ForEach(relay => relay.Dispose());
    }
}
