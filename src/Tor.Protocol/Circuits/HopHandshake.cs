using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.Handshakes.Extensions;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>The client's half of the handshake with one hop, whichever kind it is (tor-spec, "CREATE and CREATED cells").</summary>
internal sealed class HopHandshake : IDisposable
{
    private readonly CircuitCapabilities _wanted;
    private readonly CreateFastClientHandshake? _fast;
    private readonly NtorClientHandshake? _ntor;
    private readonly NtorV3ClientHandshake? _ntorV3;

    /// <summary>Starts CREATE_FAST when the onion key is not known, else ntor-v3 where it is spoken, else ntor.</summary>
    internal HopHandshake(HopTarget target, RandomSource random)
    {
        _wanted = target.Wanted;
        if (target.NtorOnionKey.IsEmpty)
        {
            _fast = new CreateFastClientHandshake(random);
        }
        else if (target.UseNtorV3 && !target.Ed25519Identity.IsZero)
        {
            _ntorV3 = new NtorV3ClientHandshake(
                random,
                target.Ed25519Identity,
                target.NtorOnionKey.Span,
                NtorV3Verification.CircuitExtend,
                CircuitExtension.EncodeList(CircuitParameterNegotiation.Request(target.Wanted)));
        }
        else
        {
            _ntor = new NtorClientHandshake(random, target.RsaIdentity, target.NtorOnionKey.Span);
        }
    }

    /// <summary>True for CREATE_FAST, which only a first hop takes.</summary>
    [MemberNotNullWhen(true, nameof(_fast))]
    internal bool IsFast => _fast is not null;

    /// <summary>Body of CREATE_FAST.</summary>
    internal byte[] EncodeCreateFast() => new CreateFast(_fast!.Request).Encode();

    /// <summary>Body of CREATE2, or the second part of EXTEND2.</summary>
    internal Create2 Create2 => _ntorV3 is null
        ? new Create2(HandshakeType.Ntor, _ntor!.Request)
        : new Create2(HandshakeType.NtorV3, _ntorV3.Request);

    /// <summary>Checks the relay's half and makes the hop's keys.</summary>
    /// <param name="reply">The relay's half.</param>
    /// <param name="cipher">The hop's keys.</param>
    /// <param name="parameters">What was settled.</param>
    /// <param name="nonce">Receives KH, <see cref="HopCiphers.NonceLength"/> bytes.</param>
    /// <returns>False when the relay is not who it should be, or answers what was not asked: close the circuit.</returns>
    internal bool TryComplete(
        ReadOnlySpan<byte> reply,
        [NotNullWhen(true)] out ClientHopCipher? cipher,
        [NotNullWhen(true)] out CircuitParameters? parameters,
        Span<byte> nonce)
    {
        cipher = null;
        parameters = null;

        // The longest key material first: which part of it is used is known only once the reply has been opened.
        Span<byte> keys = stackalloc byte[HopCiphers.KeyMaterialLength(RelayCryptography.Cgo)];
        try
        {
            if (!TryAgree(reply, ref keys, out parameters))
            {
                return false;
            }

            HopCiphers.Nonce(keys[..HopCiphers.KeyMaterialLength(parameters.Cryptography)]).CopyTo(nonce);
            cipher = HopCiphers.CreateClient(parameters.Cryptography, keys);
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keys);
        }
    }

    public void Dispose()
    {
        _fast?.Dispose();
        _ntor?.Dispose();
        _ntorV3?.Dispose();
    }

    private bool TryAgree(ReadOnlySpan<byte> reply, ref Span<byte> keys, [NotNullWhen(true)] out CircuitParameters? parameters)
    {
        parameters = CircuitParameters.Unnegotiated;
        if (_ntorV3 is null)
        {
            keys = keys[..HopCiphers.KeyMaterialLength(RelayCryptography.Tor1)];
            return IsFast ? _fast.TryComplete(reply, keys) : _ntor!.TryComplete(reply, keys);
        }

        // The key stream does not depend on how much of it is asked for, so the shorter tor1 keys are at its front.
        return _ntorV3.TryComplete(reply, keys, out byte[]? message) && TryConfirm(message, out parameters);
    }

    private bool TryConfirm(byte[] message, [NotNullWhen(true)] out CircuitParameters? parameters)
    {
        parameters = null;
        try
        {
            return CircuitParameterNegotiation.TryConfirm(_wanted, CircuitExtension.DecodeList(message), out parameters);
        }
        catch (MalformedMessageException)
        {
            return false;
        }
    }
}
