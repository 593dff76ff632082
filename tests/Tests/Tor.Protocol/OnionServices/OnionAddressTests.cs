using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.OnionServices;

namespace Tunic.Tests.Tor.Protocol.OnionServices;

// Vectors of stock tor: src/test/test_hs_common.c, test_validate_address and test_build_address (from hs_build_address.py); cases of
// Arti, crates/tor-hscrypto/src/pk.rs, hsid_strings.
public sealed class OnionAddressTests
{
    private const string Label = "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sid";
    private const string Key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    [Fact]
    public void The_address_of_a_key_is_stocks()
    {
        Assert.True(Ed25519Identity.TryParseHex(Key, out Ed25519Identity identity));
        var address = new OnionAddress(identity);

        Assert.Equal(Label, address.ToLabel());
        Assert.Equal(Label + ".onion", address.ToString());
    }

    [Theory]
    [InlineData(Label)]
    [InlineData(Label + ".onion")]
    [InlineData("25NJQAMCWEFLPVKL73J4SZAHHIHOC4XT3KTCGJNPAINGR5YHKENL5SID.ONION")]
    public void An_address_is_read_with_and_without_its_suffix_and_in_either_case(string text)
    {
        Assert.Equal(OnionAddressFault.None, OnionAddress.Parse(text, out OnionAddress address));
        Assert.Equal(Key, address.Identity.ToString().ToLowerInvariant());
        Assert.True(OnionAddress.TryParse(Label, out OnionAddress same));
        Assert.True(address == same && address.Equals((object)same) && address.GetHashCode() == same.GetHashCode());
    }

    [Theory]
    [InlineData("blah", OnionAddressFault.WrongLength)]
    [InlineData("", OnionAddressFault.WrongLength)]
    [InlineData(".onion", OnionAddressFault.WrongLength)]
    [InlineData("p3xnclpu4mu22dwaurjtsybyqk4xfjmcfz6z62yl24uwmhjatiwnlnadb", OnionAddressFault.WrongLength)]
    [InlineData("www." + Label + ".onion", OnionAddressFault.WrongLength)]
    [InlineData("l5satjgud6gucryazcyvyvhuxhr74u6ygigiuyixe3a6ysis67ororad", OnionAddressFault.WrongChecksum)]
    [InlineData("btojiu7nu5y5iwut64eufevogqdw4wmqzugnoluw232r4t3ecsfv37ad", OnionAddressFault.WrongChecksum)]
    [InlineData("????????????????????????????????????????????????????????", OnionAddressFault.WrongCharacter)]
    [InlineData("25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5si1", OnionAddressFault.WrongCharacter)]
    [InlineData("25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sie", OnionAddressFault.WrongVersion)]
    [InlineData("25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5xid", OnionAddressFault.WrongChecksum)]
    [InlineData("\u212Anjqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sidd", OnionAddressFault.WrongCharacter)]
    public void What_is_wrong_with_an_address_is_told(string text, OnionAddressFault fault)
    {
        Assert.Equal(fault, OnionAddress.Parse(text, out OnionAddress address));
        Assert.Equal(default, address);
    }

    [Theory]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")] // the identity element
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")] // order 4
    [InlineData("0200000000000000000000000000000000000000000000000000000000000000")] // no point
    public void A_key_that_is_no_good_point_is_refused(string key)
    {
        Assert.True(Ed25519Identity.TryParseHex(key, out Ed25519Identity identity));

        Assert.Equal(OnionAddressFault.WrongKey, OnionAddress.Parse(new OnionAddress(identity).ToString(), out _));
    }

    [Theory]
    [InlineData("www.example." + Label + ".onion", OnionAddressFault.None)]
    [InlineData(Label + ".Onion", OnionAddressFault.None)]
    [InlineData(Label, OnionAddressFault.WrongLength)]
    [InlineData(Label + ".example.onion", OnionAddressFault.WrongLength)]
    [InlineData("example.com", OnionAddressFault.WrongLength)]
    public void A_host_name_may_have_subdomains(string host, OnionAddressFault fault)
    {
        Assert.Equal(fault, OnionAddress.ParseHost(host, out OnionAddress address));
        Assert.Equal(fault == OnionAddressFault.None ? Label : new OnionAddress(default).ToLabel(), address.ToLabel());
    }

    [Fact]
    public void Every_truncation_and_every_changed_character_is_refused()
    {
        for (int i = 0; i < Label.Length; i++)
        {
            Assert.False(OnionAddress.TryParse(Label.AsSpan(0, i), out _));
            Assert.False(OnionAddress.TryParse(Label.Remove(i, 1).Insert(i, Label[i] == 'a' ? "b" : "a"), out _));
        }
    }
}
