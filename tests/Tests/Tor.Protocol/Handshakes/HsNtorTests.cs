using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;

namespace Tunic.Tests.Tor.Protocol.Handshakes;

/// <summary>Known answers: Arti, tor-proto hs_ntor.rs, "testvec" (made with C tor and chutney) and "ntor_mac" (made with stock hs_ntor_ref.py).</summary>
public sealed class HsNtorTests
{
    private static readonly int _keyLength = HopCiphers.CipherKeyLength(RelayCryptography.Tor1OnionService);

    private static readonly Ed25519Identity _authenticationKey = new(Hex("34E171E4358E501BFF21ED907E96AC6BFEF697C779D040BBAF49ACC30FC5D21F"));
    private static readonly Digest256 _subcredential = new(Hex("0085D26A9DEBA252263BF0231AEAC59B17CA11BAD8A218238AD6487CBAD68B57"));
    private static readonly byte[] _encryptionKey = Hex("8E5127A40E83AABF6493E41F142B6EE3604B85A3961CD7E38D247239AFF71979");
    private static readonly byte[] _encryptionPrivateKey = Hex("A0ED5DBF94EEB2EDB3B514E4CF6ABFF6022051CC5F103391F1970A3FCD15296A");
    private static readonly byte[] _clientPrivateKey = Hex("60B4D6BF5234DCF87A4E9D7487BDF3F4A69B6729835E825CA29089CFDDA1E341");
    private static readonly byte[] _servicePrivateKey = Hex("68CB5188CA0CD7924250404FAB54EE1392D3D2B9C049A2E446513875952F8F55");

    private static readonly byte[] _header = Hex(
        "000000000000000000000000000000000000000002002034E171E4358E501BFF21ED907E96AC6BFEF697C779D040BBAF49ACC30FC5D21F00");

    private static readonly byte[] _plaintext = Hex(
        "6BD364C12638DD5C3BE23D76ACA05B04E6CE932C0101000100200DE6130E4FCAC4EDDA24E21220CC3EADAE403EF6B7D11C8273AC71908DE565450300067F0000"
        + "0113890214F823C4F8CC085C792E0AEE0283FE00AD7520B37D0320728D5DF39B7B7077A0118A900FF4456C382F0041300ACF9C58E51C392795EF870000000000"
        + "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000");

    private static readonly byte[] _message = Hex(
        "000000000000000000000000000000000000000002002034E171E4358E501BFF21ED907E96AC6BFEF697C779D040BBAF49ACC30FC5D21F00BF04348B46D09AED"
        + "726F1D66C618FDEA1DE58E8CB8B89738D7356A0C59111D5DADBECCCB38E378304DCC179D3D9E437B452AF5702CED2CCFEC085BC02C4C175FA446525C1B9D5530"
        + "563C362FDFFB802DAB8CD9EBC7A5EE17DA62E37DEEB0EB187FBB48C63298B0E83F391B7566F42ADC97C46BA7588278273A44CE96BC68FFDAE31EF5F0913B9A9C"
        + "7E0F173DBC0BDDCD4ACB4C4600980A7DDD9EAEC6E7F3FA3FC37CD95E5B8BFB3E35717012B78B4930569F895CB349A07538E42309C993223AEA77EF8AEA64F25D"
        + "DEE97DA623F1AEC0A47F150002150455845C385E5606E41A9A199E7111D54EF2D1A51B7554D8B3692D85AC587FB9E69DF990EFB776D8");

    private static readonly byte[] _reply = Hex(
        "8fbe0db4d4a9c7ff46701e3e0ee7fd05cd28be4f302460addeec9e93354ee7004A92E8437B8424D5E5EC279245D5C72B25A0327ACF6DAF902079FCB643D8B208");

    [Fact]
    public void Mac_is_that_of_the_reference()
    {
        var mac = new byte[OnionServiceMac.Length];
        OnionServiceMac.Compute("who"u8, "knows?"u8, default, mac);
        Assert.Equal("5e7da329630fdaa3eab7498bb1dc625bbb9ca968f10392b6af92d51d5db17473", Convert.ToHexStringLower(mac));
        OnionServiceMac.Compute("gone"u8, "b"u8, "y"u8, mac);
        Assert.Equal("90071aabb06d3f7c777db41542f4790c7dd9e2e7b2b842f54c9c42bbdb37e9a0", Convert.ToHexStringLower(mac));
    }

    [Fact]
    public void Introduction_is_that_of_stock()
    {
        using HsNtorClientHandshake client = Client();
        Assert.Equal(_message, client.TryIntroduce(_subcredential, IntroducePlaintext.Decode(_plaintext))!.Encode());
    }

    [Fact]
    public void Service_reads_what_stock_sends_and_answers_as_stock_does()
    {
        using NtorKeyPair encryption = NtorKeyPair.FromPrivateKey(_encryptionPrivateKey);
        using NtorKeyPair ephemeral = NtorKeyPair.FromPrivateKey(_servicePrivateKey);
        using HsNtorClientHandshake client = Client();
        Assert.True(HsNtorServiceHandshake.TryDecrypt(
            _authenticationKey, encryption, [_subcredential], _header, _message.AsSpan(_header.Length), out byte[]? plaintext, out HsNtorServiceHandshake? service));
        Assert.Equal(_plaintext, plaintext);

        var ofService = new byte[_keyLength];
        var ofClient = new byte[_keyLength];
        var expected = new byte[_keyLength];
        Assert.Equal(_reply, service.TryRespond(ephemeral, ofService));
        Assert.True(client.TryComplete(_reply, ofClient));
        HsNtorKeySchedule.ExpandKeys(Hex("4D0C72FE8AFF35559D95ECC18EB5A36883402B28CDFD48C8A530A5A3D7D578DB"), expected);
        Assert.Equal(expected, ofService);
        Assert.Equal(expected, ofClient);
    }

    [Fact]
    public void Both_sides_can_talk_afterwards()
    {
        using NtorKeyPair encryption = NtorKeyPair.Generate(new SeededRandomSource(1));
        using var client = new HsNtorClientHandshake(new SeededRandomSource(2), _authenticationKey, encryption.PublicKey);
        Introduce1 introduction = Introduce1.Decode(client.TryIntroduce(_subcredential, Plaintext)!.Encode());
        Assert.True(TryAccept(encryption, introduction, [default, _subcredential], out IntroducePlaintext? read, out HsNtorServiceHandshake? service));
        Assert.Equal(Plaintext.Cookie, read!.Cookie);

        var ofService = new byte[_keyLength];
        var ofClient = new byte[_keyLength];
        byte[] reply = service!.TryRespond(new SeededRandomSource(3), ofService)!;
        Assert.True(client.TryComplete([.. reply, 1, 2, 3], ofClient)); // padding follows
        Assert.Equal(ofService, ofClient);
    }

    [Fact]
    public void Introduction_altered_anywhere_or_for_another_service_is_refused()
    {
        using NtorKeyPair encryption = NtorKeyPair.FromPrivateKey(_encryptionPrivateKey);
        Introduce1 message = Introduce1.Decode(_message);
        Assert.True(TryAccept(encryption, message, [_subcredential], out _, out _));
        Assert.False(TryAccept(encryption, message, [default], out _, out _));
        Assert.False(TryAccept(encryption, message with { AuthenticationKey = default }, [_subcredential], out _, out _));
        for (int i = 0; i < message.Encrypted.Length; i++)
        {
            byte[] altered = message.Encrypted.ToArray();
            altered[i] ^= 1;
            Assert.False(TryAccept(encryption, message with { Encrypted = altered }, [_subcredential], out _, out _), $"byte {i}");
            Assert.False(TryAccept(encryption, message with { Encrypted = message.Encrypted[..i] }, [_subcredential], out _, out _), $"cut at {i}");
        }
    }

    [Fact]
    public void Answer_altered_anywhere_or_cut_off_is_refused_and_leaves_no_keys()
    {
        using HsNtorClientHandshake client = Client();
        var keys = new byte[_keyLength];
        for (int i = 0; i < _reply.Length; i++)
        {
            byte[] altered = [.. _reply];
            altered[i] ^= 1;
            Assert.False(client.TryComplete(altered, keys), $"byte {i}");
            Assert.DoesNotContain(keys, key => key != 0);
            Assert.False(client.TryComplete(_reply.AsSpan(0, i), keys), $"cut at {i}");
        }
    }

    [Fact]
    public void Zero_keys_are_refused_on_both_sides()
    {
        using var client = new HsNtorClientHandshake(new SeededRandomSource(1), _authenticationKey, new byte[32]);
        Assert.Null(client.TryIntroduce(_subcredential, Plaintext));
        Assert.False(client.TryComplete(_reply, new byte[_keyLength]));
        using NtorKeyPair encryption = NtorKeyPair.FromPrivateKey(_encryptionPrivateKey);
        Introduce1 zero = Introduce1.Decode(_message) with { Encrypted = new byte[200] };
        Assert.False(TryAccept(encryption, zero, [_subcredential], out _, out _));
    }

    [Fact]
    public void Largest_introduction_of_a_client_fits_every_kind_of_circuit()
    {
        var proof = new IntroductionProof(new byte[16], 1, new byte[4], new byte[16]);
        IntroducePlaintext plaintext = Plaintext with
        {
            Extensions = new MessageExtensions(MessageExtension.CongestionControlRequest, proof.ToExtension()),
        };
        using HsNtorClientHandshake client = Client();
        Assert.InRange(client.TryIntroduce(_subcredential, plaintext)!.Encode().Length, 300, Introduce1.MaxLength);
    }

    private static IntroducePlaintext Plaintext => new(
        new RendezvousCookie(Hex("6BD364C12638DD5C3BE23D76ACA05B04E6CE932C")),
        MessageExtensions.None,
        new byte[32],
        LinkSpecifiers.For(IPEndPoint.Parse("127.0.0.1:5001"), default, default(Ed25519Identity), IPEndPoint.Parse("[::1]:5001")));

    private static HsNtorClientHandshake Client() => new(NtorKeyPair.FromPrivateKey(_clientPrivateKey), _authenticationKey, _encryptionKey);

    private static bool TryAccept(
        NtorKeyPair encryption, Introduce1 message, Digest256[] subcredentials, out IntroducePlaintext? plaintext, out HsNtorServiceHandshake? service) =>
        HsNtorServiceHandshake.TryAccept(message.AuthenticationKey, encryption, subcredentials, message, out plaintext, out service);

    private static byte[] Hex(string text) => Convert.FromHexString(text);
}
