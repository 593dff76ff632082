using System.Net;
using System.Net.Sockets;
using Tunic.Node.Configuration.Torrc;
using Tunic.Tor.Client.OnionServices.Services;

namespace Tunic.Tests.Node.Configuration.Torrc;

/// <summary>HiddenServiceDir and the lines behind it, as stock hs_config.c reads them.</summary>
public sealed class OnionServiceOptionTests
{
    [Fact]
    public void Lines_belong_to_the_directory_before_them()
    {
        IReadOnlyList<TorrcOnionService> services = TorrcText.Options(
            "HiddenServiceDir /a\nHiddenServicePort 80\nHiddenServiceMaxStreams 5\nHiddenServiceDir /b\nHiddenServicePort 81 8081\nHiddenServicePort 82").Onion.Services;

        Assert.Equal(["/a", "/b"], services.Select(service => service.DirectoryPath));
        Assert.Equal([5, 0], services.Select(service => service.MaxStreams));
        Assert.Equal([80], services[0].Ports.Select(port => (int)port.Port));
        Assert.Equal([81, 82], services[1].Ports.Select(port => (int)port.Port));
    }

    [Fact]
    public void Everything_has_stocks_default()
    {
        TorrcOnionService service = Assert.Single(TorrcText.Options("HiddenServiceDir /a\nHiddenServicePort 80").Onion.Services);

        Assert.Equal((3, 0, false, false), (service.IntroductionPoints, service.MaxStreams, service.MaxStreamsCloseCircuit, service.AllowUnknownPorts));
        Assert.Equal((null, null, false, false), (service.IntroductionLimits, service.ProofOfWork, service.ExportsCircuitId, service.IsGroupReadable));
        Assert.True(TorrcText.Options("").Onion.Publishes);
        Assert.False(TorrcText.Options("").Onion.IsNonAnonymous);
    }

    [Fact]
    public void Defences_are_read_with_their_numbers()
    {
        TorrcOnionService service = Assert.Single(TorrcText.Options(
            "HiddenServiceDir /a\nHiddenServicePort 80\nHiddenServiceEnableIntroDoSDefense 1\nHiddenServiceEnableIntroDoSRatePerSec 7\n"
            + "HiddenServicePoWDefensesEnabled 1\nHiddenServicePoWQueueRate 9\nHiddenServicePoWQueueBurst 10\nHiddenServiceExportCircuitID haproxy\n"
            + "HiddenServiceNumIntroductionPoints 20").Onion.Services);

        Assert.Equal((7UL, 200UL), (service.IntroductionLimits!.RatePerSecond, service.IntroductionLimits.BurstPerSecond));
        Assert.Equal((9, 10), (service.ProofOfWork!.Rate, service.ProofOfWork.Burst));
        Assert.Equal((20, true), (service.IntroductionPoints, service.ExportsCircuitId));
    }

    [Theory]
    [InlineData("HiddenServicePort 80", "HiddenServicePort with no preceding HiddenServiceDir directive")]
    [InlineData("HiddenServiceDir /a", "with no ports configured")]
    [InlineData("HiddenServiceDir /a\nHiddenServicePort 80\nHiddenServiceDir /a\nHiddenServicePort 80", "Another hidden service is already configured")]
    [InlineData("HiddenServiceDir /a\nHiddenServicePort 80\nHiddenServiceVersion 2", "version 2 are obsolete")]
    [InlineData("HiddenServiceDir /a\nHiddenServicePort 80\nHiddenServiceVersion 4", "HiddenServiceVersion must be 3, not 4.")]
    [InlineData("HiddenServiceDir /a\nHiddenServicePort 80\nHiddenServiceNumIntroductionPoints 2", "must be between 3 and 20, not 2.")]
    [InlineData("HiddenServiceDir /a\nHiddenServicePort 80\nHiddenServiceNumIntroductionPoints 21", "must be between 3 and 20, not 21.")]
    [InlineData("HiddenServiceDir /a\nHiddenServicePort 80\nHiddenServiceMaxStreams 65536", "must be between 0 and 65535, not 65536.")]
    [InlineData("HiddenServiceDir /a\nHiddenServicePort 80\nHiddenServiceMaxStreamsCloseCircuit yes", "Unrecognized value yes")]
    [InlineData("HiddenServiceDir /a\nHiddenServicePort 80\nHiddenServiceExportCircuitID x", "must be 'haproxy' or 'none'")]
    [InlineData("HiddenServiceDir /a\nHiddenServicePort 80\nHiddenServicePoWDefensesEnabled 1\nHiddenServicePoWQueueRate 9999", "can not be smaller than the rate value")]
    [InlineData("HiddenServiceDir /a\nHiddenServicePort 80\nHiddenServiceEnableIntroDoSDefense 1\nHiddenServiceEnableIntroDoSRatePerSec 201", "can not be smaller than the rate value")]
    [InlineData("HiddenServiceSingleHopMode 1\nSocksPort 0", "must be used with HiddenServiceNonAnonymousMode")]
    [InlineData("HiddenServiceNonAnonymousMode 1\nSocksPort 0", "must be used with HiddenServiceSingleHopMode")]
    [InlineData("HiddenServiceNonAnonymousMode 1\nHiddenServiceSingleHopMode 1", "incompatible with using Tor as an anonymous client")]
    public void What_makes_no_sense_stops_the_start(string torrc, string fault) =>
        Assert.Contains(fault, TorrcText.Fault(torrc), StringComparison.Ordinal);

    [Fact]
    public void Services_that_do_not_hide_are_asked_for_twice_and_have_no_client_beside_them() =>
        Assert.True(TorrcText.Options("HiddenServiceNonAnonymousMode 1\nHiddenServiceSingleHopMode 1\nSocksPort 0").Onion.IsNonAnonymous);

    [Theory]
    [InlineData("80", "127.0.0.1:80")]
    [InlineData("80 8080", "127.0.0.1:8080")]
    [InlineData("80 10.0.0.1", "10.0.0.1:80")]
    [InlineData("80 10.0.0.1:81", "10.0.0.1:81")]
    [InlineData("80 [::1]:81", "[::1]:81")]
    [InlineData("80 [::1]", "[::1]:80")]
    [InlineData("80   localhost:81", "127.0.0.1:81")]
    [InlineData("80 localhost", "127.0.0.1:80")]
    public void A_target_is_a_port_an_address_or_both(string line, string target) =>
        Assert.Equal(new OnionServicePort(80, IPEndPoint.Parse(target)), OnionPortReader.Read(line, ' ', out _));

    [Fact]
    public void A_target_may_be_a_unix_socket()
    {
        Assert.Equal("/run/web", Assert.IsType<UnixDomainSocketEndPoint>(OnionPortReader.Read("80 unix:/run/web", ' ', out _)?.Target).ToString());
        Assert.Equal("/run/my web", OnionPortReader.Read("80 unix:\"/run/my web\"", ' ', out _)?.Target.ToString());
        Assert.Equal(new OnionServicePort(80, new IPEndPoint(IPAddress.Loopback, 81)), OnionPortReader.Read("80,81", ',', out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("x")]
    [InlineData("80 0")]
    [InlineData("80 65536")]
    [InlineData("80 example.com:80")]
    [InlineData("80 127.1")]
    [InlineData("80 ::1")]
    [InlineData("80 127.0.0.1:0")]
    [InlineData("80 127.0.0.1:x")]
    [InlineData("80 81 82")]
    [InlineData("80 unix:")]
    public void Anything_else_is_refused_with_a_reason(string line)
    {
        Assert.Null(OnionPortReader.Read(line, ' ', out string fault));
        Assert.NotEmpty(fault);
    }
}
