using System.Diagnostics.CodeAnalysis;
using Tunic.Primitives.Bytes;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>Reads INTRODUCE2 messages (stock hs_cell_parse_introduce2). Whatever is wrong with one, it is dropped and nothing else happens.</summary>
internal static class IntroductionReader
{
    /// <summary>Reads one.</summary>
    /// <param name="point">Through which it came; one message at a time.</param>
    /// <param name="subcredentials">With which it may be encrypted.</param>
    /// <param name="body">From a stranger.</param>
    /// <param name="now">Monotonic time.</param>
    /// <param name="request">What it asks.</param>
    /// <returns>False when it is malformed, was seen before, or is not for us.</returns>
    internal static bool TryRead(
        ServiceIntroductionPoint point,
        IReadOnlyList<Subcredential> subcredentials,
        ReadOnlySpan<byte> body,
        TimeSpan now,
        [NotNullWhen(true)] out RendezvousRequest? request)
    {
        request = null;
        if (Decode(body) is not { } message
            || message.AuthenticationKey != point.AuthenticationKey.PublicKey
            || !point.Replays.TryAdd(message.Encrypted.Span, now)
            || !HsNtorServiceHandshake.TryAccept(
                point.AuthenticationKey.PublicKey,
                point.EncryptionKey,
                [.. subcredentials.Select(subcredential => subcredential.Value)],
                message,
                out IntroducePlaintext? plaintext,
                out HsNtorServiceHandshake? handshake)
            || plaintext.Cookie.IsZero
            || !TryReadProof(plaintext.Extensions, out ProofOfWorkSolution? solution))
        {
            return false;
        }

        bool wantsCongestionControl = plaintext.Extensions.Any(extension => extension.IsCongestionControlRequest);
        request = new RendezvousRequest(plaintext, handshake, point.BlindedKey, solution, wantsCongestionControl);
        return true;
    }

    private static Introduce1? Decode(ReadOnlySpan<byte> body)
    {
        try
        {
            return Introduce1.Decode(body);
        }
        catch (MalformedMessageException)
        {
            return null;
        }
    }

    /// <summary>The last proof counts; one that cannot be read spoils the message.</summary>
    private static bool TryReadProof(MessageExtensions extensions, out ProofOfWorkSolution? solution)
    {
        solution = null;
        foreach (MessageExtension extension in extensions.Where(IntroductionProof.IsProof))
        {
            if (!IntroductionProof.TryRead(extension, out IntroductionProof? proof))
            {
                return false;
            }

            solution = ProofOfWorkSolution.Decode(proof.Nonce.Span, proof.Effort, proof.SeedHead.Span, proof.Solution.Span);
        }

        return true;
    }
}
