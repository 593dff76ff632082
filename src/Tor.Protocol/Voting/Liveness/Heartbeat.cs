using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Voting.Liveness;

/// <summary>A relay's sign of life (docs/spec/liveness.md, "Heartbeat").</summary>
public sealed record Heartbeat
{
    /// <summary>Bytes of an encoded heartbeat.</summary>
    public const int Length = SignedLength + Ed25519.SignatureLength;

    /// <summary>How often a relay sends one.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Bytes of <see cref="Session"/>.</summary>
    public const int SessionLength = 16;

    private const byte Version = 1;
    private const int SignedLength = 1 + 1 + Digest256.Length + RsaIdentity.Length + (2 * Ed25519Identity.Length) + SessionLength + 8 + 8 + 8;

    private static ReadOnlySpan<byte> Prefix => "Tunic heartbeat 1"u8;

    /// <summary>Alive or leaving.</summary>
    public required HeartbeatState State { get; init; }

    /// <summary>The network that it is for.</summary>
    public required Digest256 NetworkId { get; init; }

    /// <summary>Fingerprint of the relay.</summary>
    public required RsaIdentity Relay { get; init; }

    /// <summary>Ed25519 identity of the relay.</summary>
    public required Ed25519Identity Ed25519Identity { get; init; }

    /// <summary>The key that signs, certified in the relay's descriptor.</summary>
    public required Ed25519Identity SigningKey { get; init; }

    /// <summary>16 random bytes of this run of the relay.</summary>
    public required ReadOnlyMemory<byte> Session { get; init; }

    /// <summary>Grows with every heartbeat of the session.</summary>
    public required ulong Counter { get; init; }

    /// <summary>When it was made, UTC, whole milliseconds.</summary>
    public required DateTime Time { get; init; }

    private ReadOnlyMemory<byte> Signed { get; init; }

    private ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>Reads one heartbeat; the signature is not checked.</summary>
    /// <exception cref="MalformedMessageException">Another length, version or state.</exception>
    public static Heartbeat Decode(ReadOnlySpan<byte> message)
    {
        if (message.Length != Length)
        {
            throw new MalformedMessageException($"heartbeat of {message.Length} bytes");
        }

        var reader = new ByteReader(message);
        byte version = reader.ReadByte();
        var state = (HeartbeatState)reader.ReadByte();
        if (version != Version || state > HeartbeatState.Leaving)
        {
            throw new MalformedMessageException($"heartbeat version {version}, state {state}");
        }

        var heartbeat = new Heartbeat
        {
            State = state,
            NetworkId = new Digest256(reader.ReadBytes(Digest256.Length)),
            Relay = new RsaIdentity(reader.ReadBytes(RsaIdentity.Length)),
            Ed25519Identity = new Ed25519Identity(reader.ReadBytes(Ed25519Identity.Length)),
            SigningKey = new Ed25519Identity(reader.ReadBytes(Ed25519Identity.Length)),
            Session = reader.ReadBytes(SessionLength).ToArray(),
            Counter = reader.ReadUInt64(),
            Time = LivenessTime.Decode(reader.ReadUInt64()),
            Signed = message[..SignedLength].ToArray(),
        };
        reader.ReadUInt64(); // reserved
        return heartbeat with { Signature = reader.ReadRest().ToArray() };
    }

    /// <summary>Writes and signs it.</summary>
    /// <exception cref="ArgumentException">The key is not <see cref="SigningKey"/>, or the session has another length.</exception>
    public byte[] Encode(Ed25519PrivateKey signingKey)
    {
        if (signingKey.PublicKey != SigningKey || Session.Length != SessionLength)
        {
            throw new ArgumentException("not the key that is named, or a session of another length", nameof(signingKey));
        }

        var message = new byte[Length];
        var writer = new ByteWriter(message);
        writer.WriteByte(Version);
        writer.WriteByte((byte)State);
        NetworkId.CopyTo(writer.Take(Digest256.Length));
        Relay.CopyTo(writer.Take(RsaIdentity.Length));
        Ed25519Identity.CopyTo(writer.Take(Ed25519Identity.Length));
        SigningKey.CopyTo(writer.Take(Ed25519Identity.Length));
        writer.WriteBytes(Session.Span);
        writer.WriteUInt64(Counter);
        writer.WriteUInt64(LivenessTime.Encode(Time));
        writer.WriteUInt64(0);
        signingKey.Sign([.. Prefix, .. message.AsSpan(0, SignedLength)], message.AsSpan(SignedLength));
        return message;
    }

    /// <summary>Whether the signature of a decoded heartbeat holds for the key that it names.</summary>
    public bool HasGoodSignature() =>
        Signature.Length == Ed25519.SignatureLength && Ed25519.Verify(SigningKey.ToArray(), [.. Prefix, .. Signed.Span], Signature.Span);
}
