using Microsoft.Extensions.Logging;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Voting.Liveness;
using Tunic.Tor.Relay.DirectoryCache.Serving;

namespace Tunic.Tor.Relay.Liveness;

/// <summary>The authority's side of liveness: takes heartbeats, and publishes who is down through its mirror.</summary>
/// <remarks>Thread safe; <see cref="RunAsync"/> is for one caller.</remarks>
/// <param name="network">The network.</param>
/// <param name="mirror">Serves our document and those of the others.</param>
/// <param name="findDescriptor">A relay's current descriptor; null when it is not known.</param>
/// <param name="signing">Our Ed25519 signing key and its certificate, at this moment.</param>
/// <param name="time">Clock and timers.</param>
/// <param name="log">Where to log.</param>
public sealed partial class LivenessAuthority(
    LivenessNetwork network, LivenessMirror mirror, Func<RsaIdentity, RouterDescriptor?> findDescriptor,
    Func<(Ed25519PrivateKey Key, Ed25519Certificate Certificate)> signing, TimeProvider time, ILogger log) : IDirectoryHandler
{
    // Fine enough for the promise of six seconds, and cheap: it looks at a table.
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly LivenessTracker _tracker = new(network);
    private readonly long _start = time.GetTimestamp();
    private LivenessPublisher? _publisher;
    private DateTime _weightsSince;
    private bool _isListed;

    private TimeSpan Monotonic => time.GetElapsedTime(_start);

    /// <inheritdoc/>
    public int MaxBodyLength(string path) => path == LivenessBundle.HeartbeatPath ? Heartbeat.Length : 0;

    /// <summary>A consensus that we have just published: clients will have it before the directory tells it to us.</summary>
    public void OnPublished(Consensus consensus)
    {
        lock (_gate)
        {
            UseWeights(LivenessConsensus.WeightsOf(consensus), consensus.ValidAfter);
        }
    }

    /// <summary>A new consensus, as the directory tells it; the mirror is told too.</summary>
    public void OnConsensus(LivenessConsensus consensus)
    {
        mirror.OnConsensus(consensus);
        lock (_gate)
        {
            UseWeights(consensus.Weights, consensus.ValidAfter);
            _isListed = consensus.Speakers.Values.Contains(signing().Certificate.SigningKey ?? default);
        }
    }

    /// <inheritdoc/>
    public ValueTask<DirectoryAnswer?> HandleAsync(DirectoryQuery query, CancellationToken cancel) =>
        ValueTask.FromResult(query.IsPost && query.Path == LivenessBundle.HeartbeatPath ? Receive(query.Body.Span) : null);

    /// <summary>Watches and publishes until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(_tick, time);
        do
        {
            Step();
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    private void UseWeights(IReadOnlyDictionary<RsaIdentity, long> weights, DateTime validAfter)
    {
        if (validAfter >= _weightsSince)
        {
            _weightsSince = validAfter;
            _tracker.OnConsensus(weights, Monotonic);
        }
    }

    private DirectoryAnswer Receive(ReadOnlySpan<byte> body)
    {
        Heartbeat heartbeat;
        try
        {
            heartbeat = Heartbeat.Decode(body);
        }
        catch (MalformedMessageException)
        {
            return DirectoryAnswer.Short(400, "Malformed heartbeat");
        }

        RouterDescriptor? descriptor = findDescriptor(heartbeat.Relay);
        HeartbeatResult result;
        lock (_gate)
        {
            result = _tracker.Receive(heartbeat, descriptor, time.GetUtcNow().UtcDateTime, Monotonic);
        }

        return result == HeartbeatResult.Accepted ? DirectoryAnswer.Short(200, "OK") : DirectoryAnswer.Short(400, $"Heartbeat refused: {result}");
    }

    /// <summary>Finds out who is silent, and publishes if that is news.</summary>
    internal void Step()
    {
        LivenessDocument? document;
        lock (_gate)
        {
            _publisher ??= new LivenessPublisher(network, _tracker);
            _tracker.OnDeadline(Monotonic);
            if (!_isListed)
            {
                return; // nobody knows yet that we may speak
            }

            (Ed25519PrivateKey key, Ed25519Certificate certificate) = signing();
            document = _publisher.TryMake(key, certificate, time.GetUtcNow().UtcDateTime, Monotonic);
        }

        if (document is not null && mirror.Receive(document) is not LivenessResult.Accepted and var result)
        {
            LogUnusable(log, result);
        }
    }

    [LoggerMessage(LogLevel.Error, "Our own liveness document is not usable ({Result}); check the clock and the network file.")]
    private static partial void LogUnusable(ILogger log, LivenessResult result);
}
