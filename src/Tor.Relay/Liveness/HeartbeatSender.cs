using Microsoft.Extensions.Logging;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Voting.Liveness;

namespace Tunic.Tor.Relay.Liveness;

/// <summary>The relay's side of liveness: tells every authority every two seconds that it works, and at the end that it leaves.</summary>
/// <param name="source">Makes the heartbeats.</param>
/// <param name="relay">The relay's fingerprint.</param>
/// <param name="signing">Its Ed25519 identity, and the signing key that its published descriptor certifies.</param>
/// <param name="authorities">Whom to tell.</param>
/// <param name="client">How.</param>
/// <param name="time">Clock and timers.</param>
/// <param name="log">Where to log.</param>
public sealed partial class HeartbeatSender(
    HeartbeatSource source, RsaIdentity relay, Func<(Ed25519Identity Identity, Ed25519PrivateKey Key)> signing,
    IReadOnlyList<DirectoryAuthority> authorities, IDirectoryClient client, TimeProvider time, ILogger log)
{
    private readonly bool[] _isBusy = new bool[authorities.Count];

    /// <summary>Sends until cancelled. One slow authority delays no other: what cannot be sent is left out, for the next one is newer.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Heartbeat.Interval, time);
        var running = new List<Task>();
        try
        {
            do
            {
                byte[] heartbeat = Make(HeartbeatState.Alive);
                running.RemoveAll(task => task.IsCompleted);
                running.AddRange(Enumerable.Range(0, authorities.Count).Where(index => !_isBusy[index]).Select(index => SendAsync(index, heartbeat, cancel)));
            }
            while (await timer.WaitForNextTickAsync(cancel));
        }
        finally
        {
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Says goodbye, so that clients leave at once.</summary>
    public Task LeaveAsync(CancellationToken cancel)
    {
        byte[] heartbeat = Make(HeartbeatState.Leaving);
        return Task.WhenAll(Enumerable.Range(0, authorities.Count).Select(index => SendAsync(index, heartbeat, cancel)));
    }

    private byte[] Make(HeartbeatState state)
    {
        (Ed25519Identity identity, Ed25519PrivateKey key) = signing();
        return source.Make(state, relay, identity, key, time.GetUtcNow().UtcDateTime);
    }

    private async Task SendAsync(int index, byte[] heartbeat, CancellationToken cancel)
    {
        _isBusy[index] = true;
        try
        {
            var request = new DirectoryRequest(LivenessBundle.HeartbeatPath) { Body = heartbeat };
            DirectoryResponse response = await client.SendAsync(authorities[index], request, cancel);
            if (!response.IsSuccess)
            {
                LogRefused(log, authorities[index].Nickname, response.Reason);
            }
        }
        catch (DirectoryException failure)
        {
            LogRefused(log, authorities[index].Nickname, failure.Message);
        }
        finally
        {
            _isBusy[index] = false;
        }
    }

    [LoggerMessage(LogLevel.Debug, "A heartbeat did not reach {Authority}: {Failure}")]
    private static partial void LogRefused(ILogger log, string authority, string failure);
}
