using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tests.Tor.Protocol.Paths;
using Tunic.Tests.Tor.Protocol.Voting;
using Tunic.Tests.TorRelay;
using Tunic.Tor.Client;
using Tunic.Tor.Client.Liveness;
using Tunic.Tor.Client.Paths;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Voting.Liveness;
using Tunic.Tor.Relay.DirectoryCache.Serving;
using Tunic.Tor.Relay.Liveness;

namespace Tunic.Tests.Tor.Client.Liveness;

/// <summary>Three authorities, nine relays of which the first mirrors, and a client that asks this one: all of it real, but for wires and the clock.</summary>
internal sealed class LivenessSimulation : IDirectoryClient
{
    public const int AuthorityCount = 3;
    public const int RelayCount = 9;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);
    private static readonly MadeRelay[] Made = [.. Enumerable.Range(1, AuthorityCount + RelayCount).Select(number => new MadeRelay(number))];

    private readonly SingleThread _thread = new();
    private readonly Dictionary<string, IDirectoryHandler[]> _authorities = [];
    private readonly HeartbeatSender[] _senders;
    private readonly CancellationTokenSource[] _lives = [.. Enumerable.Range(0, RelayCount).Select(_ => new CancellationTokenSource())];
    private readonly NetworkProfile _profile;
    private readonly LivenessNetwork _network;
    private readonly LivenessMirror _mirror;

    public LivenessSimulation()
    {
        View = CreateView();
        _profile = new NetworkProfile { Name = "test", HasLiveness = true, Authorities = [.. Enumerable.Range(0, AuthorityCount).Select(CreateAuthority)] };
        _network = new LivenessNetwork(_profile.TrustedIdentities);
        _mirror = new LivenessMirror(_network, Time, Log);
        _senders = [.. Made.Skip(AuthorityCount).Select((relay, index) => new HeartbeatSender(
            new HeartbeatSource(_network, new SeededRandomSource((ulong)index)), relay.Identity, () => (relay.Ed25519Identity, relay.Signing),
            _profile.Authorities, this, Time, Log))];
        Planner = new PathPlanner(new ClientOptions(), isPrivateNetwork: true, Time, new SeededRandomSource(99));
        Planner.Update(View);
        Client = new ClientLiveness(_profile, Time, Log)
        {
            OnChanged = down => Planner.MarkDown(relay => down.Contains(relay.RsaIdentity)),
        };
        Client.OnView(View);
    }

    public ManualTime Time { get; } = new(TestNetwork.Start);

    public LogLines Log { get; } = new();

    public NetworkView View { get; }

    public PathPlanner Planner { get; }

    public ClientLiveness Client { get; }

    /// <summary>Authorities that are out of reach, by number.</summary>
    public HashSet<int> Unreachable { get; } = [];

    public static RsaIdentity Relay(int number) => Made[AuthorityCount + number].Identity;

    /// <summary>Starts everybody, the relays spread over the interval of heartbeats.</summary>
    public void Start()
    {
        _thread.Run(() =>
        {
            for (int number = 0; number < AuthorityCount; number++)
            {
                StartAuthority(number);
            }

            _mirror.OnConsensus(LivenessConsensus.None.Update(View, _profile.Authorities.Select(authority => authority.RelayIdentity)));
            Array.ForEach([.. _profile.Authorities], authority => Own(_mirror.FollowAsync(authority, this, default)));
            Own(Client.RunAsync(AskMirrorAsync, () => Task.CompletedTask, default));
        });
        for (int number = 0; number < RelayCount; number++)
        {
            int each = number;
            _thread.Run(() => Own(_senders[each].RunAsync(_lives[each].Token)));
            Pass(TimeSpan.FromMilliseconds(200));
        }

        Pass(TimeSpan.FromSeconds(2));
    }

    /// <summary>Lets time pass.</summary>
    public void Pass(TimeSpan time) => PassUntil(() => false, time);

    /// <summary>Lets time pass until something holds.</summary>
    /// <returns>How long that was; the limit when it does not hold by then.</returns>
    public TimeSpan PassUntil(Func<bool> condition, TimeSpan limit)
    {
        TimeSpan passed = TimeSpan.Zero;
        while (passed < limit && !condition())
        {
            _thread.Run(() => Time.Advance(Step));
            passed += Step;
        }

        return passed;
    }

    /// <summary>The relay is gone from one moment to the next.</summary>
    public void Kill(int relay) => _thread.Run(_lives[relay].Cancel);

    public void Leave(int relay) => _thread.Run(() => Own(_senders[relay].LeaveAsync(default)));

    /// <summary>A relay that was killed is started again.</summary>
    public void Restart(int relay)
    {
        _lives[relay] = new CancellationTokenSource();
        _thread.Run(() => Own(_senders[relay].RunAsync(_lives[relay].Token)));
    }

    public async Task<DirectoryResponse> SendAsync(DirectoryAuthority authority, DirectoryRequest request, CancellationToken cancel)
    {
        if (Unreachable.Contains(int.Parse(authority.Nickname, System.Globalization.CultureInfo.InvariantCulture)))
        {
            throw new DirectoryException("out of reach");
        }

        return await AskAsync(_authorities[authority.Nickname], request, cancel);
    }

    private static async Task<DirectoryResponse> AskAsync(IDirectoryHandler[] handlers, DirectoryRequest request, CancellationToken cancel)
    {
        string line = $"{(request.Body is null ? "GET" : "POST")} {request.Path} HTTP/1.0";
        Assert.True(DirectoryQuery.TryParse(line, request.Body ?? default, default, out DirectoryQuery? query));
        foreach (IDirectoryHandler handler in handlers)
        {
            if (await handler.HandleAsync(query, cancel) is { } answer)
            {
                return new DirectoryResponse(answer.Status, answer.Reason, null, null, answer.Body.SelectMany(part => part.ToArray()).ToArray());
            }
        }

        return new DirectoryResponse(404, "Not found", null, null, default);
    }

    private static DirectoryAuthority CreateAuthority(int number)
    {
        var address = new IPEndPoint(IPAddress.Loopback, 1 + number);
        return new DirectoryAuthority($"{number}", TestNetwork.Identity(1000 + number), Made[number].Identity, address, address);
    }

    private static NetworkView CreateView()
    {
        var network = new TestNetwork();
        for (int number = 0; number < Made.Length; number++)
        {
            bool isAuthority = number < AuthorityCount;
            network.Add(TestNetwork.Ordinary | (isAuthority ? 0 : RelayFlags.Guard | RelayFlags.Exit), isAuthority ? 1 : 100, isAuthority ? [] : [443]);
            MadeRelay made = Made[number];
            network.Change(number, status => status with { Identity = made.Identity });
            Digest256 digest = TestNetwork.Digest(number);
            network.Microdescriptors[digest] = network.Microdescriptors[digest] with { Ed25519Identity = made.Ed25519Identity };
        }

        return network.View();
    }

    private void StartAuthority(int number)
    {
        MadeRelay made = Made[number];
        var mirror = new LivenessMirror(_network, Time, Log);
        Dictionary<RsaIdentity, RouterDescriptor> descriptors =
            Made.Select(relay => relay.Make(TestNetwork.Start.AddHours(-1))).ToDictionary(descriptor => descriptor.Identity);
        var authority = new LivenessAuthority(
            _network, mirror, descriptors.GetValueOrDefault, () => (made.Signing, made.Certify(TestNetwork.Start)), Time, Log);
        _authorities[$"{number}"] = [authority, mirror];
        authority.OnConsensus(LivenessConsensus.None.Update(View, _profile.Authorities.Select(each => each.RelayIdentity)));
        Own(authority.RunAsync(default));
    }

    private Task<DirectoryResponse> AskMirrorAsync(DirectoryRequest request, CancellationToken cancel) => AskAsync([_mirror], request, cancel);

    /// <summary>What fails in the background fails the test when it is next run.</summary>
    private static async void Own(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // killed
        }
    }
}
