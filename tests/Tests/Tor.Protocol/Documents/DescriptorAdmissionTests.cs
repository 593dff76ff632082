using System.Net;
using Tunic.Tor.Protocol.Documents.Descriptors;

namespace Tunic.Tests.Tor.Protocol.Documents;

public sealed class DescriptorAdmissionTests
{
    private static readonly RouterDescriptor Descriptor = StockNetwork.ReadOwnDescriptor();

    [Fact]
    public void A_stock_descriptor_is_admitted_in_a_test_network()
    {
        Assert.Null(Refuse(Descriptor));
        Assert.Equal("Rejected: Address is a private address.", DescriptorAdmission.FindRefusal(Descriptor, StockNetwork.Now, allowPrivateAddresses: false));
        RelayDeclaration open = Descriptor.Declaration with { Address = IPAddress.Parse("8.8.8.8") };
        Assert.Null(DescriptorAdmission.FindRefusal(Descriptor with { Declaration = open }, StockNetwork.Now, allowPrivateAddresses: false));
    }

    [Theory]
    [InlineData("Tor 0.4.9.11 on Linux", null)]
    [InlineData("Tor 0.4.8.0-alpha-dev on Linux", null)]
    [InlineData("Tor 0.4.8.1", null)]
    [InlineData("Tor 0.4.7.16 on Linux", "Tor version is insecure or unsupported. Please upgrade!")]
    [InlineData("Tor x on Linux", "Malformed platform string.")]
    [InlineData("Tunic 0.1 on Linux", null)]
    [InlineData(null, null)]
    public void Old_versions_of_stock_are_refused_and_other_software_is_not(string? platform, string? expected) =>
        Assert.Equal(expected, Refuse(Descriptor with { Declaration = Descriptor.Declaration with { Platform = platform } }));

    [Theory]
    [InlineData(12 * 60, null)]
    [InlineData((12 * 60) + 1, "Rejected: Your clock is set too far in the future, or your timezone is not correct.")]
    [InlineData(-24 * 60, null)]
    [InlineData((-24 * 60) - 1, "Rejected: Server is expired, or your clock is too far in the past, or your timezone is not correct.")]
    public void The_time_of_publication_must_be_near(int minutes, string? expected)
    {
        RelayDeclaration declaration = Descriptor.Declaration with { Published = StockNetwork.Now.AddMinutes(minutes) };

        Assert.Equal(expected, Refuse(Descriptor with { Declaration = declaration }));
    }

    [Fact]
    public void Keys_certificates_and_length_are_looked_at()
    {
        Assert.Equal("Missing TAP key in descriptor.", Refuse(Descriptor with { TapOnionKey = null }));
        Assert.Equal("Some certs on this router are expired.", Refuse(Descriptor with { CertificatesExpire = StockNetwork.Now.AddSeconds(-1) }));
        Assert.Equal("Missing ntor curve25519 onion key. Please upgrade!", Refuse(Descriptor with { NtorOnionKey = new byte[32] }));
        Assert.Equal("Router descriptor was too large.", Refuse(Descriptor with { Text = new byte[RouterDescriptor.MaxLength + 1] }));
        Assert.Null(Refuse(Descriptor with { Text = new byte[RouterDescriptor.MaxLength] }));
    }

    private static string? Refuse(RouterDescriptor descriptor) =>
        DescriptorAdmission.FindRefusal(descriptor, StockNetwork.Now, allowPrivateAddresses: true);
}
