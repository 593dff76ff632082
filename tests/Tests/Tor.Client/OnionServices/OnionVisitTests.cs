using System.Collections.Concurrent;
using System.Text;
using Tunic.Primitives.Overlay;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tests.Simulation;
using Tunic.Tests.Tor.Client.Networks;
using Tunic.Tests.Tor.Protocol.Voting;
using Tunic.Tests.TorRelay.Authority;
using Tunic.Tor.Client;
using Tunic.Tor.Client.OnionServices.Visits;
using Tunic.Tor.Client.Streams;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.OnionServices.Authorization;
using Tunic.Tor.Protocol.OnionServices.Descriptors;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;
using Tunic.Tor.Protocol.Socks;

namespace Tunic.Tests.Tor.Client.OnionServices;

/// <summary>A client that visits a service in a network in memory, whose directories, introduction points and service do as the test says.</summary>
public sealed class OnionVisitTests(OnionVisitTests.Network network) : IClassFixture<OnionVisitTests.Network>
{
    private readonly ConcurrentQueue<MadeRelay> _asked = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_visitor_comes_to_the_service_and_streams_of_one_key_share_the_circuit()
    {
        await using SimulatedService service = await StartServiceAsync();
        await using TorClient client = await StartVisitorAsync();
        Serve(service.Describe(1));

        EndReason[] reasons = [.. await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => VisitAsync(client, service, "one")))];
        await VisitAsync(client, service, "two");

        Assert.All(reasons, reason => Assert.Equal(EndReason.ConnectRefused, reason)); // the service's word
        Assert.Equal(2, service.Introductions.Count);
        Assert.Equal(2, service.Introductions.Select(introduction => introduction.Cookie).Distinct().Count());
        Assert.All(service.Introductions, introduction => Assert.Contains(introduction.Extensions, extension => extension.IsCongestionControlRequest));
        Assert.Single(_asked); // the second visit used the descriptor of the first
    }

    [Fact]
    public async Task Every_directory_is_asked_once_before_a_service_counts_as_not_found()
    {
        await using SimulatedService service = await StartServiceAsync(points: 1);
        await using TorClient client = await StartVisitorAsync();
        ServeNothing();

        OnionVisitException failure = await FailAsync(client, service);

        Assert.Equal(LocalEndReason.OnionServiceNotFound, failure.Reason);
        Assert.Equal(6, _asked.Count);
        Assert.Distinct(_asked);
    }

    [Fact]
    public async Task What_a_directory_makes_up_is_passed_over_for_what_another_has()
    {
        await using SimulatedService service = await StartServiceAsync();
        await using SimulatedService other = await StartServiceAsync(points: 1);
        await using TorClient client = await StartVisitorAsync();
        byte[] good = service.Describe(1);
        byte[][] bad = [Encoding.ASCII.GetBytes("hs-descriptor 3\n"), other.Describe(1), new byte[60_000], [.. good[..^10], 1, 2, 3]];
        Serve(count => count < bad.Length ? bad[count] : good);

        Assert.Equal(EndReason.ConnectRefused, await VisitAsync(client, service));
        Assert.Equal(bad.Length + 1, _asked.Count);
    }

    [Fact]
    public async Task When_all_that_directories_have_is_made_up_the_service_counts_as_invalid()
    {
        await using SimulatedService service = await StartServiceAsync(points: 1);
        await using TorClient client = await StartVisitorAsync();
        Serve(Encoding.ASCII.GetBytes("hs-descriptor 3\n"));

        Assert.Equal(LocalEndReason.OnionServiceIsInvalid, (await FailAsync(client, service)).Reason);
    }

    [Fact]
    public async Task A_service_that_has_left_its_introduction_points_is_looked_for_once_more_and_then_told_as_failed()
    {
        await using SimulatedService service = await StartServiceAsync();
        await using TorClient client = await StartVisitorAsync();
        Serve(service.Describe(1));
        service.Leave();

        OnionVisitException failure = await FailAsync(client, service);

        Assert.Equal(LocalEndReason.OnionServiceIntroductionFailed, failure.Reason);
        Assert.InRange(_asked.Count, 2, 6);
        Assert.Empty(service.Introductions);
    }

    [Fact]
    public async Task A_service_that_has_moved_is_found_by_its_newer_descriptor()
    {
        await using SimulatedService service = await StartServiceAsync(points: 2);
        await using TorClient client = await StartVisitorAsync();
        Serve(service.Describe(1));
        await VisitAsync(client, service, "before");
        service.Leave();
        await service.StartAsync(4, [], Cancel);
        byte[] newer = service.Describe(2);
        Serve(newer);

        Assert.Equal(EndReason.ConnectRefused, await VisitAsync(client, service, "after"));
    }

    /// <summary>Somebody at the rendezvous point who does not have the service's key.</summary>
    [Fact]
    public async Task Nobody_but_the_service_is_let_in_at_the_rendezvous_point()
    {
        await using SimulatedService service = await StartServiceAsync();
        await using TorClient client = await StartVisitorAsync();
        service.IsAnother = true;
        Serve(service.Describe(1));

        OnionVisitException failure = await FailAsync(client, service);

        Assert.Equal(LocalEndReason.OnionServiceRendezvousFailed, failure.Reason);
        Assert.InRange(service.Introductions.Count, 2, 8);
        Assert.Distinct(service.Introductions.Select(introduction => introduction.Cookie)); // no cookie serves two introductions
    }

    [Fact]
    public async Task Without_its_key_a_private_service_is_closed_and_with_it_open_at_once()
    {
        using ClientAuthorizationKey key = ClientAuthorizationKey.Generate(SystemRandomSource.Instance);
        await using SimulatedService service = await StartServiceAsync(authorizedClient: key);
        await using TorClient client = await StartVisitorAsync();
        Serve(service.Describe(1));

        Assert.Equal(LocalEndReason.OnionServiceMissingClientAuthorization, (await FailAsync(client, service)).Reason);
        client.OnionAuthorizations.Set(service.Address, new ClientAuthorization(ClientAuthorizationKey.Generate(SystemRandomSource.Instance)));
        Assert.Equal(LocalEndReason.OnionServiceWrongClientAuthorization, (await FailAsync(client, service)).Reason);
        client.OnionAuthorizations.Set(service.Address, new ClientAuthorization(new ClientAuthorizationKey(key.ExportPrivateKey())));

        Assert.Equal(EndReason.ConnectRefused, await VisitAsync(client, service));
        Assert.Single(_asked);
    }

    [Fact]
    public async Task The_puzzle_of_a_service_under_attack_is_solved_with_the_effort_that_it_suggests()
    {
        const uint Effort = 3;
        await using SimulatedService service = await StartServiceAsync();
        await using TorClient client = await StartVisitorAsync();
        byte[] seed = [.. Enumerable.Range(0, ProofOfWorkParameters.SeedLength).Select(value => (byte)value)];
        Serve(service.Describe(1, new ProofOfWorkParameters(ProofOfWorkScheme.V1, seed, Effort, MemoryNetwork.Now.AddHours(1))));

        Assert.Equal(EndReason.ConnectRefused, await VisitAsync(client, service));

        MessageExtension extension = Assert.Single(Assert.Single(service.Introductions).Extensions, IntroductionProof.IsProof);
        Assert.True(IntroductionProof.TryRead(extension, out IntroductionProof? proof));
        Assert.Equal(Effort, proof.Effort);
        Assert.Equal(seed[..4], proof.SeedHead.ToArray());
        var challenge = new byte[ProofOfWorkChallenge.Length];
        ProofOfWorkSolution solution = ProofOfWorkSolution.Decode(proof.Nonce.Span, proof.Effort, proof.SeedHead.Span, proof.Solution.Span);
        ProofOfWorkChallenge.Write(challenge, service.Credential.BlindedKey.Key.ToArray(), seed, solution.Nonce, Effort);
        Assert.True(ProofOfWorkChallenge.IsEnough(challenge, solution.EquiX, Effort));
    }

    [Fact]
    public async Task A_puzzle_that_has_expired_has_the_descriptor_fetched_again()
    {
        await using SimulatedService service = await StartServiceAsync();
        await using TorClient client = await StartVisitorAsync();
        Serve(service.Describe(1, new ProofOfWorkParameters(ProofOfWorkScheme.V1, new byte[32], 0, MemoryNetwork.Now.AddHours(-1))));

        await VisitAsync(client, service, "one");
        await VisitAsync(client, service, "two");

        Assert.Equal(2, _asked.Count);
    }

    [Fact]
    public async Task After_a_new_identity_nothing_that_was_learnt_of_a_service_is_used()
    {
        await using SimulatedService service = await StartServiceAsync();
        await using TorClient client = await StartVisitorAsync();
        Serve(service.Describe(1));
        await VisitAsync(client, service);

        client.UseNewCircuits();
        await VisitAsync(client, service);

        Assert.Equal((2, 2), (_asked.Count, service.Introductions.Count));
    }

    [Theory]
    [InlineData("short.onion")]
    [InlineData(".onion")]
    [InlineData("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryx.onion")]
    public async Task What_is_no_address_reaches_nobody(string host)
    {
        await using TorClient client = await StartVisitorAsync();
        ServeNothing();

        OnionVisitException failure = await Assert.ThrowsAsync<OnionVisitException>(() => OpenAsync(client, host, ""));

        Assert.Equal(LocalEndReason.BadOnionAddress, failure.Reason);
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task A_client_that_is_disposed_ends_the_visits_that_are_on_their_way()
    {
        await using SimulatedService service = await StartServiceAsync(points: 1);
        TorClient client = await StartVisitorAsync();
        network.Simulated.ServeDirectoryAsync = async (relay, _, cancel) =>
        {
            _asked.Enqueue(relay);
            await Task.Delay(Timeout.Infinite, cancel);
        };
        Task visit = OpenAsync(client, service.Address.ToString(), "");
        await Eventually.HoldsAsync(() => !_asked.IsEmpty);

        await client.DisposeAsync();

        Tunic.Primitives.Errors.TunicException failure = await Assert.ThrowsAnyAsync<Tunic.Primitives.Errors.TunicException>(() => visit);
        Assert.Equal(Tunic.Primitives.Errors.ErrorKind.ShuttingDown, failure.Kind);
    }

    private static Task<CircuitStream> OpenAsync(TorClient client, string host, string key) =>
        client.OpenAsync(new StreamRequest(new HostAndPort(host, 80), new IsolationKey(key)), Cancel);

    private static async Task<EndReason> VisitAsync(TorClient client, SimulatedService service, string key = "") =>
        (await Assert.ThrowsAsync<StreamException>(() => OpenAsync(client, service.Address.ToString(), key))).Reason;

    private static Task<OnionVisitException> FailAsync(TorClient client, SimulatedService service) =>
        Assert.ThrowsAsync<OnionVisitException>(() => OpenAsync(client, service.Address.ToString(), ""));

    private async Task<SimulatedService> StartServiceAsync(int points = 3, ClientAuthorizationKey? authorizedClient = null)
    {
        TorClient client = await StartVisitorAsync();
        var service = new SimulatedService(client);
        await service.StartAsync(points, authorizedClient is null ? [] : [authorizedClient.PublicKey], Cancel);
        return service;
    }

    private async Task<TorClient> StartVisitorAsync()
    {
        TorClient client = await network.Simulated.StartClientAsync(new ClientOptions(), new MemoryStateStore());
        await client.DirectoryReady.WaitAsync(Cancel);
        return client;
    }

    /// <summary>What all directories answer.</summary>
    private void Serve(byte[] descriptor) => Serve(_ => descriptor);

    private void ServeNothing() => Serve(_ => null);

    /// <param name="choose">What each of them answers, by how many were asked before; null for "not found".</param>
    private void Serve(Func<int, byte[]?> choose) => network.Simulated.ServeDirectoryAsync = async (relay, stream, cancel) =>
    {
        byte[]? body = choose(_asked.Count);
        _asked.Enqueue(relay);
        string head = body is null ? "HTTP/1.0 404 Not found\r\n\r\n" : $"HTTP/1.0 200 OK\r\nContent-Length: {body.Length}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head).Concat(body ?? []).ToArray(), cancel);
    };

    /// <summary>Made once: keys are slow to make.</summary>
    public sealed class Network : IAsyncLifetime
    {
        internal SimulatedNetwork Simulated { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Simulated = await SimulatedNetwork.StartAsync([.. Enumerable.Range(1, 14).Select(number => new MadeRelay(number))]);

        public ValueTask DisposeAsync() => Simulated.DisposeAsync();
    }
}
