using System.Net;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Descriptors;

namespace Tunic.Tests.Tor.Protocol.OnionServices.Descriptors;

// Vectors/StockOnionServices: descriptors of stock tor 0.4.9.11.
public sealed class StockDescriptorTests
{
    private const string PublicAddress = "tslnkbbfz25crkahh6up46qtllijvcscc753z5ndzizgcxafzzfv4nyd.onion";
    private const string PrivateAddress = "mkiiegjislzkvt44lltjsihjvg3ltfpt544chfe23ctpkjshj7fgxcid.onion";
    private const string ClientKey = "A83A209B1CD90A4E203F429F6479C00E84D61DA889F83BF9D47DE1E6E8101844";

    private static readonly DateTime _now = new(2026, 11, 21, 22, 37, 30, DateTimeKind.Utc);
    private static readonly byte[] _wrongKey = [.. Enumerable.Repeat((byte)7, 32)];

    [Fact]
    public void A_descriptor_for_everybody_opens()
    {
        OnionServiceDescriptor descriptor = Read("public");

        Assert.Equal(DescriptorOpening.Opened, descriptor.Open(Credential(PublicAddress), default, _now, 31, out DescriptorContent? content));

        Assert.Equal(TimeSpan.FromHours(3), descriptor.Lifetime);
        Assert.Equal(3, content!.IntroductionPoints.Count);
        Assert.Equal(new DescriptorFlowControl("1-2", 31), content.FlowControl);
        Assert.False(content.IsSingleOnionService);
        Assert.Null(content.ProofOfWork);
        Assert.All(content.IntroductionPoints, point => Assert.Equal(IPAddress.Loopback, point.LinkSpecifiers.IPv4!.Address));
    }

    [Fact]
    public void A_descriptor_for_one_client_opens_with_its_key_only()
    {
        OnionServiceDescriptor descriptor = Read("private");
        PeriodCredential credential = Credential(PrivateAddress);

        Assert.Equal(DescriptorOpening.NeedsAuthorization, descriptor.Open(credential, default, _now, 31, out _));
        Assert.Equal(DescriptorOpening.WrongAuthorization, descriptor.Open(credential, _wrongKey, _now, 31, out _));
        Assert.Equal(DescriptorOpening.Opened, descriptor.Open(credential, Convert.FromHexString(ClientKey), _now, 31, out DescriptorContent? content));
        Assert.Equal(3, content!.IntroductionPoints.Count);
    }

    [Fact]
    public void With_another_services_address_neither_opens()
    {
        Assert.Equal(DescriptorOpening.WrongKey, Read("public").Open(Credential(PrivateAddress), default, _now, 31, out _));
        Assert.Equal(DescriptorOpening.WrongKey, Read("private").Open(Credential(PublicAddress), default, _now, 31, out _));
    }

    private static PeriodCredential Credential(string text)
    {
        Assert.True(OnionAddress.TryParse(text, out OnionAddress address));
        return PeriodCredential.Create(address, new TimePeriod(7480418, 4));
    }

    private static OnionServiceDescriptor Read(string name)
    {
        byte[] text = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "StockOnionServices", name + ".txt"));
        Assert.True(OnionServiceDescriptor.TryParse(text, _now, out OnionServiceDescriptor? descriptor, out string? failure), failure);
        return descriptor;
    }
}
