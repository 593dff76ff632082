using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;

namespace Tunic.Tests.Tor.Protocol.Circuits;

// Vectors/Cgo.txt, from tor 0.4.9.11 src/test/cgo_vectors.inc (the same stand in Arti, tor-proto/testdata/cgo_*.rs)
public class CgoKnownAnswerTests
{
    [Fact]
    public void The_tweakable_cipher_gives_the_known_answers()
    {
        foreach (KnownAnswers known in KnownAnswers.Read("et"))
        {
            using CgoTweakableCipher cipher = known["encrypt"][0] != 0
                ? CgoTweakableCipher.CreateEnciphering(known["keys"])
                : CgoTweakableCipher.CreateDeciphering(known["keys"]);
            byte[] tweak = known["tweak"];
            byte[] block = known["block"];
            cipher.Transform(block, tweak.AsSpan(0, 16), (CellCommand)tweak[16], tweak.AsSpan(17));
            known.RequireEqual("expect", block);
        }
    }

    [Fact]
    public void The_key_stream_gives_the_known_answers()
    {
        foreach (KnownAnswers known in KnownAnswers.Read("prf"))
        {
            using var stream = new CgoKeyStream(known["keys"]);
            byte[] output = new byte[known["t"][0] == 0 ? 493 : 80];
            if (known["t"][0] == 0)
            {
                stream.Apply(known["input"], output);
            }
            else
            {
                stream.Derive(known["input"], output);
            }

            known.RequireEqual("expect", output);
        }
    }

    [Fact]
    public void The_wide_block_cipher_gives_the_known_answers_and_its_inverse_leads_back()
    {
        foreach (KnownAnswers known in KnownAnswers.Read("uiv"))
        {
            using CgoWideBlockCipher enciphering = CgoWideBlockCipher.CreateEnciphering(known["keys"]);
            using CgoWideBlockCipher deciphering = CgoWideBlockCipher.CreateDeciphering(known["keys"]);
            byte[] tweak = known["tweak"];
            var command = (CellCommand)tweak[16];
            byte[] cell = known["cell"];
            if (known["encrypt"][0] != 0)
            {
                enciphering.Encipher(cell, tweak.AsSpan(0, 16), command);
                known.RequireEqual("expect", cell);
                deciphering.Decipher(cell, tweak.AsSpan(0, 16), command);
            }
            else
            {
                deciphering.Decipher(cell, tweak.AsSpan(0, 16), command);
                known.RequireEqual("expect", cell);
                enciphering.Encipher(cell, tweak.AsSpan(0, 16), command);
            }

            Assert.Equal(known["cell"], cell);
        }
    }

    [Fact]
    public void An_update_leads_to_the_known_keys_and_nonce()
    {
        foreach (KnownAnswers known in KnownAnswers.Read("update"))
        {
            using CgoWideBlockCipher updated = CgoWideBlockCipher.CreateEnciphering(known["keys"]);
            using CgoWideBlockCipher expected = CgoWideBlockCipher.CreateEnciphering(known["expect"].AsSpan(0, 64));
            byte[] nonce = known["nonce"];
            updated.Update(nonce);
            Assert.Equal(known["expect"][64..], nonce);

            var left = new byte[Cell.BodyLength];
            var right = new byte[Cell.BodyLength];
            updated.Encipher(left, new byte[16], CellCommand.Relay);
            expected.Encipher(right, new byte[16], CellCommand.Relay);
            Assert.Equal(right, left);
        }
    }

    [Fact]
    public void A_relay_passes_cells_as_known()
    {
        foreach (KnownAnswers known in KnownAnswers.Read("relay"))
        {
            using CgoDirection direction = CgoDirection.CreateForRelay(known["state"]);
            known["lasttag"].CopyTo(direction.LastTag);
            var command = (CellCommand)known["command"][0];
            byte[] cell = known["cell"];
            if (known["inbound"][0] != 0)
            {
                direction.RelayPassBackward(cell, command);
            }
            else
            {
                Assert.False(direction.RelayReceive(cell, command, []));
            }

            known.RequireEqual("expectcell", cell);
            RequireState(known, "", direction, CgoDirection.CreateForRelay);
        }
    }

    [Fact]
    public void A_relay_originates_cells_as_known()
    {
        foreach (KnownAnswers known in KnownAnswers.Read("relayoriginate"))
        {
            using CgoDirection direction = CgoDirection.CreateForRelay(known["state"]);
            known["lasttag"].CopyTo(direction.LastTag);
            byte[] cell = [.. new byte[16], .. known["message"]];
            var tag = new byte[CgoDirection.TagLength];
            direction.RelayOriginate(cell, (CellCommand)known["command"][0], tag);
            known.RequireEqual("expectcell", cell);
            Assert.Equal(cell[..16], tag);
            RequireState(known, "", direction, CgoDirection.CreateForRelay);
        }
    }

    [Fact]
    public void A_client_originates_cells_as_known()
    {
        foreach (KnownAnswers known in KnownAnswers.Read("clientoriginate"))
        {
            CgoClientHopCipher[] hops = [.. Enumerable.Range(1, 3).Select(hop => NewHop(known, hop))];
            using var layers = new OnionLayers();
            Array.ForEach(hops, layers.Add);
            byte[] cell = [.. new byte[16], .. known["message"]];
            layers.Originate(known["hop"][0] - 1, cell, (CellCommand)known["command"][0], []);
            known.RequireEqual("expectcell", cell);
            for (int i = 0; i < 3; i++)
            {
                RequireState(known, $"{i + 1}", hops[i].Forward, CgoDirection.CreateForClient);
            }
        }
    }

    private static CgoClientHopCipher NewHop(KnownAnswers known, int hop)
    {
        byte[] forward = known[$"state{hop}"];
        var cipher = new CgoClientHopCipher([.. forward, .. forward]);
        known[$"lasttag{hop}"].CopyTo(cipher.Forward.LastTag);
        return cipher;
    }

    private static void RequireState(
        KnownAnswers known, string hop, CgoDirection actual, Func<ReadOnlySpan<byte>, CgoDirection> create)
    {
        Assert.Equal(known["expectstate" + hop].AsSpan(64), actual.Nonce);
        Assert.Equal(known["expectlasttag" + hop].AsSpan(), actual.LastTag);

        // The keys cannot be read: that the next cell comes out alike shows that they are the same.
        using CgoDirection expected = create(known["expectstate" + hop]);
        actual.LastTag.CopyTo(expected.LastTag);
        var left = new byte[Cell.BodyLength];
        var right = new byte[Cell.BodyLength];
        Advance(actual, left, known);
        Advance(expected, right, known);
        Assert.Equal(right, left);
    }

    private static void Advance(CgoDirection direction, byte[] cell, KnownAnswers known)
    {
        if (known.Title.Contains("hop", StringComparison.Ordinal))
        {
            direction.ClientPassForward(cell, CellCommand.Relay);
            return;
        }

        direction.RelayPassBackward(cell, CellCommand.Relay);
    }
}
