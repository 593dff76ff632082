using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tests.Simulation;
using Tunic.Tests.Tor.Protocol.Voting;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Voting.Flags;
using Tunic.Tor.Protocol.Voting.Keys;
using Tunic.Tor.Protocol.Voting.Rounds;
using Tunic.Tor.Protocol.Voting.Timing;
using Tunic.Tor.Protocol.Voting.Uploads;
using Tunic.Tor.Protocol.Voting.Votes;
using Tunic.Tor.Relay.Authority;
using Tunic.Tor.Relay.DirectoryCache;
using Tunic.Tor.Relay.DirectoryCache.Serving;

namespace Tunic.Tests.TorRelay.Authority;

/// <summary>Authorities in one process, that ask each other without a wire.</summary>
internal sealed class MemoryNetwork : IDirectoryClient, IReachabilityProbe, IAsyncDisposable
{
    private static readonly ShiftedTime Clock = ShiftedTime.StartingAt(new DateTime(2026, 3, 1, 2, 10, 0, DateTimeKind.Utc)); // shared random's commit phase
    private static readonly AuthorityKeys[] Keys = [.. Enumerable.Range(0, 3).Select(_ => AuthorityKeys.Create(Now.AddMinutes(-1), 1, null))];

    private readonly List<MadeRelay> _relays;
    private readonly FlagOptions _flags;
    private readonly List<(DirectoryAuthority Name, AuthorityService Service, DirectoryServer Server, TaskCompletionSource<Consensus> Published)> _members = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];

    public MemoryNetwork(IEnumerable<MadeRelay> relays, FlagOptions? flags = null)
    {
        _relays = [.. relays];
        _flags = flags ?? FlagOptions.TestingNetwork;
    }

    /// <summary>The network's clock, whose timers are the system's.</summary>
    public static TimeProvider Time => Clock;

    /// <summary>The network's wall clock, UTC: it runs, and it begins at the same hour whenever the tests run.</summary>
    public static DateTime Now => Clock.GetUtcNow().UtcDateTime;

    public Dictionary<int, IStateStore> States { get; } = [];

    public Dictionary<int, DirectoryStore> Stores { get; } = [];

    public HashSet<int> Dead { get; } = [];

    public Func<ReadOnlyMemory<byte>?> ReadBandwidths { get; init; } = () => null;

    public async Task StartAsync(int count)
    {
        DirectoryAuthority[] names = [.. Enumerable.Range(0, count).Select(Name)];
        for (int index = 0; index < count; index++)
        {
            var published = new TaskCompletionSource<Consensus>(TaskCreationOptions.RunContinuationsAsynchronously);
            AuthorityEnvironment environment = Environment(index, names, published);
            var service = new AuthorityService(environment, await new AuthorityFiles(environment.State).LoadAsync(environment, default));
            var server = new DirectoryServer(environment.Store, new DirectoryServerOptions { Handlers = [new AuthorityDirectoryHandler(service)], Time = Clock });
            _members.Add((names[index], service, server, published));
        }

        foreach (var member in _members)
        {
            _running.Add(member.Service.RunAsync(_stop.Token));
        }
    }

    public Task<Consensus> PublishedAsync(int index) => _members[index].Published.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public async Task<DirectoryAnswer> AskAsync(int index, string line, ReadOnlyMemory<byte> body = default)
    {
        Assert.True(DirectoryQuery.TryParse($"{line} HTTP/1.0", body, default, out DirectoryQuery? query));
        return await _members[index].Server.HandleAsync(query, default);
    }

    public static string Text(DirectoryAnswer answer) => string.Concat(answer.Body.Select(part => Encoding.UTF8.GetString(part.Span)));

    public async Task<DirectoryResponse> SendAsync(DirectoryAuthority authority, DirectoryRequest request, CancellationToken cancel)
    {
        int index = _members.FindIndex(member => member.Name == authority);
        if (Dead.Contains(index))
        {
            throw new DirectoryException("dead");
        }

        DirectoryAnswer answer = await AskAsync(index, $"{(request.Body is null ? "GET" : "POST")} {request.Path}", request.Body ?? default);
        return new DirectoryResponse(answer.Status, answer.Reason, null, null, answer.Body.SelectMany(part => part.ToArray()).ToArray());
    }

    public Task<Ed25519Identity?> ProbeAsync(IPEndPoint address, RsaIdentity relay, CancellationToken cancel) =>
        Task.FromResult(_relays.FirstOrDefault(each => each.Identity == relay && each.Address.Equals(address))?.Ed25519Identity);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var member in _members)
        {
            await member.Service.DisposeAsync();
        }
    }

    private static DirectoryAuthority Name(int index) => new(
        $"authority{index}", Keys[index].Certificate.Identity, default, new IPEndPoint(IPAddress.Loopback, 7100 + index), new IPEndPoint(IPAddress.Loopback, 7000 + index));

    private AuthorityEnvironment Environment(int index, DirectoryAuthority[] names, TaskCompletionSource<Consensus> published)
    {
        States.TryAdd(index, new MemoryStateStore());
        Stores.TryAdd(index, new DirectoryStore(new DirectoryStoreOptions()));
        return new AuthorityEnvironment
        {
            Keys = Keys[index],
            Network = new AuthorityNetwork
            {
                Authorities = names.Select(name => name.V3Identity).ToHashSet(),
                ExpectedRelays = _relays.Select(relay => relay.Identity).ToHashSet(),
                MaxHold = TimeSpan.FromSeconds(20),
            },
            Profile = new AuthorityProfile
            {
                Nickname = names[index].Nickname,
                HostName = "127.0.0.1",
                Address = IPAddress.Loopback,
                DirectoryPort = (ushort)names[index].DirectoryAddress.Port,
                OnionRouterPort = (ushort)names[index].OnionRouterAddress.Port,
                Intervals = new VotingIntervals(TimeSpan.FromHours(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5)),
                Flags = _flags,
            },
            Acceptance = new AcceptanceOptions { AllowPrivateAddresses = true },
            Peers = [.. names.Where((_, other) => other != index)],
            Client = this,
            Probe = this,
            Store = Stores[index],
            State = States[index],
            OnConsensus = consensus =>
            {
                if (consensus.Flavor == ConsensusFlavor.Microdescriptor)
                {
                    published.TrySetResult(consensus);
                }
            },
            ReadBandwidths = _ => ValueTask.FromResult(ReadBandwidths()),
            Random = new SeededRandomSource((ulong)index),
            Time = Clock,
            Log = NullLogger.Instance,
        };
    }
}
