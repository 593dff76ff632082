using System.Net;
using Tunic.Node.Configuration.Torrc;

namespace Tunic.Tests.Node.Configuration.Torrc;

public sealed class MetricsPortTests
{
    [Theory]
    [InlineData("MetricsPort 9035", "127.0.0.1:9035")]
    [InlineData("MetricsPort 192.0.2.1:9035 prometheus", "192.0.2.1:9035")]
    [InlineData("MetricsPort [::1]:9035 Prometheus", "[::1]:9035")]
    [InlineData("MetricsPort 9035\nMetricsPort 9036", "127.0.0.1:9035")] // stock's first
    public void The_first_line_says_where_and_loopback_is_the_default(string text, string address) =>
        Assert.Equal(IPEndPoint.Parse(address), TorrcText.Options(text).General.MetricsPort);

    [Theory]
    [InlineData("")]
    [InlineData("MetricsPort 0")]
    public void Without_a_port_there_is_none(string text) => Assert.Null(TorrcText.Options(text).General.MetricsPort);

    [Theory]
    [InlineData("MetricsPort 1.2.3:x", "MetricsPort address/port failed to parse or resolve.")]
    [InlineData("MetricsPort unix:/tmp/m", "MetricsPort address/port failed to parse or resolve.")]
    [InlineData("MetricsPort 9035 json", "MetricsPort unknown format: json")]
    [InlineData("MetricsPortPolicy perhaps 127.0.0.1", "malformed policy")]
    public void A_line_that_makes_no_sense_is_refused(string text, string fault) =>
        Assert.Contains(fault, TorrcText.Fault(text), StringComparison.Ordinal);

    [Fact]
    public void Nobody_is_answered_whom_the_policy_does_not_accept()
    {
        TorrcGeneralOptions open = TorrcText.Options("MetricsPort 9035\nMetricsPortPolicy reject 192.0.2.9\nMetricsPortPolicy accept 192.0.2.0/24,accept 127.0.0.1").General;
        TorrcGeneralOptions silent = TorrcText.Options("MetricsPort 9035").General;

        bool IsAnswered(TorrcGeneralOptions options, string peer) => options.MetricsPolicy.Accepts(IPAddress.Parse(peer), 1);
        Assert.Equal((true, true, false, false), (IsAnswered(open, "127.0.0.1"), IsAnswered(open, "192.0.2.1"), IsAnswered(open, "192.0.2.9"), IsAnswered(open, "::1")));
        Assert.False(IsAnswered(silent, "127.0.0.1"));
    }
}
