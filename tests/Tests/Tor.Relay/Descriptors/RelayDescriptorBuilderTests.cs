using System.Net;
using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Relay.Descriptors;
using Tunic.Tor.Relay.Keys;

namespace Tunic.Tests.TorRelay.Descriptors;

public class RelayDescriptorBuilderTests
{
    private static readonly DateTime Start = new DateTime(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc).AddMilliseconds(750);

    private static readonly RelayDescriptorOptions Options = new()
    {
        Nickname = "ours",
        Contact = "someone@example.net",
        Address = IPAddress.Parse("192.0.2.7"),
        OnionRouterPort = 9001,
        Platform = "Tunic 0.1.0 on Linux",
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_documents_hold_and_belong_together()
    {
        using RelayKeys keys = await LoadKeysAsync();
        var measurements = new RelayMeasurements { Uptime = TimeSpan.FromSeconds(77), BandwidthObserved = 123_456, Statistics = ["write-history 2026-03-01 00:00:00 (86400 s) 1024"] };

        RelayDescriptorDocuments documents = RelayDescriptorBuilder.Build(Options, measurements, keys.Current.Descriptor, Start);

        Assert.True(documents.ExtraInfo.Belongs(documents.Descriptor, out string? failure), failure);
        Assert.Equal(keys.RsaIdentity, documents.Descriptor.Identity);
        Assert.Equal(keys.Ed25519Identity, documents.Descriptor.Ed25519Identity);
        Assert.Equal(new DateTime(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc), documents.Descriptor.Declaration.Published);
        string text = Encoding.UTF8.GetString(documents.Descriptor.Text.Span);
        Assert.StartsWith("router ours 192.0.2.7 9001 0 0\nidentity-ed25519\n", text, StringComparison.Ordinal);
        Assert.Contains("\nplatform Tunic 0.1.0 on Linux\nproto Cons=1-2 Desc=1-4 DirCache=2 FlowCtrl=1-2 HSDir=2 HSIntro=4-5 HSRend=1-2 Link=3-5 LinkAuth=3 Microdesc=1-3 Relay=2-6\n", text, StringComparison.Ordinal);
        Assert.Contains("\nhidden-service-dir\n", text, StringComparison.Ordinal);
        Assert.Contains("\nuptime 77\nbandwidth 1073741824 1073741824 123456\n", text, StringComparison.Ordinal);
        Assert.Contains("\nreject *:*\ntunnelled-dir-server\nrouter-sig-ed25519 ", text, StringComparison.Ordinal);
        Assert.Contains("\nwrite-history 2026-03-01 00:00:00 (86400 s) 1024\n", Encoding.UTF8.GetString(documents.ExtraInfo.Text.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void The_protocol_line_is_written_as_authorities_write_it()
    {
        Assert.Equal(SpokenProtocols.OfRelay.ToString(), SpokenProtocols.OfRelay.Text);
        Assert.True(SpokenProtocols.OfRelay.Supports(ProtocolName.HSDir, 2));
        Assert.False(SpokenProtocols.OfRelay.Supports(ProtocolName.Conflux, 1));
    }

    [Fact]
    public async Task A_family_lists_its_own_relay_too_and_a_family_of_one_is_none()
    {
        using RelayKeys keys = await LoadKeysAsync();
        Assert.True(RsaIdentity.TryParseHex(new string('F', 40), out RsaIdentity other));

        Assert.Equal(
            new[] { $"${keys.RsaIdentity}", $"${other}" },
            RelayDescriptorBuilder.Build(Options with { Family = [other] }, new(), keys.Current.Descriptor, Start).Descriptor.Declaration.Family);
        Assert.Empty(RelayDescriptorBuilder.Build(Options with { Family = [keys.RsaIdentity] }, new(), keys.Current.Descriptor, Start).Descriptor.Declaration.Family);
    }

    [Fact]
    public async Task An_ipv6_policy_is_told_only_by_exits_that_mean_it()
    {
        using RelayKeys keys = await LoadKeysAsync();
        Assert.True(ExitPolicyParser.TryParseConfiguration("accept *:80,accept6 *:443,reject *:*", out ExitPolicy policy));
        RelayDescriptorOptions exit = Options with { ExitPolicy = policy };

        Assert.Null(RelayDescriptorBuilder.Build(exit, new(), keys.Current.Descriptor, Start).Descriptor.Declaration.IPv6ExitPolicy);
        Assert.Equal(
            "accept 80,443",
            RelayDescriptorBuilder.Build(exit with { ExitsOverIPv6 = true }, new(), keys.Current.Descriptor, Start).Descriptor.Declaration.IPv6ExitPolicy?.ToString());
    }

    [Theory]
    [InlineData("a nickname", null)]
    [InlineData("", null)]
    [InlineData("ours", "two\nlines")]
    public async Task What_authorities_would_refuse_is_refused_here(string nickname, string? contact)
    {
        using RelayKeys keys = await LoadKeysAsync();
        Assert.Throws<ArgumentException>(
            () => RelayDescriptorBuilder.Build(Options with { Nickname = nickname, Contact = contact }, new(), keys.Current.Descriptor, Start));
    }

    [Fact]
    public async Task Statistics_that_do_not_fit_are_left_out()
    {
        using RelayKeys keys = await LoadKeysAsync();
        var measurements = new RelayMeasurements { Statistics = [.. Enumerable.Range(0, 100).Select(number => $"x-line {number} {new string('a', 1_000)}")] };

        string text = Encoding.UTF8.GetString(RelayDescriptorBuilder.Build(Options, measurements, keys.Current.Descriptor, Start).ExtraInfo.Text.Span);

        Assert.True(text.Length < 50_000);
        Assert.Contains("\nx-line 46 ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\nx-line 47 ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Observed_bandwidth_is_the_best_ten_seconds_of_the_worse_direction()
    {
        var history = new BandwidthHistory(Start, TimeSpan.Zero);
        for (int second = 1; second <= 10; second++)
        {
            history.Add(1_000, 500, Start.AddSeconds(second));
        }

        Assert.Equal(500, history.Assess(Start.AddSeconds(11)));
        Assert.Equal(500, history.Assess(Start.AddDays(3)));
        Assert.Equal(0, history.Assess(Start.AddDays(7)));
        Assert.Equal(0, new BandwidthHistory(Start, TimeSpan.FromDays(1)).Assess(Start.AddHours(1)));
        history.AddSelfTest(40_000);
        Assert.Equal(40_000, history.Assess(Start.AddDays(7)));
    }

    [Fact]
    public void History_lines_tell_whole_days_in_whole_kilobytes_and_no_more_than_the_rate()
    {
        var history = new BandwidthHistory(Start, TimeSpan.Zero);
        history.Add(5_000, 3_000, Start.AddHours(1));
        Assert.Empty(history.ToLines(Start.AddHours(23), 1 << 30));

        history.Add(900_000_000, 0, Start.AddHours(30));
        Assert.Equal(
            ["write-history 2026-03-03 12:00:00 (86400 s) 2048,0", "read-history 2026-03-03 12:00:00 (86400 s) 4096,86400000"],
            history.ToLines(Start.AddHours(49), 1_000));
    }

    private static Task<RelayKeys> LoadKeysAsync() =>
        RelayKeys.LoadAsync(new MemoryStateStore(), new RelayKeyOptions(), new SeededRandomSource(5), Start, Cancel);
}
