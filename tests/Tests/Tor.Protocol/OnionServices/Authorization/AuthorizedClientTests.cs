using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Tests.Tor.Protocol.OnionServices.Authorization;

// Vector of stock tor: src/test/test_hs_descriptor.c, test_build_authorized_client.
public sealed class AuthorizedClientTests
{
    private const string EphemeralSecret = "d023b674d993a5c8446bd2ca97e9961149b3c0e88c7dc14e8777744dd3468d6a";
    private const string Cookie = "07d087f1d8c68393721f6e70316d3b29";
    private const string ClientKey = "8c1298fa6050e372f8598f6deca32e27b0ad457741422c2629ebb132cf7fae37";

    private static readonly Subcredential _subcredential = new(new Digest256(Enumerable.Repeat((byte)42, 32).ToArray()));

    [Fact]
    public void The_line_of_a_client_is_stocks()
    {
        AuthorizedClient client = AuthorizedClient.Create(
            _subcredential, Bytes(ClientKey), Bytes(EphemeralSecret), Bytes(Cookie), new FixedRandomSource([.. Enumerable.Repeat((byte)1, 16)]));

        Assert.Equal("EC19B7FF4D2DDA13", Convert.ToHexString(client.Id.Span));
        Assert.Equal("01010101010101010101010101010101", Convert.ToHexString(client.Iv.Span));
        Assert.Equal("B21222BE13F385F355BD07B2381F9F29", Convert.ToHexString(client.EncryptedCookie.Span));
    }

    [Fact]
    public void The_client_gets_the_cookie_back_with_its_own_key()
    {
        var random = new SeededRandomSource(5);
        using ClientAuthorizationKey own = ClientAuthorizationKey.Generate(random);
        using ClientAuthorizationKey ephemeral = ClientAuthorizationKey.Generate(random);
        AuthorizedClient line = AuthorizedClient.Create(_subcredential, own.PublicKey.Span, ephemeral.PrivateKey, Bytes(Cookie), random);
        using ClientCookieKeys keys = ClientCookieKeys.Derive(_subcredential, own.PrivateKey, ephemeral.PublicKey.Span)!;
        byte[] cookie = line.EncryptedCookie.ToArray();
        keys.Transform(line.Iv.Span, cookie);

        Assert.True(keys.ClientId.SequenceEqual(line.Id.Span));
        Assert.Equal(Bytes(Cookie), cookie);
    }

    [Fact]
    public void A_key_of_small_order_gets_a_line_that_nobody_can_use()
    {
        var zero = new byte[X25519.KeyLength];
        AuthorizedClient line = AuthorizedClient.Create(_subcredential, zero, Bytes(EphemeralSecret), Bytes(Cookie), new SeededRandomSource(6));

        Assert.Equal((8, 16, 16), (line.Id.Length, line.Iv.Length, line.EncryptedCookie.Length));
        Assert.Null(ClientCookieKeys.Derive(_subcredential, Bytes(EphemeralSecret), zero));
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);
}
