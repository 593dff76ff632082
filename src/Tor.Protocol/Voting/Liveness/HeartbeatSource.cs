using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Voting.Liveness;

/// <summary>The relay's side: makes heartbeats. Pure; one owner, one instance per run of the relay.</summary>
public sealed class HeartbeatSource
{
    private readonly LivenessNetwork _network;
    private readonly byte[] _session = new byte[Heartbeat.SessionLength];
    private ulong _counter;
    private ulong _last;

    /// <summary>A source with a session of its own.</summary>
    public HeartbeatSource(LivenessNetwork network, RandomSource random)
    {
        _network = network;
        random.Fill(_session);
    }

    /// <summary>The next heartbeat, encoded.</summary>
    /// <param name="state">Alive, or leaving.</param>
    /// <param name="relay">Fingerprint of the relay.</param>
    /// <param name="ed25519Identity">Its Ed25519 identity.</param>
    /// <param name="signingKey">The signing key that its published descriptor certifies.</param>
    /// <param name="wallClock">UTC.</param>
    public byte[] Make(HeartbeatState state, RsaIdentity relay, Ed25519Identity ed25519Identity, Ed25519PrivateKey signingKey, DateTime wallClock)
    {
        // A clock that stands still or is set back a little must not make heartbeats look like replays.
        _last = Math.Max(LivenessTime.Encode(wallClock), _last + 1);
        return new Heartbeat
        {
            State = state,
            NetworkId = _network.Id,
            Relay = relay,
            Ed25519Identity = ed25519Identity,
            SigningKey = signingKey.PublicKey,
            Session = _session,
            Counter = ++_counter,
            Time = LivenessTime.Decode(_last),
        }.Encode(signingKey);
    }
}
