using System.Globalization;
using System.Net;
using Tunic.Primitives.Errors;

namespace Tunic.Tests.Primitives;

public sealed class SensitiveTests
{
    [Fact]
    public void A_sensitive_value_prints_nothing_of_itself()
    {
        Sensitive<IPAddress> address = Sensitive.Of(IPAddress.Parse("192.0.2.7"));

        Assert.Equal("[redacted]", address.ToString());
        Assert.Equal("from [redacted]", $"from {address}");
        Assert.Equal("[redacted]", string.Create(CultureInfo.InvariantCulture, $"{Sensitive.Of(12.5):0.00}"));
    }
}
