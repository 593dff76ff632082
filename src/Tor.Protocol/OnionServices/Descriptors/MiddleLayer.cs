using System.Diagnostics.CodeAnalysis;
using Tunic.Primitives.Cryptography;
using Tunic.Tor.Protocol.Documents.Lexing;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Tor.Protocol.OnionServices.Descriptors;

/// <summary>
/// What those who know the address can read: the lines of the clients, fakes among them, and the inner layer (rend-spec-v3, "First layer
/// plaintext format").
/// </summary>
/// <param name="EphemeralKey">The X25519 key with which clients find their line, 32 bytes.</param>
/// <param name="Clients">At least one.</param>
/// <param name="Encrypted">The inner layer.</param>
internal sealed record MiddleLayer(ReadOnlyMemory<byte> EphemeralKey, IReadOnlyList<AuthorizedClient> Clients, ReadOnlyMemory<byte> Encrypted)
{
    private const int PaddingMultiple = 10_000;

    private static readonly ItemRule AuthType = ItemRule.Once("desc-auth-type").WithArguments(1).First();
    private static readonly ItemRule AuthKey = ItemRule.Once("desc-auth-ephemeral-key").WithArguments(1);
    private static readonly ItemRule AuthClient = ItemRule.AtLeastOnce("auth-client").WithArguments(3);
    private static readonly ItemRule EncryptedData = ItemRule.Once("encrypted").WithoutArguments().WithObject(ObjectRule.Required);
    private static readonly DocumentFormat Format = new(AuthType, AuthKey, AuthClient, EncryptedData);

    /// <summary>Reads the decrypted text. Its length limits the number of clients.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> text, [NotNullWhen(true)] out MiddleLayer? layer)
    {
        layer = null;
        var lexer = new DocumentLexer(Format);
        if (!lexer.TryRead(text, 0, text.Length, out _)
            || !lexer.Find(AuthType).Argument(0).SequenceEqual("x25519"u8)
            || !FieldText.TryParseX25519(lexer.Find(AuthKey).Argument(0), out byte[]? ephemeralKey))
        {
            return false;
        }

        List<AuthorizedClient> clients = [];
        foreach (DocumentItem item in lexer.Items)
        {
            if (!ReferenceEquals(item.Rule, AuthClient))
            {
                continue;
            }

            if (ReadClient(item) is not { } client)
            {
                return false;
            }

            clients.Add(client);
        }

        DocumentItem data = lexer.Find(EncryptedData);
        byte[] encrypted = data.DecodeObject();
        layer = data.HasLabel("MESSAGE"u8) && DescriptorLayerCipher.IsLongEnough(encrypted.Length)
            ? new MiddleLayer(ephemeralKey, clients, encrypted)
            : null;
        return layer is not null;
    }

    /// <summary>The text with the zeros behind it that hide how long it is.</summary>
    public byte[] Encode()
    {
        var text = new DocumentWriter();
        text.Line("desc-auth-type x25519");
        text.Line($"desc-auth-ephemeral-key {Convert.ToBase64String(EphemeralKey.Span)}");
        foreach (AuthorizedClient client in Clients)
        {
            text.Line($"auth-client {Unpadded(client.Id)} {Unpadded(client.Iv)} {Unpadded(client.EncryptedCookie)}");
        }

        text.Line("encrypted").Object("MESSAGE", Encrypted.Span);
        ReadOnlySpan<byte> written = text.ToBytes().AsSpan()[..^1]; // stock tor ends without a line feed
        var padded = new byte[(written.Length + PaddingMultiple - 1) / PaddingMultiple * PaddingMultiple];
        written.CopyTo(padded);
        return padded;
    }

    private static AuthorizedClient? ReadClient(DocumentItem item)
    {
        var id = new byte[AuthorizedClient.IdLength];
        var iv = new byte[AesCtr.IvLength];
        var cookie = new byte[AuthorizedClient.CookieLength];
        return Base64Text.TryDecodeExactly(item.Argument(0), id)
            && Base64Text.TryDecodeExactly(item.Argument(1), iv)
            && Base64Text.TryDecodeExactly(item.Argument(2), cookie)
                ? new AuthorizedClient(id, iv, cookie)
                : null;
    }

    private static string Unpadded(ReadOnlyMemory<byte> bytes) => Convert.ToBase64String(bytes.Span).TrimEnd('=');
}
