using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;
using static Tunic.Tests.Fuzz.Targets.CellTargets;

namespace Tunic.Tests.Fuzz.Targets;

/// <summary>What is said at introduction and rendezvous points.</summary>
internal static class OnionServiceMessageTargets
{
    private static readonly Ed25519PrivateKey _key = FuzzRelay.A.Identity;
    private static readonly NtorKeyPair _encryptionKey = NtorKeyPair.FromPrivateKey(FuzzKeys.RelayNtorOnion);
    private static readonly byte[] _nonce = new byte[20];
    private static readonly RendezvousCookie _cookie = new(new byte[20]);

    public static IEnumerable<FuzzTarget> All =>
    [
        new("establish-intro", ReadEstablishIntro, () => [EstablishIntro.Create(_key, Extensions, _nonce).Encode()], nameof(EstablishIntro), nameof(IntroductionLimits), "MessageExtension*"),
        Message("intro-established", IntroEstablished.Decode, m => m.Encode(), [new IntroEstablished(MessageExtensions.None)], nameof(IntroEstablished)),
        Message("introduce1", Introduce1.Decode, m => m.Encode(), [new Introduce1(_key.PublicKey, Extensions, new byte[100])], nameof(Introduce1), "AuthenticationKeyField"),
        Message("introduce-ack", IntroduceAck.Decode, m => m.Encode(), [new IntroduceAck(IntroduceAckStatus.BadFormat, Extensions)], nameof(IntroduceAck)),
        Message("introduce-plaintext", ReadPlaintext, m => m.Encode(0), [Plaintext], nameof(IntroducePlaintext), nameof(IntroductionProof)),
        Message("establish-rendezvous", EstablishRendezvous.Decode, m => m.Encode(), [new EstablishRendezvous(_cookie)], nameof(EstablishRendezvous), nameof(RendezvousCookie)),
        Message("rendezvous1", Rendezvous1.Decode, m => m.Encode(new SeededRandomSource(1)), [new Rendezvous1(_cookie, new byte[148])], nameof(Rendezvous1)),
        Message("rendezvous2", Rendezvous2.Decode, m => m.Encode(), [new Rendezvous2(new byte[64])], nameof(Rendezvous2)),
        new("hs-ntor-service", Accept, () => [Introduction().Encode()], nameof(HsNtorServiceHandshake)),
        new("hs-ntor-client", Complete, () => [Reply()], nameof(HsNtorClientHandshake)),
    ];

    private static MessageExtensions Extensions => new(new IntroductionLimits(25, 200).ToExtension());

    private static IntroducePlaintext Plaintext => new(
        _cookie,
        new MessageExtensions(MessageExtension.CongestionControlRequest, new IntroductionProof(new byte[16], 7, new byte[4], new byte[16]).ToExtension()),
        new byte[32],
        Specifiers);

    private static void ReadEstablishIntro(ReadOnlyMemory<byte> input)
    {
        EstablishIntro message = EstablishIntro.Decode(input.Span);
        bool holds = message.Verify(_nonce);
        _ = IntroductionLimits.TryFind(message.Extensions, out _);
        FuzzFailureException.Require(EstablishIntro.Decode(message.Encode()).Verify(_nonce) == holds, "a message that reads back differently");
    }

    private static IntroducePlaintext ReadPlaintext(ReadOnlySpan<byte> input)
    {
        IntroducePlaintext plaintext = IntroducePlaintext.Decode(input);
        foreach (MessageExtension extension in plaintext.Extensions)
        {
            if (IntroductionProof.TryRead(extension, out IntroductionProof? proof))
            {
                FuzzFailureException.Require(IntroductionProof.TryRead(proof.ToExtension(), out _), "a proof that cannot be read back");
            }
        }

        return plaintext;
    }

    private static HsNtorClientHandshake Client() => new(new SeededRandomSource(5), _key.PublicKey, _encryptionKey.PublicKey);

    private static Introduce1 Introduction()
    {
        using HsNtorClientHandshake client = Client();
        return client.TryIntroduce(default, Plaintext) ?? throw new InvalidOperationException("our own key is refused");
    }

    private static void Accept(ReadOnlyMemory<byte> input) => HsNtorServiceHandshake.TryAccept(
        _key.PublicKey, _encryptionKey, [new Digest256(new byte[32])], Introduce1.Decode(input.Span), out _, out _);

    private static byte[] Reply()
    {
        HsNtorServiceHandshake.TryAccept(_key.PublicKey, _encryptionKey, [default], Introduction(), out _, out HsNtorServiceHandshake? service);
        return service?.TryRespond(new SeededRandomSource(6), new byte[128]) ?? throw new InvalidOperationException("our own introduction is refused");
    }

    private static void Complete(ReadOnlyMemory<byte> input)
    {
        using HsNtorClientHandshake client = Client();
        client.TryComplete(input.Span, new byte[128]);
    }
}
