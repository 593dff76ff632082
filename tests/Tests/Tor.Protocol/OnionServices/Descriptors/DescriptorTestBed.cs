using System.Net;
using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;
using Tunic.Tor.Protocol.OnionServices.Descriptors;

namespace Tunic.Tests.Tor.Protocol.OnionServices.Descriptors;

/// <summary>One service in one period, and the means to write what an honest one would not.</summary>
internal sealed class DescriptorTestBed : IDisposable
{
    public const ulong Counter = 19655750;

    public static readonly DateTime Now = new(2026, 3, 4, 10, 20, 30, DateTimeKind.Utc);

    private readonly Ed25519PrivateKey _identity;

    public DescriptorTestBed(ulong seed = 1, params ReadOnlyMemory<byte>[] clients)
    {
        Random = new SeededRandomSource(seed);
        _identity = Ed25519PrivateKey.Generate(Random);
        Address = new OnionAddress(_identity.PublicKey);
        Keys = DescriptorKeys.Create(_identity, new TimePeriod(20515, 1440), clients, Random);
    }

    public SeededRandomSource Random { get; }

    public OnionAddress Address { get; }

    public DescriptorKeys Keys { get; }

    /// <summary>What a client knows.</summary>
    public PeriodCredential Credential => PeriodCredential.Create(Address, Keys.Credential.Period);

    public DescriptorContent Content(int points = 3) => new() { IntroductionPoints = [.. Enumerable.Range(1, points).Select(Point)] };

    public IntroductionPoint Point(int number)
    {
        using Ed25519PrivateKey authentication = Ed25519PrivateKey.Generate(Random);
        return new IntroductionPoint
        {
            LinkSpecifiers = LinkSpecifiers.For(
                new IPEndPoint(new IPAddress([192, 0, 2, (byte)number]), 9001),
                new RsaIdentity(Enumerable.Repeat((byte)number, 20).ToArray()),
                new Ed25519Identity(Enumerable.Repeat((byte)number, 32).ToArray()),
                IPEndPoint.Parse("[2001:db8::1]:443")),
            OnionKey = Bytes(32),
            AuthenticationKey = authentication.PublicKey,
            EncryptionKey = PublicKey(),
        };
    }

    public byte[] Write(DescriptorContent? content = null) => DescriptorWriter.Write(Keys, content ?? Content(), Counter, Now, Random);

    /// <summary>The inner layer that <see cref="Write"/> would encrypt.</summary>
    public string InnerText(DescriptorContent? content = null) =>
        Encoding.UTF8.GetString(new InnerLayerWriter(Keys.SigningKey, Now + DescriptorWriter.CertificateLifetime).Write(content ?? Content()));

    /// <summary>A signed descriptor around any inner layer.</summary>
    public byte[] WriteInner(string inner) => WriteMiddle(
        Encoding.Latin1.GetString(new MiddleLayer(Keys.EphemeralKey, Keys.Clients, Encrypt(inner, isInner: true)).Encode()));

    /// <summary>A signed descriptor around any middle layer.</summary>
    public byte[] WriteMiddle(string middle)
    {
        string outer = Encoding.ASCII.GetString(Write(Content(0)));
        int start = outer.IndexOf("-----BEGIN MESSAGE", StringComparison.Ordinal);
        string message = Convert.ToBase64String(Encrypt(middle, isInner: false));
        return Sign($"{outer[..start]}-----BEGIN MESSAGE-----\n{message}\n-----END MESSAGE-----\n");
    }

    /// <summary>Takes the signature away, changes the text, signs it again.</summary>
    public byte[] Change(Func<string, string> change)
    {
        string text = Encoding.ASCII.GetString(Write());
        return Sign(change(text[..text.IndexOf("signature ", StringComparison.Ordinal)]));
    }

    public byte[] Sign(string text)
    {
        var signature = new byte[Ed25519.SignatureLength];
        Keys.SigningKey.Sign([.. OuterLayerFormat.SignaturePrefix, .. Encoding.ASCII.GetBytes(text)], signature);
        return Encoding.ASCII.GetBytes($"{text}signature {Convert.ToBase64String(signature).TrimEnd('=')}\n");
    }

    public DescriptorOpening Open(byte[] text, out DescriptorContent? content, ClientAuthorizationKey? key = null)
    {
        Assert.True(OnionServiceDescriptor.TryParse(text, Now, out OnionServiceDescriptor? descriptor, out string? failure), failure);
        return descriptor.Open(Credential, key is null ? default : key.PrivateKey, Now, 31, out content);
    }

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        Random.Fill(bytes);
        return bytes;
    }

    public void Dispose()
    {
        Keys.Dispose();
        _identity.Dispose();
    }

    private byte[] PublicKey()
    {
        using ClientAuthorizationKey key = ClientAuthorizationKey.Generate(Random);
        return key.PublicKey.ToArray();
    }

    private byte[] Encrypt(string text, bool isInner)
    {
        byte[] secret = [.. Keys.Credential.BlindedKey.Key.ToArray(), .. isInner ? Keys.Cookie : default];
        return new DescriptorLayerCipher(secret, Keys.Credential.Subcredential, Counter, isInner).Encrypt(Encoding.Latin1.GetBytes(text), Random);
    }
}
