using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Tests.Tor.Protocol.OnionServices.Authorization;

// Examples of rend-spec-v3, appendix G.1.2, and of Arti, crates/tor-hscrypto/src/pk.rs, parse_client_desc_enc_key.
public sealed class ClientAuthorizationTextTests
{
    private const string Address = "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sid";
    private const string Key = "dz4q5xqlb4ldnbs72iarrml4ephk3du4i7o2cgiva5lwr6wkquja";

    [Theory]
    [InlineData("descriptor:x25519:OM7TGIVRYMY6PFX6GAC6ATRTA5U6WW6U7A4ZNHQDI6OVL52XVV2Q")]
    [InlineData("descriptor:x25519:" + Key)]
    [InlineData(" descriptor:x25519:" + Key + "\n")]
    public void Public_keys_are_read_and_written_back(string text)
    {
        Assert.True(ClientAuthorizationText.TryParsePublicKey(text, out byte[]? key));
        Assert.Equal(text.Trim(), ClientAuthorizationText.FormatPublicKey(key), ignoreCase: true);
    }

    [Theory]
    [InlineData("a:b:c:d:e")]
    [InlineData("descriptor:")]
    [InlineData("descriptor:x25519")]
    [InlineData("")]
    [InlineData("foo:descriptor:x25519:" + Key)]
    [InlineData("bar:x25519:" + Key)]
    [InlineData("descriptor:not-x25519:" + Key)]
    [InlineData("descriptor:x25519:aa==")]
    [InlineData("descriptor:x25519:" + Key + "a")]
    [InlineData("descriptor:x25519:" + Key + ":a")]
    [InlineData("descriptor:x25519:1z4q5xqlb4ldnbs72iarrml4ephk3du4i7o2cgiva5lwr6wkquja")]
    public void Other_texts_are_no_public_keys(string text) => Assert.False(ClientAuthorizationText.TryParsePublicKey(text, out _));

    [Fact]
    public void Private_keys_are_written_and_read_back()
    {
        Assert.True(OnionAddress.TryParse(Address, out OnionAddress address));
        using ClientAuthorizationKey key = ClientAuthorizationKey.Generate(new SeededRandomSource(7));
        string text = ClientAuthorizationText.FormatPrivateKey(address, key);

        Assert.StartsWith(Address + ":descriptor:x25519:", text, StringComparison.Ordinal);
        Assert.True(ClientAuthorizationText.TryParsePrivateKey(text + "\n", out OnionAddress readAddress, out ClientAuthorizationKey? read));
        Assert.Equal(address, readAddress);
        Assert.Equal(key.ExportPrivateKey(), read.ExportPrivateKey());
        Assert.Equal(key.PublicKey.ToArray(), read.PublicKey.ToArray());
        for (int length = 0; length < text.Length; length++)
        {
            Assert.False(ClientAuthorizationText.TryParsePrivateKey(text.AsSpan(0, length), out _, out _));
        }
    }

    [Theory]
    [InlineData("descriptor:x25519:" + Key)]
    [InlineData("example:descriptor:x25519:" + Key)]
    [InlineData(Address + ":descriptor:x25519:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData(Address + ":descriptor:ed25519:" + Key)]
    public void A_wrong_address_or_a_key_of_zeros_is_refused(string text) =>
        Assert.False(ClientAuthorizationText.TryParsePrivateKey(text, out _, out _));
}
