using Microsoft.Extensions.Logging;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Voting.Liveness;

namespace Tunic.Tor.Relay.Liveness;

/// <summary>The relay's side of liveness: tells every authority every two seconds that it works, and at the end that it leaves.</summary>
/// <remarks>An authority that does not know heartbeats, as stock ones do not, is asked again after longer and longer pauses.</remarks>
/// <param name="source">Makes the heartbeats.</param>
/// <param name="relay">The relay's fingerprint.</param>
/// <param name="signing">Its Ed25519 identity, and the signing key that its published descriptor certifies.</param>
/// <param name="authorities">Whom to tell.</param>
/// <param name="client">How; it should give up after <see cref="AnswerLimit"/>.</param>
/// <param name="time">Clock and timers.</param>
/// <param name="log">Where to log.</param>
public sealed partial class HeartbeatSender(
    HeartbeatSource source, RsaIdentity relay, Func<(Ed25519Identity Identity, Ed25519PrivateKey Key)> signing,
    IReadOnlyList<DirectoryAuthority> authorities, IDirectoryClient client, TimeProvider time, ILogger log)
{
    /// <summary>How long one may be on its way.</summary>
    public static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);

    /// <summary>Heartbeats to one authority at once: a lost packet must not hold up the next heartbeat.</summary>
    private const int MaxUnderWay = 2;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private readonly Listener[] _listeners = [.. authorities.Select(authority => new Listener(authority))];
    private readonly Lock _gate = new();
    private bool _hasLeft;

    private TimeSpan Monotonic => time.GetElapsedTime(0);

    /// <summary>Sends until cancelled or until the relay leaves. One slow authority delays no other.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Heartbeat.Interval, time);
        var running = new List<Task>();
        try
        {
            do
            {
                running.RemoveAll(task => task.IsCompleted);
                if (TryMake(HeartbeatState.Alive) is { } heartbeat)
                {
                    running.AddRange(_listeners.Where(listener => listener.UnderWay < MaxUnderWay && listener.Due <= Monotonic).Select(listener => SendAsync(listener, heartbeat, cancel)));
                }
            }
            while (await timer.WaitForNextTickAsync(cancel));
        }
        finally
        {
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Says goodbye to those who listen, so that clients leave at once; nothing is sent after it.</summary>
    public async Task LeaveAsync(CancellationToken cancel)
    {
        if (TryMake(HeartbeatState.Leaving) is { } heartbeat)
        {
            await Task.WhenAll(_listeners.Where(listener => listener.Understands).Select(listener => SendAsync(listener, heartbeat, cancel)));
        }
    }

    /// <summary>The next heartbeat; null after the goodbye.</summary>
    private byte[]? TryMake(HeartbeatState state)
    {
        lock (_gate)
        {
            if (_hasLeft)
            {
                return null;
            }

            _hasLeft = state == HeartbeatState.Leaving;
            (Ed25519Identity identity, Ed25519PrivateKey key) = signing();
            return source.Make(state, relay, identity, key, time.GetUtcNow().UtcDateTime);
        }
    }

    private async Task SendAsync(Listener listener, byte[] heartbeat, CancellationToken cancel)
    {
        Interlocked.Increment(ref listener.UnderWay);
        try
        {
            var request = new DirectoryRequest(LivenessBundle.HeartbeatPath) { Body = heartbeat };
            DirectoryResponse response = await client.SendAsync(listener.Authority, request, cancel);
            listener.Understands = response.Status is 200 or 400;
            TimeSpan longer = 2 * listener.Pause < FirstPause ? FirstPause : 2 * listener.Pause;
            listener.Pause = listener.Understands ? TimeSpan.Zero : longer < LongestPause ? longer : LongestPause;
            listener.Due = Monotonic + listener.Pause;
            if (!response.IsSuccess)
            {
                LogRefused(log, listener.Authority.Nickname, response.Reason);
            }
        }
        catch (DirectoryException failure)
        {
            LogRefused(log, listener.Authority.Nickname, failure.Message);
        }
        finally
        {
            Interlocked.Decrement(ref listener.UnderWay);
        }
    }

    [LoggerMessage(LogLevel.Debug, "A heartbeat was of no use to {Authority}: {Failure}")]
    private static partial void LogRefused(ILogger log, string authority, string failure);

    /// <summary>An authority, and how it has answered.</summary>
    private sealed class Listener(DirectoryAuthority authority)
    {
        public DirectoryAuthority Authority => authority;

        public int UnderWay;

        /// <summary>It has answered as an authority of ours does.</summary>
        public bool Understands { get; set; }

        public TimeSpan Pause { get; set; }

        /// <summary>Monotonic.</summary>
        public TimeSpan Due { get; set; }
    }
}
