using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Client.Circuits;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Descriptors;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>One introduction point of one descriptor, with its keys: both are made together and go together. Guarded by the service's gate.</summary>
internal sealed class ServiceIntroductionPoint : IDisposable
{
    /// <summary>A relay without this protocol cannot be an introduction point of version 3.</summary>
    private const int IntroductionVersion = 4;

    /// <summary>Understands the limits that a service asks for.</summary>
    private const int LimitsVersion = 5;

    /// <summary>What comes before it is decrypted may be anybody's: beyond so many times the introductions of a whole life the point is given up.</summary>
    private const int ReplayFactor = 2;

    private ServiceIntroductionPoint(Relay relay, BlindedKey blindedKey, Subcredential subcredential, IntroductionParameters parameters, RandomSource random, TimeSpan now)
    {
        Relay = relay.RsaIdentity;
        BlindedKey = blindedKey;
        Subcredential = subcredential;
        Target = HopTargets.Create(relay, carriesStreams: false, CongestionControlParameters.Default);
        UnderstandsLimits = relay.Status.Protocols.Supports(ProtocolName.HSIntro, LimitsVersion);
        AuthenticationKey = Ed25519PrivateKey.Generate(random);
        EncryptionKey = NtorKeyPair.Generate(random);
        MaxIntroductions = parameters.MinIntroductions + random.NextInt32(Math.Max(1, parameters.MaxIntroductions - parameters.MinIntroductions));
        ExpiresAt = now + parameters.MinLifetime + ((parameters.MaxLifetime - parameters.MinLifetime) * random.NextDouble());
        Replays = new ReplayCache((int)Math.Min(Array.MaxLength, (long)ReplayFactor * parameters.MaxIntroductions), Timeout.InfiniteTimeSpan);
    }

    internal RsaIdentity Relay { get; }

    /// <summary>Of the descriptor that names this point: proofs of work are bound to it.</summary>
    internal BlindedKey BlindedKey { get; }

    /// <summary>Of the same descriptor: introductions are encrypted with it.</summary>
    internal Subcredential Subcredential { get; }

    internal HopTarget Target { get; }

    internal bool UnderstandsLimits { get; }

    /// <summary>By which the relay knows the service's circuit.</summary>
    internal Ed25519PrivateKey AuthenticationKey { get; }

    /// <summary>To which visitors encrypt.</summary>
    internal NtorKeyPair EncryptionKey { get; }

    internal int MaxIntroductions { get; }

    /// <summary>Monotonic time.</summary>
    internal TimeSpan ExpiresAt { get; }

    /// <summary>Encrypted parts that have come. Touched only by the one who reads the point's circuit.</summary>
    internal ReplayCache Replays { get; }

    internal IntroductionPointStatus Status { get; set; }

    /// <summary>Circuits begun so far.</summary>
    internal int Attempts { get; set; }

    /// <summary>Valid introductions so far.</summary>
    internal int Introductions { get; set; }

    /// <summary>Whether a relay can be one.</summary>
    internal static bool IsSuitable(Relay relay) =>
        relay.IsUsable
        && relay.MayServeOnionServices
        && !relay.Ed25519Identity.IsZero
        && relay.Status.Protocols.Supports(ProtocolName.HSIntro, IntroductionVersion);

    internal static ServiceIntroductionPoint Create(
        Relay relay, DescriptorKeys keys, IntroductionParameters parameters, RandomSource random, TimeSpan now) =>
        new(relay, keys.Credential.BlindedKey, keys.Credential.Subcredential, parameters, random, now);

    internal bool IsWornOut(TimeSpan now) => Introductions >= MaxIntroductions || now >= ExpiresAt || Replays.IsFull;

    /// <summary>What the descriptor says of it.</summary>
    internal IntroductionPoint Describe() => new()
    {
        LinkSpecifiers = Target.Specifiers,
        OnionKey = Target.NtorOnionKey,
        AuthenticationKey = AuthenticationKey.PublicKey,
        EncryptionKey = EncryptionKey.PublicKey.ToArray(),
    };

    public void Dispose()
    {
        AuthenticationKey.Dispose();
        EncryptionKey.Dispose();
    }
}
