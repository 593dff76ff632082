using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Handshakes;

namespace Tunic.Tests.Tor.Protocol.Handshakes;

public class NtorTests
{
    private static readonly RsaIdentity Relay = new(Convert.FromHexString("69546F6C64596F7541626F75745374616972732E"));
    private static readonly int KeyMaterialLength = HopCiphers.KeyMaterialLength(RelayCryptography.Tor1);

    // Arti tor-proto/src/crypto/handshake/ntor.rs, testvec (made with tor's ntor_ref.py)
    [Fact]
    public void Both_sides_give_the_known_answers()
    {
        byte[] onionPrivateKey = Convert.FromHexString("4820544f4c4420594f5520444f474954204b454550532048415050454e494e47");
        byte[] clientPrivateKey = Convert.FromHexString("706f6461792069207075742e2e2e2e2e2e2e2e4a454c4c59206f6e2074686973");
        byte[] relayPrivateKey = Convert.FromHexString("70686520737175697272656c2e2e2e2e2e2e2e2e686173206869732067616d65");
        const string Request = "69546f6c64596f7541626f75745374616972732eccbc8541904d18af08753eae967874749e6149f873de937f57f8fd903a21c471"
            + "e65dfdbef8b2635837fe2cebc086a8096eae3213e6830dc407516083d412b078";
        const string Reply = "390480a14362761d6aec1fea840f6e9e928fb2adb7b25c670be1045e35133a37"
            + "1cbdf68b89923e1f85e8e18ee6e805ea333fe4849c790ffd2670bd80fec95cc8";
        const string Keys = "0c62dee7f48893370d0ef896758d35729867beef1a5121df80e00f79ed349af39b51cae125719182f19d932a667dae1a"
            + "fbf2e336e6910e7822223e763afad0a13342157969dc6b79";

        using NtorKeyPair onionKey = NtorKeyPair.FromPrivateKey(onionPrivateKey);
        using var ring = new NtorKeyRing(new SeededRandomSource(1), onionKey);
        using var client = new NtorClientHandshake(new FixedRandomSource(clientPrivateKey), Relay, onionKey.PublicKey);
        Assert.Equal(Request, Convert.ToHexStringLower(client.Request.Span));

        var reply = new byte[NtorServerHandshake.ReplyLength];
        var serverKeys = new byte[72];
        var clientKeys = new byte[72];
        Assert.True(NtorServerHandshake.TryRespond(
            new FixedRandomSource(relayPrivateKey), Relay, ring, client.Request.Span, reply, serverKeys));
        Assert.Equal(Reply, Convert.ToHexStringLower(reply));
        Assert.True(client.TryComplete(reply, clientKeys));
        Assert.Equal(Keys, Convert.ToHexStringLower(serverKeys));
        Assert.Equal(Keys, Convert.ToHexStringLower(clientKeys));
    }

    [Fact]
    public void The_previous_onion_key_is_still_answered()
    {
        using NtorKeyPair current = NtorKeyPair.Generate(new SeededRandomSource(1));
        using NtorKeyPair previous = NtorKeyPair.Generate(new SeededRandomSource(2));
        using var ring = new NtorKeyRing(new SeededRandomSource(3), current, previous);
        foreach (NtorKeyPair pair in (NtorKeyPair[])[current, previous])
        {
            using var client = new NtorClientHandshake(new SeededRandomSource(4), Relay, pair.PublicKey);
            Assert.True(Run(client, ring, Relay, out byte[] clientKeys, out byte[] serverKeys));
            Assert.Equal(serverKeys, clientKeys);
        }
    }

    [Fact]
    public void A_request_to_an_unknown_onion_key_is_answered_with_an_auth_that_the_client_refuses()
    {
        using NtorKeyPair known = NtorKeyPair.Generate(new SeededRandomSource(1));
        using NtorKeyPair forgotten = NtorKeyPair.Generate(new SeededRandomSource(2));
        using var ring = new NtorKeyRing(new SeededRandomSource(3), known);
        using var client = new NtorClientHandshake(new SeededRandomSource(4), Relay, forgotten.PublicKey);
        Assert.False(Run(client, ring, Relay, out byte[] clientKeys, out byte[] serverKeys));
        Assert.All(clientKeys, value => Assert.Equal(0, value));
        Assert.Contains(serverKeys, value => value != 0);
    }

    [Fact]
    public void A_request_for_another_relay_is_refused()
    {
        using NtorKeyPair pair = NtorKeyPair.Generate(new SeededRandomSource(1));
        using var ring = new NtorKeyRing(new SeededRandomSource(3), pair);
        using var client = new NtorClientHandshake(new SeededRandomSource(4), Relay, pair.PublicKey);
        var reply = new byte[NtorServerHandshake.ReplyLength];
        var keys = new byte[KeyMaterialLength];
        var other = new RsaIdentity(new byte[20]);
        Assert.False(NtorServerHandshake.TryRespond(new SeededRandomSource(5), other, ring, client.Request.Span, reply, keys));
        Assert.All(reply, value => Assert.Equal(0, value));
    }

    [Fact]
    public void Every_changed_bit_of_the_reply_is_refused_and_leaves_no_keys()
    {
        using NtorKeyPair pair = NtorKeyPair.Generate(new SeededRandomSource(1));
        using var ring = new NtorKeyRing(new SeededRandomSource(3), pair);
        using var client = new NtorClientHandshake(new SeededRandomSource(4), Relay, pair.PublicKey);
        var reply = new byte[NtorServerHandshake.ReplyLength];
        var keys = new byte[KeyMaterialLength];
        NtorServerHandshake.TryRespond(new SeededRandomSource(5), Relay, ring, client.Request.Span, reply, keys);
        for (int bit = 0; bit < 8 * reply.Length; bit++)
        {
            byte[] altered = [.. reply];
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(client.TryComplete(altered, keys), $"bit {bit}");
            Assert.All(keys, value => Assert.Equal(0, value));
        }

        Assert.True(client.TryComplete(reply, keys));
        Assert.True(client.TryComplete([.. reply, 1, 2, 3], keys));
    }

    [Fact]
    public void Truncated_messages_are_refused()
    {
        using NtorKeyPair pair = NtorKeyPair.Generate(new SeededRandomSource(1));
        using var ring = new NtorKeyRing(new SeededRandomSource(3), pair);
        using var client = new NtorClientHandshake(new SeededRandomSource(4), Relay, pair.PublicKey);
        var reply = new byte[NtorServerHandshake.ReplyLength];
        var keys = new byte[KeyMaterialLength];
        for (int length = 0; length < NtorClientHandshake.RequestLength; length++)
        {
            Assert.False(NtorServerHandshake.TryRespond(
                new SeededRandomSource(5), Relay, ring, client.Request.Span[..length], reply, keys));
        }

        NtorServerHandshake.TryRespond(new SeededRandomSource(5), Relay, ring, client.Request.Span, reply, keys);
        for (int length = 0; length < reply.Length; length++)
        {
            Assert.False(client.TryComplete(reply.AsSpan(0, length), keys));
        }
    }

    [Fact]
    public void Keys_of_small_order_are_refused_by_both_sides_although_auth_is_right()
    {
        using NtorKeyPair pair = NtorKeyPair.Generate(new SeededRandomSource(1));
        using var ring = new NtorKeyRing(new SeededRandomSource(3), pair);
        using var client = new NtorClientHandshake(new SeededRandomSource(4), Relay, pair.PublicKey);
        byte[] request = client.Request.ToArray();
        request.AsSpan(52).Clear();
        var reply = new byte[NtorServerHandshake.ReplyLength];
        var keys = new byte[KeyMaterialLength];
        Assert.False(NtorServerHandshake.TryRespond(new SeededRandomSource(5), Relay, ring, request, reply, keys));
        Assert.All(keys, value => Assert.Equal(0, value));

        // A relay whose two keys are both of small order: whoever knows the zero secrets can compute AUTH.
        byte[] zero = new byte[32];
        using var fooled = new NtorClientHandshake(new SeededRandomSource(4), Relay, zero);
        NtorKeySchedule.Derive(zero, zero, Relay, zero, fooled.Request.Span[52..], zero, reply.AsSpan(32), keys);
        zero.CopyTo(reply, 0);
        Assert.False(fooled.TryComplete(reply, keys));
        Assert.All(keys, value => Assert.Equal(0, value));
    }

    private static bool Run(
        NtorClientHandshake client, NtorKeyRing ring, RsaIdentity relay, out byte[] clientKeys, out byte[] serverKeys)
    {
        clientKeys = new byte[KeyMaterialLength];
        serverKeys = new byte[KeyMaterialLength];
        var reply = new byte[NtorServerHandshake.ReplyLength];
        return NtorServerHandshake.TryRespond(new SeededRandomSource(5), relay, ring, client.Request.Span, reply, serverKeys)
            && client.TryComplete(reply, clientKeys);
    }
}
