using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;

namespace Tunic.Tests.Tor.Protocol.Circuits;

public class Tor1OnionServiceTests
{
    // rend-spec-v3, "Key expansion": Df, Db, Kf, Kb of 32 bytes each; SHA3-256 and AES-256. Computed here the slow way.
    [Fact]
    public void Cells_are_digested_with_sha3_and_encrypted_with_aes_256()
    {
        var keys = new byte[128];
        new SeededRandomSource(1).Fill(keys);
        using ClientHopCipher client = HopCiphers.CreateClient(RelayCryptography.Tor1OnionService, keys);
        using RelayHopCipher service = HopCiphers.CreateRelay(RelayCryptography.Tor1OnionService, keys);
        byte[] digestedForward = keys[..32];
        byte[] digestedBackward = keys[32..64];
        for (int i = 0; i < 3; i++)
        {
            var payload = new byte[Cell.BodyLength];
            payload[20] = (byte)i;
            RequireExpected(payload, ref digestedForward, keys[64..96], i, p => client.Originate(p, CellCommand.Relay, []));
            RequireExpected(payload, ref digestedBackward, keys[96..], i, p => service.OriginateBackward(p, CellCommand.Relay, []));
        }
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
