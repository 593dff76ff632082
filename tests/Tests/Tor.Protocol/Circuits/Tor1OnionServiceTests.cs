using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Tor.Protocol.Circuits;

public class Tor1OnionServiceTests
{
    // rend-spec-v3, "Key expansion": Df, Db, Kf, Kb of 32 bytes each; SHA3-256 and AES-256. Computed here the slow way.
    [Fact]
    public void Cells_are_digested_with_sha3_and_encrypted_with_aes_256()
    {
        byte[] keys = NewKeys();
        using ClientHopCipher client = HopCiphers.CreateClient(RelayCryptography.Tor1OnionService, keys);
        using ClientHopCipher service = HopCiphers.CreateAtOnionService(keys);
        byte[] digestedForward = keys[..32];
        byte[] digestedBackward = keys[32..64];
        for (int i = 0; i < 3; i++)
        {
            var payload = new byte[Cell.BodyLength];
            payload[20] = (byte)i;
            RequireExpected(payload, ref digestedForward, keys[64..96], i, p => client.Originate(p, CellCommand.Relay, []));
            RequireExpected(payload, ref digestedBackward, keys[96..], i, p => service.Originate(p, CellCommand.Relay, []));
        }
    }

    [Fact]
    public void Each_end_recognises_the_cells_of_the_other_behind_the_relays_of_both()
    {
        using var client = new RelayChain(2, RelayCryptography.Tor1, RelayCryptography.Tor1, RelayCryptography.Tor1);
        using var service = new RelayChain(3, RelayCryptography.Tor1, RelayCryptography.Tor1);
        byte[] keys = NewKeys();
        client.Client.Add(HopCiphers.CreateClient(RelayCryptography.Tor1OnionService, keys));
        service.Client.Add(HopCiphers.CreateAtOnionService(keys));
        for (int i = 0; i < 100; i++)
        {
            RequireMeeting(client, service);
            RequireMeeting(service, client);
        }
    }

    [Fact]
    public void A_failed_digest_leaves_no_trace()
    {
        byte[] keys = NewKeys();
        using ClientHopCipher client = HopCiphers.CreateClient(RelayCryptography.Tor1OnionService, keys);
        using ClientHopCipher service = HopCiphers.CreateAtOnionService(keys);
        for (int i = 0; i < 10; i++)
        {
            var payload = new byte[Cell.BodyLength];
            payload.AsSpan(5, 4).Fill(0xEE);
            byte[] plain = [.. payload];
            client.EncryptForward(payload, CellCommand.Relay);
            Assert.False(service.DecryptBackward(payload, CellCommand.Relay, []));
            Assert.Equal(plain, payload);
            client.Originate(payload, CellCommand.Relay, []);
            Assert.True(service.DecryptBackward(payload, CellCommand.Relay, []));
        }
    }

    [Fact]
    public void Lengths_are_those_of_the_specification_and_no_relay_has_such_a_hop()
    {
        Assert.Equal(128, HopCiphers.CipherKeyLength(RelayCryptography.Tor1OnionService));
        Assert.Equal(128, HopCiphers.KeyMaterialLength(RelayCryptography.Tor1OnionService));
        using ClientHopCipher service = HopCiphers.CreateAtOnionService(new byte[128]);
        Assert.Equal(20, service.TagLength);
        Assert.Same(RelayCellFormat.V0, service.Format);
        Assert.Throws<ArgumentException>(() => HopCiphers.CreateAtOnionService(new byte[127]));
        Assert.Throws<ArgumentException>(() => HopCiphers.CreateClient(RelayCryptography.Tor1OnionService, new byte[127]));
        Assert.Throws<ArgumentOutOfRangeException>(() => HopCiphers.CreateRelay(RelayCryptography.Tor1OnionService, new byte[128]));
    }

    private static byte[] NewKeys()
    {
        var keys = new byte[HopCiphers.CipherKeyLength(RelayCryptography.Tor1OnionService)];
        new SeededRandomSource(1).Fill(keys);
        return keys;
    }

    /// <summary>From one end through its relays to the rendezvous point, and through those of the other end back to it.</summary>
    private static void RequireMeeting(RelayChain sender, RelayChain receiver)
    {
        int last = sender.Client.Count - 1;
        byte[] plain = sender.NewPayload(last);
        byte[] payload = [.. plain];
        var sent = new byte[20];
        var received = new byte[20];
        sender.Client.Originate(last, payload, CellCommand.Relay, sent);
        Assert.Equal(-1, sender.Forward(payload, CellCommand.Relay, []));
        for (int i = receiver.Relays.Count - 1; i >= 0; i--)
        {
            receiver.Relays[i].EncryptBackward(payload, CellCommand.Relay);
        }

        Assert.Equal(receiver.Client.Count - 1, receiver.Client.Decrypt(payload, CellCommand.Relay, received));
        Assert.Equal(plain[9..], payload[9..]);
        Assert.Equal(sent, received);
    }

    private static void RequireExpected(byte[] plain, ref byte[] digested, byte[] cipherKey, int cell, Action<byte[]> originate)
    {
        digested = [.. digested, .. plain];
        var digest = new byte[32];
        Sha3.Hash256(digested, digest);
        byte[] expected = [.. plain];
        digest.AsSpan(0, 4).CopyTo(expected.AsSpan(5));
        using Aes aes = Aes.Create();
        aes.Key = cipherKey;
        for (int i = 0; i < expected.Length; i++)
        {
            int position = (cell * Cell.BodyLength) + i;
            var counter = new byte[16];
            counter[14] = (byte)(position / 16 >> 8);
            counter[15] = (byte)(position / 16);
            expected[i] ^= aes.EncryptEcb(counter, PaddingMode.None)[position % 16];
        }

        byte[] actual = [.. plain];
        originate(actual);
        Assert.Equal(expected, actual);
    }
}
