using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Client.Listeners;
using Tunic.Tor.Client.OnionServices;
using Tunic.Tor.Client.OnionServices.Circuits;
using Tunic.Tor.Client.OnionServices.Visits;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;
using Tunic.Tor.Protocol.OnionServices.Descriptors;
using Tunic.Tor.Protocol.Socks;

namespace Tunic.Tests.Tor.Client.OnionServices;

public sealed class VisitRulesTests
{
    private static readonly OnionAddress Service = Address("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd");
    private static readonly Ed25519Identity Point = new(new byte[32]);
    private static readonly TimeSpan Start = TimeSpan.FromHours(1);

    /// <summary>Stock circuitbuild.c, route_len_for_purpose: without its last hop where somebody else chose that.</summary>
    [Theory]
    [InlineData("ClientDirectory", 3, 4)]
    [InlineData("ClientIntroduction", 3, 4)]
    [InlineData("ClientRendezvous", 3, 4)]
    [InlineData("ServiceDirectory", 3, 3)]
    [InlineData("ServiceIntroduction", 3, 3)]
    [InlineData("ServiceRendezvous", 3, 4)]
    public void Circuits_are_as_long_as_stocks(string purpose, int withTwoLayers, int withThree)
    {
        var parsed = Enum.Parse<OnionCircuitPurpose>(purpose);

        Assert.Equal(withTwoLayers, OnionPathShape.GetInternalLength(parsed, hasThirdHops: false));
        Assert.Equal(withThree, OnionPathShape.GetInternalLength(parsed, hasThirdHops: true));
        Assert.Equal(parsed != OnionCircuitPurpose.ServiceIntroduction, OnionPathShape.MayBeSpare(parsed));
    }

    [Fact]
    public void A_point_that_refused_or_was_silent_is_not_asked_for_two_minutes()
    {
        foreach (string failure in new[] { "Refused", "TimedOut" })
        {
            var failures = new IntroductionFailures();
            failures.Note(Service, Point, Enum.Parse<IntroductionFailure>(failure), Start);

            Assert.False(failures.IsUsable(Service, Point, Start));
            Assert.False(failures.IsUsable(Service, Point, Start + TimeSpan.FromSeconds(119)));
            Assert.True(failures.IsUsable(Service, Point, Start + TimeSpan.FromMinutes(2)));
            Assert.Equal(failure == "TimedOut", failures.HasTimedOut(Service, Point, Start));
            Assert.True(failures.IsUsable(Service, new Ed25519Identity([.. Enumerable.Repeat((byte)1, 32)]), Start));
        }
    }

    [Fact]
    public void A_point_that_was_not_reached_is_asked_five_times_and_each_time_asks_for_more_work()
    {
        var failures = new IntroductionFailures();
        for (int count = 1; count <= 5; count++)
        {
            Assert.True(failures.IsUsable(Service, Point, Start));
            failures.Note(Service, Point, IntroductionFailure.Unreachable, Start);
            Assert.Equal(count, failures.CountUnreachable(Service, Point, Start));
        }

        Assert.False(failures.IsUsable(Service, Point, Start));
        failures.Clear();
        Assert.True(failures.IsUsable(Service, Point, Start));
    }

    [Theory]
    [InlineData(false, 15 * 60)]
    [InlineData(true, 5)]
    public void A_directory_is_not_asked_for_the_same_descriptor_again_so_soon(bool isTestNetwork, int seconds)
    {
        var requests = new DescriptorRequests(DescriptorRequests.GetPeriod(isTestNetwork));
        var key = new BlindedKey(Point);
        var other = new BlindedKey(Service.Identity);
        RsaIdentity directory = new(new byte[20]);
        requests.Note(key, directory, Start);

        Assert.False(requests.MayAsk(key, directory, Start + TimeSpan.FromSeconds(seconds)));
        Assert.True(requests.MayAsk(key, directory, Start + TimeSpan.FromSeconds(seconds + 1)));
        Assert.True(requests.MayAsk(other, directory, Start));
        requests.Forget(other);
        Assert.False(requests.MayAsk(key, directory, Start));
        requests.Forget(key);
        Assert.True(requests.MayAsk(key, directory, Start));
    }

    /// <summary>The codes of proposal 304.</summary>
    [Theory]
    [InlineData(LocalEndReason.OnionServiceNotFound, 0xF0)]
    [InlineData(LocalEndReason.OnionServiceIsInvalid, 0xF1)]
    [InlineData(LocalEndReason.OnionServiceIntroductionFailed, 0xF2)]
    [InlineData(LocalEndReason.OnionServiceRendezvousFailed, 0xF3)]
    [InlineData(LocalEndReason.OnionServiceMissingClientAuthorization, 0xF4)]
    [InlineData(LocalEndReason.OnionServiceWrongClientAuthorization, 0xF5)]
    [InlineData(LocalEndReason.BadOnionAddress, 0xF6)]
    [InlineData(LocalEndReason.OnionServiceIntroductionTimedOut, 0xF7)]
    public void Each_failure_of_a_visit_has_its_word_for_applications(LocalEndReason reason, byte status)
    {
        StreamFailure failure = StreamFailure.From(new OnionVisitException(reason, "test"));

        Assert.Equal(status, (byte)failure.Status);
        Assert.Equal(SocksStatus.GeneralError, SocksStatusMapping.WithoutExtension(failure.Status));
    }

    [Fact]
    public void A_key_is_found_for_its_service_only_and_gone_when_it_was_removed()
    {
        using var authorizations = new ClientAuthorizations();
        ClientAuthorizationKey key = ClientAuthorizationKey.Generate(new SeededRandomSource(1));
        byte[] secret = key.ExportPrivateKey();

        Assert.True(authorizations.Set(Service, new ClientAuthorization(key)));
        Assert.Equal(secret, authorizations.Use(Service, bytes => bytes.ToArray()));
        Assert.Empty(authorizations.Use(new OnionAddress(Point), bytes => bytes.ToArray()));
        Assert.False(authorizations.Set(Service, new ClientAuthorization(ClientAuthorizationKey.Generate(new SeededRandomSource(2)))));
        Assert.All(key.ExportPrivateKey(), value => Assert.Equal(0, value)); // wiped
        Assert.True(authorizations.Remove(Service, out _));
        Assert.False(authorizations.Remove(Service, out _));
        Assert.Empty(authorizations.Addresses);
    }

    [Fact]
    public void The_kind_of_a_failure_says_what_helps()
    {
        Assert.Equal(ErrorKind.Configuration, new OnionVisitException(LocalEndReason.BadOnionAddress, "").Kind);
        Assert.Equal(ErrorKind.RemoteRefused, new OnionVisitException(LocalEndReason.OnionServiceWrongClientAuthorization, "").Kind);
        Assert.Equal(ErrorKind.RemoteUnreachable, new OnionVisitException(LocalEndReason.OnionServiceNotFound, "").Kind);
    }

    private static IntroductionPoint PointAt(LinkSpecifiers specifiers) => new()
    {
        LinkSpecifiers = specifiers,
        OnionKey = new byte[32],
        AuthenticationKey = Point,
        EncryptionKey = new byte[32],
    };

    private static OnionAddress Address(string label) => OnionAddress.TryParse(label, out OnionAddress address) ? address : throw new ArgumentException(label);
}
