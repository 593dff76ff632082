using System.Security.Cryptography;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Tor.Protocol.OnionServices.Descriptors;

/// <summary>Opens the two encrypted layers of one descriptor (hs_descriptor.c, hs_desc_decode_descriptor; hs_client.c checks the blinded key).</summary>
internal readonly struct DescriptorOpener(OnionServiceDescriptor descriptor, PeriodCredential credential, DateTime now, int sendmeIncrement)
{
    public DescriptorOpening Open(ReadOnlySpan<byte> clientKey, out DescriptorContent? content)
    {
        content = null;
        if (descriptor.BlindedKey != credential.BlindedKey)
        {
            return DescriptorOpening.WrongKey;
        }

        if (!TryDecrypt(descriptor.Superencrypted.Span, [], isInner: false, out byte[]? text) || !MiddleLayer.TryParse(text, out MiddleLayer? middle))
        {
            return DescriptorOpening.BadMiddleLayer;
        }

        byte[] cookie = clientKey.IsEmpty ? [] : FindCookie(middle, clientKey);
        bool isOpen = TryDecrypt(middle.Encrypted.Span, cookie, isInner: true, out byte[]? inner);
        CryptographicOperations.ZeroMemory(cookie);
        if (!isOpen)
        {
            return clientKey.IsEmpty ? DescriptorOpening.NeedsAuthorization : DescriptorOpening.WrongAuthorization;
        }

        var parser = new InnerLayerParser(descriptor.SigningKey, now, sendmeIncrement);
        return parser.TryParse(inner, out content) ? DescriptorOpening.Opened : DescriptorOpening.BadInnerLayer;
    }

    private bool TryDecrypt(ReadOnlySpan<byte> layer, ReadOnlySpan<byte> cookie, bool isInner, out byte[]? plaintext)
    {
        byte[] secretData = [.. descriptor.BlindedKey.Key.ToArray(), .. cookie];
        bool good = new DescriptorLayerCipher(secretData, credential.Subcredential, descriptor.RevisionCounter, isInner).TryDecrypt(layer, out plaintext);
        CryptographicOperations.ZeroMemory(secretData);
        return good;
    }

    /// <summary>The cookie in the line of this client; empty when it has none, for the inner layer may open without.</summary>
    private byte[] FindCookie(MiddleLayer middle, ReadOnlySpan<byte> clientKey)
    {
        using ClientCookieKeys? keys = ClientCookieKeys.Derive(credential.Subcredential, clientKey, middle.EphemeralKey.Span);
        foreach (AuthorizedClient client in keys is null ? [] : middle.Clients)
        {
            if (CryptographicOperations.FixedTimeEquals(keys!.ClientId, client.Id.Span))
            {
                byte[] cookie = client.EncryptedCookie.ToArray();
                keys.Transform(client.Iv.Span, cookie);
                return cookie;
            }
        }

        return [];
    }
}
