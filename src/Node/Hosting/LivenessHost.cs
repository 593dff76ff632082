using Tunic.Tor.Network;
using Tunic.Tor.Network.Liveness;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Voting.Liveness;
using Tunic.Tor.Relay.DirectoryCache.Serving;
using Tunic.Tor.Relay.Keys;
using Tunic.Tor.Relay.Liveness;

namespace Tunic.Node.Hosting;

/// <summary>The liveness of a relay in a network that may be ours: its heartbeats, what it mirrors, and what it watches if it is an authority.</summary>
internal sealed class LivenessHost
{
    /// <summary>How long the end of the relay may wait for its goodbye.</summary>
    private static readonly TimeSpan GoodbyeLimit = TimeSpan.FromSeconds(1);

    private readonly NetworkProfile _profile;
    private readonly RelayKeys _keys;
    private readonly NodeEnvironment _environment;
    private readonly LivenessMirror _mirror;
    private readonly LivenessAuthority? _authority;
    private readonly HeartbeatSender _sender;
    private LivenessConsensus _consensus = LivenessConsensus.None;

    /// <param name="profile">The network.</param>
    /// <param name="keys">The relay's.</param>
    /// <param name="authority">Null for a relay that is none.</param>
    /// <param name="environment">Clock, randomness and log.</param>
    internal LivenessHost(NetworkProfile profile, RelayKeys keys, AuthorityHost? authority, NodeEnvironment environment)
    {
        _profile = profile;
        _keys = keys;
        _environment = environment;
        var network = new LivenessNetwork(profile.TrustedIdentities);
        _mirror = new LivenessMirror(network, environment.Time, environment.Log);
        if (authority is not null)
        {
            _authority = new LivenessAuthority(
                network, _mirror, authority.FindDescriptor,
                () => (keys.Current.Descriptor.Signing, keys.Current.Descriptor.SigningCertificate), environment.Time, environment.Log);
            authority.Published += _authority.OnPublished;
        }

        _sender = new HeartbeatSender(
            new HeartbeatSource(network, environment.Random), keys.RsaIdentity, () => (keys.Ed25519Identity, keys.Current.SigningKey),
            profile.Authorities, new DirectoryPortClient(HeartbeatSender.AnswerLimit, environment.Time), environment.Time, environment.Log);
    }

    /// <summary>What the relay's directory answers besides.</summary>
    internal IReadOnlyList<IDirectoryHandler> Handlers => _authority is null ? [_mirror] : [_authority, _mirror];

    /// <summary>A new consensus, or more microdescriptors.</summary>
    internal void OnView(NetworkView view)
    {
        _consensus = _consensus.Update(view, _profile.Authorities.Select(authority => authority.RelayIdentity));
        if (_authority is not null)
        {
            _authority.OnConsensus(_consensus);
            return;
        }

        _mirror.OnConsensus(_consensus);
    }

    /// <summary>Runs all of it until cancelled.</summary>
    /// <param name="isPublished">The authorities know the relay, so that heartbeats are of use.</param>
    /// <param name="isDirectory">Somebody may ask, so that it mirrors.</param>
    /// <param name="cancel">Ends it.</param>
    internal Task RunAsync(bool isPublished, bool isDirectory, CancellationToken cancel)
    {
        var client = new DirectoryPortClient(LivenessPoll.AnswerLimit, _environment.Time);
        IEnumerable<DirectoryAuthority> others = _profile.Authorities.Where(authority => authority.RelayIdentity != _keys.RsaIdentity);
        var loops = new List<Func<CancellationToken, Task>>();
        if (isPublished)
        {
            loops.Add(_sender.RunAsync);
        }

        if (_authority is not null)
        {
            loops.Add(_authority.RunAsync);
        }

        if (isDirectory)
        {
            loops.AddRange(others.Select(authority => (Func<CancellationToken, Task>)(stop => _mirror.FollowAsync(authority, client, stop))));
        }

        return LoopGroup.RunAsync(loops, cancel);
    }

    /// <summary>Says goodbye to the authorities, as far as they can be reached soon.</summary>
    internal async Task LeaveAsync()
    {
        using var limit = new CancellationTokenSource(GoodbyeLimit, _environment.Time);
        await _sender.LeaveAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
