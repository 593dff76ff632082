using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.OnionServices.Authorization;

/// <summary>
/// One line of a descriptor's middle layer: the cookie that opens the inner layer, encrypted for one client, or a fake that looks the same
/// (rend-spec-v3, "Descriptor encryption, first layer").
/// </summary>
/// <param name="Id">By which the client finds its line; <see cref="IdLength"/> bytes.</param>
/// <param name="Iv">Start of the key stream; 16 bytes.</param>
/// <param name="EncryptedCookie"><see cref="CookieLength"/> bytes.</param>
public sealed record AuthorizedClient(ReadOnlyMemory<byte> Id, ReadOnlyMemory<byte> Iv, ReadOnlyMemory<byte> EncryptedCookie)
{
    /// <summary>Bytes of an identifier.</summary>
    public const int IdLength = 8;

    /// <summary>Bytes of a descriptor cookie.</summary>
    public const int CookieLength = 16;

    /// <summary>A line that one client can use.</summary>
    /// <param name="subcredential">Of the service's period.</param>
    /// <param name="clientKey">The client's X25519 key. A key of small order, with which the whole world could read the cookie, gets a fake line.</param>
    /// <param name="ephemeralPrivateKey">The X25519 key whose public half stands in the descriptor.</param>
    /// <param name="cookie">What is encrypted.</param>
    /// <param name="random">Source of the start of the key stream.</param>
    public static AuthorizedClient Create(
        Subcredential subcredential, ReadOnlySpan<byte> clientKey, ReadOnlySpan<byte> ephemeralPrivateKey, ReadOnlySpan<byte> cookie, RandomSource random)
    {
        using ClientCookieKeys? keys = ClientCookieKeys.Derive(subcredential, ephemeralPrivateKey, clientKey);
        if (keys is null)
        {
            return CreateFake(random);
        }

        var iv = new byte[AesCtr.IvLength];
        random.Fill(iv);
        byte[] encrypted = cookie.ToArray();
        keys.Transform(iv, encrypted);
        return new AuthorizedClient(keys.ClientId.ToArray(), iv, encrypted);
    }

    /// <summary>A line that nobody can use; it hides how many can.</summary>
    public static AuthorizedClient CreateFake(RandomSource random)
    {
        var bytes = new byte[IdLength + AesCtr.IvLength + CookieLength];
        random.Fill(bytes);
        return new AuthorizedClient(bytes.AsMemory(0, IdLength), bytes.AsMemory(IdLength, AesCtr.IvLength), bytes.AsMemory(IdLength + AesCtr.IvLength));
    }
}
