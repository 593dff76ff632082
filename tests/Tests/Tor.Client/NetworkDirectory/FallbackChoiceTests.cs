using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tests.Simulation;
using Tunic.Tests.Tor.Protocol.Paths;
using Tunic.Tests.TorRelay;
using Tunic.Tor.Client;
using Tunic.Tor.Client.NetworkDirectory;
using Tunic.Tor.Client.Paths;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tests.Tor.Client.NetworkDirectory;

/// <summary>Whom a client asks that knows nothing yet (stock DirAuthorityFallbackRate).</summary>
public sealed class FallbackChoiceTests
{
    private static readonly IPEndPoint Authority = IPEndPoint.Parse("192.0.2.1:9001");
    private static readonly IPEndPoint[] Fallbacks = [IPEndPoint.Parse("192.0.2.2:9001"), IPEndPoint.Parse("192.0.2.3:9001"), IPEndPoint.Parse("192.0.2.4:9001")];

    [Theory]
    [InlineData(0, 3, 3)]
    [InlineData(1e9, 0, 0)]
    [InlineData(1, 0, 3)]
    public async Task Authorities_are_asked_among_the_fallbacks_by_their_rate_and_last_when_it_is_nought(double rate, int earliest, int latest)
    {
        var places = new List<int>();
        for (ulong seed = 1; seed <= 20; seed++)
        {
            List<IPEndPoint> asked = await AskAllAsync(rate, seed);
            Assert.Equal(asked.Count, asked.Distinct().Count());
            places.Add(asked.IndexOf(Authority));
        }

        Assert.Equal((earliest, latest), (places.Min(), places.Max()));
    }

    /// <summary>Nobody answers, so everybody is asked. Who, in which order.</summary>
    private static async Task<List<IPEndPoint>> AskAllAsync(double rate, ulong seed)
    {
        var time = new ManualTime(TestNetwork.Start);
        ChannelEnvironment environment = ChannelPair.CreateEnvironment(time);
        var connector = new Nowhere();
        await using var channels = new ChannelTable(connector, () => ChannelIdentity.Anonymous, acceptor: null, environment);
        var profile = new NetworkProfile
        {
            Name = "nobody",
            IsPrivate = true,
            AuthorityFallbackRate = rate,
            Authorities = [new DirectoryAuthority("authority", TestNetwork.Identity(0), TestNetwork.Identity(1), Authority, Authority)],
            Fallbacks = [.. Fallbacks.Select((address, i) => new FallbackDirectory(TestNetwork.Identity(2 + i), [address]))],
        };
        var random = new SeededRandomSource(seed);
        var planner = new PathPlanner(new ClientOptions(), isPrivateNetwork: true, time, random);
        var circuits = new CircuitEnvironment(random, random, time, () => new CircuitEdgeSettings { Role = CircuitRole.Origin });
        await using var fetcher = new DirectoryFetcher(profile, channels, circuits, planner, new ClockWatch(time, NullLogger.Instance), random, NullLogger.Instance);

        await Assert.ThrowsAsync<DirectoryException>(() => fetcher.FetchAsync(new DirectoryRequest("/tor/x"), Array.Empty<RsaIdentity>(), 1 + Fallbacks.Length, TestContext.Current.CancellationToken));

        return connector.Asked;
    }

    private sealed class Nowhere : IRelayConnector
    {
        internal List<IPEndPoint> Asked { get; } = [];

        public Task<ChannelTransport> ConnectAsync(IReadOnlyList<IPEndPoint> addresses, CancellationToken cancel)
        {
            Asked.Add(addresses[0]);
            return Task.FromException<ChannelTransport>(new IOException("nobody answers"));
        }
    }
}
