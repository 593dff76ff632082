using System.Net;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;

namespace Tunic.Tests.Tor.Protocol.RelayMessages.OnionServices;

public sealed class IntroductionMessageTests
{
    private static readonly Ed25519PrivateKey _key = Ed25519PrivateKey.Generate(new SeededRandomSource(7));
    private static readonly byte[] _nonce = [.. Enumerable.Range(0, 20).Select(i => (byte)i)];

    [Fact]
    public void Establish_intro_is_laid_out_as_in_the_specification()
    {
        byte[] body = EstablishIntro.Create(_key, MessageExtensions.None, _nonce).Encode();
        Assert.Equal([2, 0, 32, .. _key.PublicKey.ToArray(), 0], body[..36]);
        Assert.Equal([0, 64], body[68..70]);
        Assert.Equal(134, body.Length);
    }

    [Fact]
    public void Establish_intro_survives_the_wire_and_holds_for_its_own_circuit_only()
    {
        byte[] body = EstablishIntro.Create(_key, new MessageExtensions(new IntroductionLimits(25, 200).ToExtension()), _nonce).Encode();
        EstablishIntro read = EstablishIntro.Decode([.. body, 9, 9]); // stock ignores what follows
        Assert.Equal(body, read.Encode());
        Assert.Equal(_key.PublicKey, read.AuthenticationKey);
        Assert.True(read.Verify(_nonce));
        Assert.False(read.Verify(new byte[20]));
        Assert.True(IntroductionLimits.TryFind(read.Extensions, out IntroductionLimits? limits));
        Assert.Equal(new IntroductionLimits(25, 200), limits);
    }

    [Fact]
    public void Establish_intro_altered_anywhere_is_refused()
    {
        byte[] body = EstablishIntro.Create(_key, MessageExtensions.None, _nonce).Encode();
        for (int i = 0; i < body.Length; i++)
        {
            byte[] altered = [.. body];
            altered[i] ^= 1;
            Assert.False(ReadsAndHolds(altered), $"byte {i}");
            Assert.Throws<MalformedMessageException>(() => EstablishIntro.Decode(body.AsSpan(0, i)));
        }
    }

    [Theory]
    [InlineData(0ul, 0ul, false)]
    [InlineData(0ul, 5ul, false)]
    [InlineData(5ul, 0ul, false)]
    [InlineData(5ul, 4ul, false)]
    [InlineData(5ul, 5ul, true)]
    [InlineData(2147483647ul, 2147483647ul, true)]
    [InlineData(1ul, 2147483648ul, false)]
    public void Limits_hold_within_stocks_bounds_only(ulong rate, ulong burst, bool enabled) =>
        Assert.Equal(enabled, new IntroductionLimits(rate, burst).AreEnabled);

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("01010000000000000")] // odd digits are added a zero: one byte short
    [InlineData("01030000000000000001")] // a parameter without a name
    public void Limits_that_cannot_be_read_are_as_if_they_were_not_there(string hex)
    {
        byte[] body = Convert.FromHexString(hex.Length % 2 == 0 ? hex : hex + "0");
        Assert.False(IntroductionLimits.TryFind(new MessageExtensions(new MessageExtension(1, body)), out _));
    }

    [Fact]
    public void Missing_limit_is_zero_and_the_last_one_counts()
    {
        byte[] rateOnly = Convert.FromHexString("01010000000000000007");
        Assert.True(IntroductionLimits.TryFind(
            new MessageExtensions(new IntroductionLimits(1, 2).ToExtension(), new MessageExtension(9, default), new MessageExtension(1, rateOnly)),
            out IntroductionLimits? limits));
        Assert.Equal(new IntroductionLimits(7, 0), limits);
    }

    [Fact]
    public void Intro_established_and_introduce_ack_survive_the_wire()
    {
        Assert.Equal([0], new IntroEstablished(MessageExtensions.None).Encode());
        Assert.Empty(IntroEstablished.Decode([0]).Extensions);
        Assert.Throws<MalformedMessageException>(() => IntroEstablished.Decode([]));
        Assert.Equal([0, 2, 0], new IntroduceAck(IntroduceAckStatus.BadFormat, MessageExtensions.None).Encode());
        Assert.Equal(IntroduceAckStatus.UnknownService, IntroduceAck.Decode([0, 1, 0]).Status);
        Assert.Equal((IntroduceAckStatus)0x1234, IntroduceAck.Decode([0x12, 0x34, 1, 5, 1, 0, 99]).Status);
        byte[] whole = [0, 1, 1, 5, 2, 8, 9];
        for (int i = 0; i < whole.Length; i++)
        {
            Assert.Throws<MalformedMessageException>(() => IntroduceAck.Decode(whole.AsSpan(0, i)));
        }
    }

    [Fact]
    public void Introduce1_survives_the_wire_and_is_refused_when_cut_off()
    {
        var message = new Introduce1(_key.PublicKey, new MessageExtensions(new MessageExtension(3, new byte[2])), new byte[] { 1, 2, 3 });
        byte[] body = message.Encode();
        Introduce1 read = Introduce1.Decode(body);
        Assert.Equal(body, read.Encode());
        Assert.Equal(body.Length - 3, read.HeaderLength);
        Assert.Equal([1, 2, 3], read.Encrypted.ToArray());
        for (int i = 0; i <= read.HeaderLength; i++)
        {
            Assert.Throws<MalformedMessageException>(() => Introduce1.Decode(body.AsSpan(0, i)));
        }
    }

    [Theory]
    [InlineData(0)] // a legacy key
    [InlineData(20)] // another type of key
    [InlineData(22)] // another length of key
    public void Introduce1_of_an_old_format_is_refused(int place)
    {
        byte[] body = new Introduce1(_key.PublicKey, MessageExtensions.None, new byte[99]).Encode();
        body[place] ^= 1;
        Assert.Throws<MalformedMessageException>(() => Introduce1.Decode(body));
    }

    [Fact]
    public void Plaintext_survives_the_wire_padded_as_stock_pads_it()
    {
        IntroducePlaintext plaintext = Plaintext(new MessageExtensions(MessageExtension.CongestionControlRequest));
        byte[] encoded = plaintext.Encode(headerLength: 56);
        Assert.Equal(246 - 56, encoded.Length);
        IntroducePlaintext read = IntroducePlaintext.Decode(encoded);
        Assert.Equal(encoded, read.Encode(56));
        Assert.True(read.Extensions[0].IsCongestionControlRequest);
        Assert.Equal(plaintext.Cookie, read.Cookie);
        Assert.Equal(IPEndPoint.Parse("192.0.2.1:9001"), read.RendezvousPoint.IPv4);
        Assert.Equal(plaintext.OnionKey.ToArray(), read.OnionKey.ToArray());
    }

    [Fact]
    public void Plaintext_cut_off_or_with_another_key_is_refused()
    {
        byte[] encoded = Plaintext(MessageExtensions.None).Encode(headerLength: 246);
        for (int i = 0; i < encoded.Length; i++)
        {
            Assert.Throws<MalformedMessageException>(() => IntroducePlaintext.Decode(encoded.AsSpan(0, i)));
        }

        encoded[21] = 2; // ONION_KEY_TYPE
        Assert.Throws<MalformedMessageException>(() => IntroducePlaintext.Decode(encoded));
    }

    [Fact]
    public void Proof_survives_the_wire_and_unreadable_ones_are_told_from_none()
    {
        var proof = new IntroductionProof(new byte[16], 0x01020304, new byte[] { 5, 6, 7, 8 }, new byte[16]);
        MessageExtension extension = proof.ToExtension();
        Assert.Equal(41, extension.Body.Length);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], extension.Body.Span.Slice(17, 8).ToArray());
        Assert.True(IntroductionProof.TryRead(extension, out IntroductionProof? read));
        Assert.Equal(proof.Effort, read.Effort);
        for (int i = 0; i < extension.Body.Length; i++)
        {
            var cut = new MessageExtension(2, extension.Body[..i]);
            Assert.True(IntroductionProof.IsProof(cut));
            Assert.False(IntroductionProof.TryRead(cut, out _));
        }

        Assert.False(IntroductionProof.TryRead(new MessageExtension(2, (byte[])[2, .. new byte[40]]), out _)); // another version
        Assert.False(IntroductionProof.IsProof(MessageExtension.CongestionControlRequest));
    }

    private static IntroducePlaintext Plaintext(MessageExtensions extensions) => new(
        RendezvousCookie.Generate(new SeededRandomSource(1)),
        extensions,
        Enumerable.Range(0, 32).Select(i => (byte)i).ToArray(),
        LinkSpecifiers.For(IPEndPoint.Parse("192.0.2.1:9001"), new RsaIdentity(new byte[20]), new Ed25519Identity(new byte[32]), null));

    private static bool ReadsAndHolds(byte[] body)
    {
        try
        {
            return EstablishIntro.Decode(body).Verify(_nonce);
        }
        catch (MalformedMessageException)
        {
            return false;
        }
    }
}
