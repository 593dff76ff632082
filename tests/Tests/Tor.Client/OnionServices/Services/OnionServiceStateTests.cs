using Tunic.Primitives.Time;
using Tunic.Tor.Client.OnionServices.Services;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;
using Tunic.Tor.Protocol.OnionServices.Descriptors;

namespace Tunic.Tests.Tor.Client.OnionServices.Services;

public sealed class OnionServiceStateTests
{
    private const int Points = 3;
    private const int Extra = 2;

    [Fact]
    public void Each_of_the_two_descriptors_begins_with_two_more_circuits_than_it_needs_and_keeps_the_first()
    {
        using var bench = new ServiceBench();
        bench.Update();

        List<ServiceIntroductionPoint> attempts = bench.TakeAttempts();

        Assert.Equal(2 * (Points + Extra), attempts.Count);
        ServiceDescriptor first = bench.State.Descriptors.First();
        Assert.Equal(Points + Extra, first.Points.Select(point => point.Relay).Distinct().Count());
        bool[] wanted = [.. first.Points.ToArray().Select(point => bench.State.OnOpened(point, bench.Now))];
        Assert.Equal([true, true, true, false, false], wanted);
        Assert.Equal(Points, first.Points.Count);
    }

    [Fact]
    public void A_descriptor_is_uploaded_when_all_its_points_are_ready_and_says_what_visitors_need()
    {
        using var bench = new ServiceBench();
        bench.Update();
        List<ServiceIntroductionPoint> attempts = bench.TakeAttempts();
        ServiceDescriptor first = bench.State.Descriptors.First();
        foreach (ServiceIntroductionPoint point in attempts.Where(first.Points.Contains).Take(Points).ToArray())
        {
            Assert.Empty(bench.TakeUploads());
            bench.State.OnOpened(point, bench.Now);
            bench.State.OnEstablished(point);
        }

        DescriptorVersion version = Assert.Single(bench.TakeUploads());

        Assert.Equal(8, version.Directories.Count);
        Assert.Equal(version.BlindedKey, first.Keys.Credential.BlindedKey);
        DescriptorContent content = Open(bench, version);
        Assert.Equal(
            first.Points.Where(point => point.Status == IntroductionPointStatus.Established).Select(point => point.AuthenticationKey.PublicKey).ToHashSet(),
            content.IntroductionPoints.Select(point => point.AuthenticationKey).ToHashSet());
        Assert.Equal(new DescriptorFlowControl("1-2", 31), content.FlowControl);
        Assert.Null(content.ProofOfWork);
        Assert.False(content.IsSingleOnionService);
        Assert.Empty(bench.TakeUploads());
    }

    [Fact]
    public void Only_an_authorized_client_can_open_the_descriptor_and_a_puzzle_and_the_lack_of_anonymity_are_told()
    {
        var clientKey = new byte[32];
        OnionServiceOptions options = ServiceBench.Options with
        {
            AuthorizedClients = [ClientAuthorizationKey.Generate(new SeededRandomSource(3)).PublicKey],
            ProofOfWork = new(),
            IsSingleHop = true,
        };
        using var bench = new ServiceBench(options: options);
        DescriptorVersion version = bench.Establish()[0];
        Assert.True(OnionServiceDescriptor.TryParse(version.Text, bench.UtcNow, out OnionServiceDescriptor? descriptor, out _));
        Assert.Equal(DescriptorOpening.NeedsAuthorization, descriptor.Open(Credential(bench, version), [], bench.UtcNow, 31, out _));
        Assert.Equal(DescriptorOpening.WrongAuthorization, descriptor.Open(Credential(bench, version), clientKey, bench.UtcNow, 31, out _));

        using var open = new ServiceBench(options: options with { AuthorizedClients = [] });
        DescriptorContent content = Open(open, open.Establish()[0]);
        Assert.True(content.IsSingleOnionService);
        Assert.Equal(0u, content.ProofOfWork?.SuggestedEffort);
    }

    [Fact]
    public void A_lost_circuit_is_built_again_with_the_same_keys_and_without_another_upload()
    {
        using var bench = new ServiceBench();
        bench.Establish();
        ServiceIntroductionPoint point = bench.State.Descriptors.First().Points[0];

        bench.State.OnEnded(point);
        bench.Update();

        Assert.Equal([point], bench.TakeAttempts());
        bench.State.OnOpened(point, bench.Now);
        bench.State.OnEstablished(point);
        bench.Update();
        Assert.Empty(bench.TakeUploads());
    }

    [Fact]
    public void A_relay_that_fails_four_times_is_replaced_left_alone_for_five_minutes_and_the_descriptor_is_uploaded_again()
    {
        using var bench = new ServiceBench(relays: 4);
        bench.Establish();
        ServiceDescriptor first = bench.State.Descriptors.First();
        ServiceIntroductionPoint point = first.Points[0];
        for (int attempt = 2; attempt <= ServiceDescriptor.MaxAttempts; attempt++)
        {
            bench.State.OnEnded(point);
            bench.Update();
            Assert.Equal([point], bench.TakeAttempts());
        }

        bench.State.OnEnded(point);
        bench.Update();

        Assert.DoesNotContain(point, first.Points);
        ServiceIntroductionPoint other = Assert.Single(bench.TakeAttempts());
        Assert.NotEqual(point.Relay, other.Relay);
        bench.State.OnOpened(other, bench.Now);
        bench.State.OnEstablished(other);
        Assert.Single(bench.TakeUploads());
    }

    [Fact]
    public void Circuits_that_all_fail_are_not_tried_without_end()
    {
        using var bench = new ServiceBench();
        int tried = 0;
        for (int second = 0; second < 290; second++)
        {
            bench.Update();
            foreach (ServiceIntroductionPoint point in bench.TakeAttempts())
            {
                tried++;
                bench.State.OnEnded(point);
            }

            bench.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.Equal((2 * (Points + Extra + (Points * 3))) + 1, tried);
        bench.Pass(TimeSpan.FromSeconds(20));
        bench.Update();
        Assert.NotEmpty(bench.TakeAttempts());
    }

    [Fact]
    public void A_point_lives_18_to_24_hours_or_as_many_introductions_as_it_was_given()
    {
        using var bench = new ServiceBench();
        bench.Establish();
        ServiceDescriptor first = bench.State.Descriptors.First();
        Assert.All(first.Points, point => Assert.InRange(point.ExpiresAt - bench.Now, TimeSpan.FromHours(18), TimeSpan.FromHours(24)));
        Assert.All(first.Points, point => Assert.InRange(point.MaxIntroductions, 16_384, 32_768));
        ServiceIntroductionPoint worn = first.Points[0];

        worn.Introductions = worn.MaxIntroductions;
        bench.Update();

        Assert.DoesNotContain(worn, first.Points);
        Assert.True(bench.State.TryTakeRetired(out ServiceIntroductionPoint? retired));
        Assert.Same(worn, retired);
        Assert.Equal(Points, first.Points.Count);
    }

    [Fact]
    public void A_point_whose_relay_is_no_longer_running_is_replaced()
    {
        using var bench = new ServiceBench();
        bench.Establish();
        ServiceIntroductionPoint point = bench.State.Descriptors.First().Points[0];

        bench.Stop(point.Relay);
        bench.Refresh();
        bench.Update();

        Assert.DoesNotContain(point, bench.State.Descriptors.First().Points);
        Assert.Equal(Points, bench.State.Descriptors.First().Points.Count);
    }

    [Fact]
    public void A_network_with_too_few_relays_gets_a_descriptor_with_as_many_points_as_there_are()
    {
        using var bench = new ServiceBench(relays: 2);

        List<DescriptorVersion> versions = bench.Establish();

        Assert.Equal(2, versions.Count);
        Assert.Equal(2, Open(bench, versions[0]).IntroductionPoints.Count);
    }

    [Fact]
    public void Without_a_relay_that_may_be_used_nothing_is_uploaded()
    {
        using var bench = new ServiceBench(relays: 1);
        bench.Exclude(bench.Network.View.Relays[0].RsaIdentity);

        bench.Refresh();
        Assert.Empty(bench.Establish());
    }

    [Fact]
    public void A_descriptor_is_uploaded_again_within_two_hours_with_a_larger_revision()
    {
        using var bench = new ServiceBench();
        ulong before = Revision(bench, bench.Establish()[0]);

        bench.Pass(TimeSpan.FromMinutes(59));
        bench.Update();
        Assert.Empty(bench.TakeUploads());
        bench.Pass(TimeSpan.FromMinutes(61));
        bench.Update();

        Assert.True(Revision(bench, bench.TakeUploads()[0]) > before);
    }

    [Fact]
    public void Two_versions_in_one_second_have_rising_revisions()
    {
        using var bench = new ServiceBench();
        ulong before = Revision(bench, bench.Establish()[0]);

        bench.State.Descriptors.First().UploadSoon(bench.Now);

        Assert.Equal(before + 1, Revision(bench, Assert.Single(bench.TakeUploads())));
    }

    [Fact]
    public void A_new_directory_gets_the_descriptor_at_once()
    {
        using var bench = new ServiceBench(relays: 5);
        bench.Establish();

        bench.AddRelay();
        bench.Refresh();
        bench.Update();

        Assert.Equal(2, bench.TakeUploads().Count);
    }

    [Fact]
    public void The_second_descriptor_becomes_the_first_with_the_next_shared_random_value_and_keeps_its_points()
    {
        using var bench = new ServiceBench();
        bench.Establish();
        ServiceDescriptor[] before = [.. bench.State.Descriptors];

        bench.Pass(TimeSpan.FromHours(6)); // noon to the evening
        bench.Refresh();
        bench.Update();
        Assert.Equal(before, bench.State.Descriptors);
        bench.Pass(TimeSpan.FromHours(6)); // midnight
        bench.Refresh();
        bench.Update();

        ServiceDescriptor[] after = [.. bench.State.Descriptors];
        Assert.Same(before[1], after[0]);
        Assert.Equal(before[1].Period.Next, after[1].Period);
        List<ServiceIntroductionPoint> retired = [];
        while (bench.State.TryTakeRetired(out ServiceIntroductionPoint? point))
        {
            retired.Add(point);
        }

        Assert.Equal(before[0].Points, retired);
        Assert.NotEmpty(bench.TakeAttempts());
    }

    [Fact]
    public void A_stale_consensus_stops_uploads()
    {
        using var bench = new ServiceBench();
        bench.Establish();

        bench.Pass(TimeSpan.FromHours(30));
        bench.Update();

        Assert.Empty(bench.Establish());
    }

    [Fact]
    public void Too_many_clients_are_told_and_nothing_is_uploaded()
    {
        ReadOnlyMemory<byte>[] clients = [.. Enumerable.Range(1, 800).Select(number => (ReadOnlyMemory<byte>)Enumerable.Repeat((byte)(number % 200), 32).ToArray())];
        using var bench = new ServiceBench(options: ServiceBench.Options with { AuthorizedClients = clients });

        Assert.Empty(bench.Establish());
        Assert.True(bench.State.IsTooLong);
    }

    private static PeriodCredential Credential(ServiceBench bench, DescriptorVersion version) =>
        PeriodCredential.Create(new OnionAddress(bench.Identity), version.Descriptor.Period);

    private static ulong Revision(ServiceBench bench, DescriptorVersion version)
    {
        Assert.True(OnionServiceDescriptor.TryParse(version.Text, bench.UtcNow, out OnionServiceDescriptor? descriptor, out _));
        return descriptor.RevisionCounter;
    }

    private static DescriptorContent Open(ServiceBench bench, DescriptorVersion version)
    {
        Assert.True(OnionServiceDescriptor.TryParse(version.Text, bench.UtcNow, out OnionServiceDescriptor? descriptor, out _));
        Assert.Equal(DescriptorOpening.Opened, descriptor.Open(Credential(bench, version), [], bench.UtcNow, 31, out DescriptorContent? content));
        return content!;
    }
}
