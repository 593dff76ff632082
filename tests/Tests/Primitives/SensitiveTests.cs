using System.Globalization;
using System.Net;
using Tunic.Primitives.Errors;

namespace Tunic.Tests.Primitives;

public sealed class SensitiveTests : IDisposable
{
    private static readonly IPAddress Address = IPAddress.Parse("192.0.2.7");

    [Fact]
    public void A_sensitive_value_prints_nothing_of_itself()
    {
        Sensitive<IPAddress> address = Sensitive.Of(Address);

        Assert.Equal("[redacted]", address.ToString());
        Assert.Equal("from [redacted]", $"from {address}");
        Assert.Equal("[redacted]", string.Create(CultureInfo.InvariantCulture, $"{Sensitive.OfOurs(12.5):0.00}"));
    }

    [Theory]
    [InlineData(RedactionScope.Everybody, "[redacted]", "[redacted]")]
    [InlineData(RedactionScope.Strangers, "[redacted]", "192.0.2.7")]
    [InlineData(RedactionScope.Nobody, "192.0.2.7", "192.0.2.7")]
    public void The_scope_says_whose_values_are_shown(RedactionScope scope, string strangers, string ours)
    {
        Redaction.Scope = scope;

        Assert.Equal((strangers, ours), (Sensitive.Of(Address).ToString(), Sensitive.OfOurs(Address).ToString()));
    }

    public void Dispose() => Redaction.Scope = RedactionScope.Everybody;
}
