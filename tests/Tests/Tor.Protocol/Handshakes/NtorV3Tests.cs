using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Handshakes;

namespace Tunic.Tests.Tor.Protocol.Handshakes;

public class NtorV3Tests
{
    private static readonly Ed25519Identity Relay = new(
        Convert.FromHexString("9fad2af287ef942632833d21f946c6260c33fae6172b60006e86e4a6911753a2"));

    // tor 0.4.9.11 src/test/test_ntor_v3.c, test_ntor3_testvecs
    [Fact]
    public void Both_sides_give_the_known_answers()
    {
        byte[] onionPrivateKey = Convert.FromHexString("4051daa5921cfa2a1c27b08451324919538e79e788a81b38cbed097a5dff454a");
        byte[] clientPrivateKey = Convert.FromHexString("b825a3719147bcbe5fb1d0b0fcb9c09e51948048e2e3283d2ab7b45b5ef38b49");
        byte[] relayPrivateKey = Convert.FromHexString("4865a5b7689dafd978f529291c7171bc159be076b92186405d13220b80e2a053");
        const string Request = "9fad2af287ef942632833d21f946c6260c33fae6172b60006e86e4a6911753a2"
            + "f8307a2bc1870b00b828bb74dbb8fd88e632a6375ab3bcd1ae706aaa8b6cdd1d"
            + "252fe9ae91264c91d4ecb8501f79d0387e34ad8ca0f7c995184f7d11d5da4f46"
            + "3bebd9151fd3b47c180abc9e044d53565f04d82bbb3bebed3d06cea65db8be9c72b68cd461942088502f67";
        const string Reply = "4bf4814326fdab45ad5184f5518bd7fae25dc59374062698201a50a22954246d"
            + "2fc5f8773ca824542bc6cf6f57c7c29bbf4e5476461ab130c5b18ab0a91276651202c3e1e87c0d32054c";
        const string Keys = "9c19b631fd94ed86a817e01f6c80b0743a43f5faebd39cfaa8b00fa8bcc65c3bfeaa403d91acbd68a821bf6ee8504602"
            + "b094a254392a07737d5662768c7a9fb1b2814bb34780eaee6e867c773e28c212ead563e98a1cd5d5b4576f5ee61c59bd"
            + "e025ff2851bb19b721421694f263818e3531e43a9e4e3e2c661e2ad547d8984caa28ebecd3e4525452299be26b9185a2"
            + "0a90ce1eac20a91f2832d731b54502b09749b5a2a2949292f8cfcbeffb790c7790ed935a9d251e7e336148ea83b063a5"
            + "618fcff674a44581585fd22077ca0e52c59a24347a38d1a1ceebddbf238541f226b8f88d0fb9c07a1bcd2ea764bbbb5d"
            + "acdaf5312a14c0b9e4f06309b0333b4a";

        using NtorKeyPair onionKey = NtorKeyPair.FromPrivateKey(onionPrivateKey);
        using var ring = new NtorKeyRing(new SeededRandomSource(1), onionKey);
        using var client = new NtorV3ClientHandshake(
            new FixedRandomSource(clientPrivateKey), Relay, onionKey.PublicKey, "xyzzy"u8, "hello world"u8);
        Assert.Equal(Request, Convert.ToHexStringLower(client.Request.Span));

        Assert.True(NtorV3ServerHandshake.TryAccept(Relay, ring, "xyzzy"u8, client.Request.Span, out NtorV3ServerHandshake? server));
        Assert.Equal("hello world"u8, server.ClientMessage.Span);
        var serverKeys = new byte[256];
        var clientKeys = new byte[256];
        Assert.True(server.TryRespond(new FixedRandomSource(relayPrivateKey), "Hola Mundo"u8, serverKeys, out byte[]? reply));
        Assert.Equal(Reply, Convert.ToHexStringLower(reply));
        Assert.True(client.TryComplete(reply, clientKeys, out byte[]? message));
        Assert.Equal("Hola Mundo"u8, message);
        Assert.Equal(Keys, Convert.ToHexStringLower(serverKeys));
        Assert.Equal(Keys, Convert.ToHexStringLower(clientKeys));
        server.Dispose();
    }

    [Fact]
    public void The_previous_onion_key_is_still_answered_and_an_unknown_one_refused()
    {
        using NtorKeyPair current = NtorKeyPair.Generate(new SeededRandomSource(1));
        using NtorKeyPair previous = NtorKeyPair.Generate(new SeededRandomSource(2));
        using NtorKeyPair forgotten = NtorKeyPair.Generate(new SeededRandomSource(6));
        using var ring = new NtorKeyRing(new SeededRandomSource(3), current, previous);
        Assert.True(TryAccept(current, ring, Relay));
        Assert.True(TryAccept(previous, ring, Relay));
        Assert.False(TryAccept(forgotten, ring, Relay));
    }

    [Fact]
    public void A_request_for_another_relay_or_another_purpose_is_refused()
    {
        using NtorKeyPair pair = NtorKeyPair.Generate(new SeededRandomSource(1));
        using var ring = new NtorKeyRing(new SeededRandomSource(3), pair);
        using NtorV3ClientHandshake client = StartClient(pair);
        var other = new Ed25519Identity(new byte[32]);
        Assert.False(NtorV3ServerHandshake.TryAccept(other, ring, NtorV3Verification.CircuitExtend, client.Request.Span, out _));
        Assert.False(NtorV3ServerHandshake.TryAccept(Relay, ring, "another purpose"u8, client.Request.Span, out _));
    }

    [Fact]
    public void Every_changed_bit_and_every_truncation_of_the_request_is_refused()
    {
        using NtorKeyPair pair = NtorKeyPair.Generate(new SeededRandomSource(1));
        using var ring = new NtorKeyRing(new SeededRandomSource(3), pair);
        using NtorV3ClientHandshake client = StartClient(pair);
        byte[] request = client.Request.ToArray();
        for (int bit = 0; bit < 8 * request.Length; bit++)
        {
            byte[] altered = [.. request];
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(
                NtorV3ServerHandshake.TryAccept(Relay, ring, NtorV3Verification.CircuitExtend, altered, out _), $"bit {bit}");
        }

        for (int length = 0; length < request.Length; length++)
        {
            ReadOnlySpan<byte> cut = request.AsSpan(0, length);
            Assert.False(NtorV3ServerHandshake.TryAccept(Relay, ring, NtorV3Verification.CircuitExtend, cut, out _));
        }
    }

    [Fact]
    public void Every_changed_bit_and_every_truncation_of_the_reply_is_refused_and_leaves_no_keys()
    {
        using NtorKeyPair pair = NtorKeyPair.Generate(new SeededRandomSource(1));
        using var ring = new NtorKeyRing(new SeededRandomSource(3), pair);
        using NtorV3ClientHandshake client = StartClient(pair);
        var keys = new byte[180];
        Assert.True(NtorV3ServerHandshake.TryAccept(
            Relay, ring, NtorV3Verification.CircuitExtend, client.Request.Span, out NtorV3ServerHandshake? server));
        Assert.True(server.TryRespond(new SeededRandomSource(5), [0], keys, out byte[]? reply));
        server.Dispose();
        for (int bit = 0; bit < 8 * reply.Length; bit++)
        {
            byte[] altered = [.. reply];
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(client.TryComplete(altered, keys, out byte[]? message), $"bit {bit}");
            Assert.Null(message);
            Assert.All(keys, value => Assert.Equal(0, value));
        }

        for (int length = 0; length < reply.Length; length++)
        {
            Assert.False(client.TryComplete(reply.AsSpan(0, length), keys, out _));
        }

        Assert.True(client.TryComplete(reply, keys, out _));
    }

    [Fact]
    public void Keys_of_small_order_are_refused_by_both_sides()
    {
        byte[] zero = new byte[32];
        using NtorKeyPair pair = NtorKeyPair.Generate(new SeededRandomSource(1));
        using var ring = new NtorKeyRing(new SeededRandomSource(3), pair);
        using var client = new NtorV3ClientHandshake(new SeededRandomSource(4), Relay, zero, NtorV3Verification.CircuitExtend, [0]);
        Assert.Equal(NtorV3ClientHandshake.RequestOverhead + 1, client.Request.Length);
        Assert.False(client.TryComplete(new byte[NtorV3ServerHandshake.ReplyOverhead], new byte[92], out _));

        // A client without a private key: the MAC follows from the zero secret, and is right.
        using var schedule = new NtorV3KeySchedule(Relay, pair.PublicKey, zero, zero, NtorV3Verification.CircuitExtend);
        var encryptionKey = new byte[32];
        var macKey = new byte[32];
        var mac = new byte[32];
        schedule.DeriveMessageKeys(encryptionKey, macKey);
        schedule.ComputeMessageMac(macKey, [7], mac);
        byte[] request = [.. Relay.ToArray(), .. pair.PublicKey, .. zero, 7, .. mac];
        Assert.False(NtorV3ServerHandshake.TryAccept(Relay, ring, NtorV3Verification.CircuitExtend, request, out _));
    }

    private static NtorV3ClientHandshake StartClient(NtorKeyPair onionKey) =>
        new(new SeededRandomSource(4), Relay, onionKey.PublicKey, NtorV3Verification.CircuitExtend, [0]);

    private static bool TryAccept(NtorKeyPair wanted, NtorKeyRing ring, Ed25519Identity relay)
    {
        using NtorV3ClientHandshake client = StartClient(wanted);
        return NtorV3ServerHandshake.TryAccept(relay, ring, NtorV3Verification.CircuitExtend, client.Request.Span, out _);
    }
}
