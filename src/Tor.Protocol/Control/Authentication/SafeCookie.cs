using System.Security.Cryptography;

namespace Tunic.Tor.Protocol.Control.Authentication;

/// <summary>The two proofs of SAFECOOKIE: each side shows that it knows the cookie, and nobody sends it (control-spec, "AUTHCHALLENGE").</summary>
public static class SafeCookie
{
    /// <summary>Bytes of a cookie.</summary>
    public const int CookieLength = 32;

    /// <summary>Bytes of our nonce.</summary>
    public const int NonceLength = 32;

    /// <summary>Bytes of either proof.</summary>
    public const int ProofLength = HMACSHA256.HashSizeInBytes;

    /// <summary>What we show the controller.</summary>
    public static byte[] ProveToController(ReadOnlySpan<byte> cookie, ReadOnlySpan<byte> controllerNonce, ReadOnlySpan<byte> ourNonce) =>
        HMACSHA256.HashData("Tor safe cookie authentication server-to-controller hash"u8, (byte[])[.. cookie, .. controllerNonce, .. ourNonce]);

    /// <summary>What the controller has to show.</summary>
    public static byte[] ProveToServer(ReadOnlySpan<byte> cookie, ReadOnlySpan<byte> controllerNonce, ReadOnlySpan<byte> ourNonce) =>
        HMACSHA256.HashData("Tor safe cookie authentication controller-to-server hash"u8, (byte[])[.. cookie, .. controllerNonce, .. ourNonce]);
}
