using Tunic.Tor.Relay.Exits;

namespace Tunic.Tests.TorRelay.Exits;

public sealed class ReverseNameTests
{
    [Theory]
    [InlineData("4.3.2.1.in-addr.arpa", "1.2.3.4")]
    [InlineData("0.0.168.192.IN-ADDR.ARPA", "192.168.0.0")]
    [InlineData("08.0.0.10.in-addr.arpa", null)] // neither octal nor decimal
    [InlineData("010.0.0.10.in-addr.arpa", null)]
    [InlineData("1\0.0.0.10.in-addr.arpa", null)] // .NET reads numbers up to a NUL
    [InlineData("256.0.0.10.in-addr.arpa", null)]
    [InlineData("0.0.10.in-addr.arpa", null)]
    [InlineData(".0.0.10.in-addr.arpa", null)]
    public void A_name_is_that_of_an_address_or_malformed(string name, string? address) =>
        Assert.Equal(address, ReverseName.Parse(name)?.ToString());
}
