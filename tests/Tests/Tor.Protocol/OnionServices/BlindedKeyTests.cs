using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.OnionServices;

namespace Tunic.Tests.Tor.Protocol.OnionServices;

// Vectors of stock tor: src/test/test_hs_common.c, test_blinding_basics; and of Arti, crates/tor-netdoc/src/doc/hsdesc.rs (made by stock
// tor): TEST_HSID_2, TEST_SUBCREDENTIAL_2.
public sealed class BlindedKeyTests
{
    private const string Identity = "833990B085C1A688C1D4C8B1F6B56AFAF5A2ECA674449E1D704F83765CCB7BC6";
    private const string Secret =
        "D8C7FF0E31295B66540D789AF3E3DF992038A9592EEA01D8B7CBA06D6E66D1594D6167696320576F7264733A20737065697373636F62616C742062697669756D";
    private const string Blinded = "3A50BF210E8F9EE955AE0014F7A6917FB65EBF098A86305ABB508D1A7291B6D5";
    private const string BlindedSecret =
        "A958DC83AC885F6814C67035DE817A2C604D5D2F715282079448F789B656350B4540FE1F80AA3F7E91306B7BF7A8E367293352B14A29FDCC8C19F3558075524B";

    private static readonly TimePeriod _period = new(1234, 1440);

    [Fact]
    public void Parameter_blinded_key_and_subcredential_are_stocks()
    {
        var parameter = new byte[32];
        BlindedKey.GetParameter(Key(Identity), _period, parameter);
        BlindedKey blinded = BlindedKey.Create(Key(Identity), _period);

        Assert.Equal("379E50DB31FEE6775ABD0AF6FB7C371E060308F4F847DB09FE4CFE13AF602287", Convert.ToHexString(parameter));
        Assert.Equal(Blinded, blinded.Key.ToString());
        Assert.Equal(
            "635D55907816E8D76398A675A50B1C2F3E36B42A5CA77BA3A0441285161AE07D",
            Convert.ToHexString(Subcredential.Create(Key(Identity), blinded).ToArray()));
    }

    [Fact]
    public void The_blinded_pair_has_stocks_secret_and_the_same_public_key()
    {
        using Ed25519PrivateKey identity = Ed25519PrivateKey.FromExpanded(Convert.FromHexString(Secret));
        using BlindedKeyPair pair = BlindedKeyPair.Create(identity, _period);

        Assert.Equal(Identity, identity.PublicKey.ToString());
        Assert.Equal(Blinded, pair.PublicKey.Key.ToString());
        Assert.Equal(BlindedSecret, Convert.ToHexString(pair.PrivateKey.ExportExpanded()));
        Assert.Equal(_period, pair.Period);
    }

    [Fact]
    public void What_a_client_computes_from_an_address_is_what_stock_computed()
    {
        Assert.True(OnionAddress.TryParse("paozpdhgz2okvc6kgbxvh2bnfsmt4xergrtcl4obkhopyvwxkpjzvoad.onion", out OnionAddress address));

        PeriodCredential credential = PeriodCredential.Create(address, new TimePeriod(19397, 1440));

        Assert.Equal("706628758208395D461AA0F460A5E76E7B828C66B5E794768592B451302E961D", credential.BlindedKey.Key.ToString());
        Assert.Equal("24A133E905102BDA9A6AFE57F901366A1B8281865A91F1FE0853E4B50CC8B070", credential.Subcredential.Value.ToString());
    }

    [Fact]
    public void A_signature_of_the_blinded_pair_verifies_with_the_key_that_clients_compute()
    {
        using Ed25519PrivateKey identity = Ed25519PrivateKey.Generate(new SeededRandomSource(3));
        using BlindedKeyPair pair = BlindedKeyPair.Create(identity, _period);
        var signature = new byte[64];
        pair.PrivateKey.Sign("message"u8, signature);

        BlindedKey computed = BlindedKey.Create(identity.PublicKey, _period);

        Assert.True(Ed25519.Verify(computed.Key.ToArray(), "message"u8, signature));
        Assert.NotEqual(computed, BlindedKey.Create(identity.PublicKey, _period.Next));
        Assert.NotEqual(computed, BlindedKey.Create(identity.PublicKey, _period with { LengthMinutes = 8 }));
    }

    [Fact]
    public void The_name_of_a_descriptor_reads_back_and_nothing_shorter_or_longer_does()
    {
        var key = new BlindedKey(Key(Blinded));
        byte[] text = Encoding.ASCII.GetBytes(key.ToString());

        Assert.True(BlindedKey.TryParse(text, out BlindedKey read));
        Assert.Equal(key, read);
        for (int length = 0; length < text.Length; length++)
        {
            Assert.False(BlindedKey.TryParse(text.AsSpan(0, length), out _));
        }

        Assert.False(BlindedKey.TryParse([.. text, (byte)'='], out _));
        Assert.False(BlindedKey.TryParse([.. text[1..], (byte)'!'], out _));
    }

    private static Ed25519Identity Key(string hex) => new(Convert.FromHexString(hex));
}
