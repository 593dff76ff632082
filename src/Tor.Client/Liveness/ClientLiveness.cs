using Microsoft.Extensions.Logging;
using Tunic.Primitives.Keys;
using Tunic.Tor.Network;
using Tunic.Tor.Network.Liveness;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Voting.Liveness;

namespace Tunic.Tor.Client.Liveness;

/// <summary>The client's side of liveness: asks its directory who is down, and believes what a majority of the authorities has signed (docs/spec/liveness.md).</summary>
/// <remarks>Thread safe; <see cref="RunAsync"/> is for one caller.</remarks>
/// <param name="profile">The network.</param>
/// <param name="time">Clock and timers.</param>
/// <param name="log">Where to log.</param>
internal sealed partial class ClientLiveness(NetworkProfile profile, TimeProvider time, ILogger log)
{
    /// <summary>With more changes at once there is one line for all of them.</summary>
    private const int MaxNamed = 5;

    /// <summary>How often documents are looked at that may have ended.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly LivenessView _liveness = new(new LivenessNetwork(profile.TrustedIdentities));
    private LivenessConsensus _consensus = LivenessConsensus.None;
    private NetworkView? _view;
    private bool _isAnnounced;
    private HashSet<RsaIdentity> _down = [];

    /// <summary>Told of each change of <see cref="Down"/>, in order. Must return soon.</summary>
    internal Action<IReadOnlySet<RsaIdentity>> OnChanged { get; init; } = _ => { };

    /// <summary>Relays that are not to be chosen. Immutable.</summary>
    internal IReadOnlySet<RsaIdentity> Down
    {
        get
        {
            lock (_gate)
            {
                return _down;
            }
        }
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>A new consensus, or more microdescriptors.</summary>
    internal void OnView(NetworkView view)
    {
        lock (_gate)
        {
            _view = view;
            _consensus = _consensus.Update(view, profile.Authorities.Select(authority => authority.RelayIdentity));
            _liveness.OnConsensus(_consensus, Now);
            Publish();
        }
    }

    /// <summary>Asks until cancelled.</summary>
    /// <param name="ask">Sends a question to a directory over a circuit.</param>
    /// <param name="leave">Leaves the directory: it does not serve liveness.</param>
    /// <param name="cancel">Ends it.</param>
    internal Task RunAsync(
        Func<DirectoryRequest, CancellationToken, Task<DirectoryResponse>> ask, Func<Task> leave, CancellationToken cancel) =>
        LoopGroup.RunAsync([new LivenessPoll(ask, Receive, time, log) { OnRefused = leave }.RunAsync, ExpireAsync], cancel);

    /// <summary>Takes what a directory serves.</summary>
    /// <returns>Whether any of it was news.</returns>
    internal bool Receive(LivenessBundle bundle)
    {
        lock (_gate)
        {
            bool isNews = _liveness.Receive(bundle, Now);
            Announce();
            Publish();
            return isNews;
        }
    }

    private void Announce()
    {
        int speaking = _liveness.CountSpeaking(Now);
        if (!_isAnnounced && speaking > profile.Authorities.Count / 2)
        {
            _isAnnounced = true;
            LogFollowing(log, speaking, profile.Authorities.Count);
        }
    }

    private async Task ExpireAsync(CancellationToken cancel)
    {
        while (true)
        {
            await Task.Delay(Tick, time, cancel);
            lock (_gate)
            {
                _liveness.OnDeadline(Now);
                Publish();
            }
        }
    }

    private void Publish()
    {
        if (_down.SetEquals(_liveness.Down))
        {
            return;
        }

        HashSet<RsaIdentity> before = _down;
        _down = [.. _liveness.Down];
        OnChanged(_down);
        Report([.. _down.Except(before)], [.. before.Except(_down)]);
    }

    private void Report(RsaIdentity[] fallen, RsaIdentity[] risen)
    {
        if (fallen.Length + risen.Length > MaxNamed)
        {
            LogMany(log, fallen.Length, risen.Length, _down.Count);
            return;
        }

        foreach (RsaIdentity relay in fallen)
        {
            LogDown(log, NameOf(relay), relay, _liveness.CountAuthorities(relay, Now), profile.Authorities.Count);
        }

        foreach (RsaIdentity relay in risen)
        {
            LogUp(log, NameOf(relay), relay);
        }
    }

    private string NameOf(RsaIdentity relay) => _view?.Find(relay)?.Status.Nickname ?? "unlisted";

    [LoggerMessage(LogLevel.Information, "Relays that die will be skipped at once: {Count} of {Authorities} authorities say who is down.")]
    private static partial void LogFollowing(ILogger log, int count, int authorities);

    [LoggerMessage(LogLevel.Information, "The relay {Nickname} (${Identity}) is down, as {Count} of {Authorities} authorities have signed: no new path goes through it.")]
    private static partial void LogDown(ILogger log, string nickname, RsaIdentity identity, int count, int authorities);

    [LoggerMessage(LogLevel.Information, "The relay {Nickname} (${Identity}) is up again, or nobody says any longer that it is down.")]
    private static partial void LogUp(ILogger log, string nickname, RsaIdentity identity);

    [LoggerMessage(LogLevel.Information, "{Fallen} relays have gone down and {Risen} are up again, as the authorities have signed; {Count} are down.")]
    private static partial void LogMany(ILogger log, int fallen, int risen, int count);
}
