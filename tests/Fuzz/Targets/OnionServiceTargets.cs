using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;
using Tunic.Tor.Protocol.OnionServices.Balancing;
using Tunic.Tor.Protocol.OnionServices.Descriptors;
using static Tunic.Tests.Fuzz.Targets.DocumentTargets;

namespace Tunic.Tests.Fuzz.Targets;

/// <summary>Addresses and descriptors of onion services. What is encrypted or signed is so after the change, to get behind it.</summary>
internal static class OnionServiceTargets
{
    private const ulong Counter = 19655750;

    private static readonly DateTime _now = new(2026, 3, 4, 10, 20, 30, DateTimeKind.Utc);
    private static readonly SeededRandomSource _random = new(1);
    private static readonly Ed25519PrivateKey _identity = Ed25519PrivateKey.Generate(_random);
    private static readonly ClientAuthorizationKey _client = ClientAuthorizationKey.Generate(_random);
    private static readonly DescriptorKeys _keys = DescriptorKeys.Create(_identity, new TimePeriod(20515, 1440), [_client.PublicKey], _random);
    private static readonly DescriptorContent _content = MakeContent();

    public static IEnumerable<FuzzTarget> All =>
    [
        Text("onion-address", ReadAddress, () => [Bytes(new OnionAddress(_identity.PublicKey).ToString())], [nameof(OnionAddress), nameof(Base32Text)]),
        Text("onion-client-key", ReadClientKey, ClientKeys, [nameof(ClientAuthorizationText)]),
        Text("onion-balance", ReadBalance, () => [Bytes($"MasterOnionAddress {new OnionAddress(_identity.PublicKey)}\n")], [nameof(BalancedInstance)]),
        Text("onion-descriptor", input => Read(input), () => [Write()], [nameof(OuterLayerParser)]) with { MaxLength = 16_384 },
        Text("onion-descriptor-signed", ReadSigned, () => [Unsigned()], [nameof(OuterLayerParser), nameof(DescriptorOpener)]) with { MaxLength = 16_384 },
        Text("onion-descriptor-middle", ReadMiddle, () => [Middle().Encode().AsSpan().TrimEnd((byte)0).ToArray()], [nameof(MiddleLayer)]) with { MaxLength = 8192 },
        Text("onion-descriptor-inner", ReadInner, () => [Inner(_content)], [nameof(InnerLayerParser), nameof(IntroductionPointParser)]) with { MaxLength = 8192 },
        new("onion-descriptor-layer", ReadLayer, () => [Cipher.Encrypt("text"u8, _random)], nameof(DescriptorLayerCipher)),
    ];

    private static DescriptorLayerCipher Cipher => new(new byte[32], default, Counter, isInner: true);

    private static DescriptorContent MakeContent() => new()
    {
        IntroductionPoints = [MakePoint(1), MakePoint(2)],
        IntroductionAuthentication = ["ed25519"],
        IsSingleOnionService = true,
        FlowControl = new DescriptorFlowControl("1-2", 31),
        ProofOfWork = new ProofOfWorkParameters(ProofOfWorkScheme.V1, new byte[32], 614, _now),
    };

    private static IntroductionPoint MakePoint(int number) => new()
    {
        LinkSpecifiers = CellTargets.Specifiers,
        OnionKey = _client.PublicKey,
        AuthenticationKey = new Ed25519Identity(Enumerable.Repeat((byte)number, 32).ToArray()),
        EncryptionKey = _client.PublicKey,
    };

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);

    private static byte[] Write() => DescriptorWriter.Write(_keys, _content, Counter, _now, _random);

    private static byte[] Unsigned()
    {
        byte[] text = Write();
        return text[..(text.AsSpan().LastIndexOf("\nsignature "u8) + 1)];
    }

    private static MiddleLayer Middle() => new(_keys.EphemeralKey, _keys.Clients, new byte[100]);

    private static byte[] Inner(DescriptorContent content) => new InnerLayerWriter(_keys.SigningKey, _now.AddHours(54)).Write(content);

    private static IEnumerable<byte[]> ClientKeys() =>
    [
        Bytes(ClientAuthorizationText.FormatPublicKey(_client.PublicKey.Span)),
        Bytes(ClientAuthorizationText.FormatPrivateKey(new OnionAddress(_identity.PublicKey), _client)),
    ];

    private static void ReadAddress(ReadOnlyMemory<byte> input)
    {
        string text = Encoding.UTF8.GetString(input.Span);
        if (OnionAddress.ParseHost(text, out OnionAddress address) == OnionAddressFault.None)
        {
            FuzzFailureException.Require(text.EndsWith(address.ToString(), StringComparison.OrdinalIgnoreCase), "another address than the one read");
        }

        _ = OnionAddress.TryParse(text, out _);
    }

    private static void ReadClientKey(ReadOnlyMemory<byte> input)
    {
        string text = Encoding.UTF8.GetString(input.Span);
        _ = ClientAuthorizationText.TryParsePublicKey(text, out _);
        if (ClientAuthorizationText.TryParsePrivateKey(text, out OnionAddress address, out ClientAuthorizationKey? key))
        {
            FuzzFailureException.Require(
                ClientAuthorizationText.TryParsePrivateKey(ClientAuthorizationText.FormatPrivateKey(address, key), out _, out _), "cannot read what it wrote");
        }
    }

    private static void ReadBalance(ReadOnlyMemory<byte> input) =>
        FuzzFailureException.Require(
            !BalancedInstance.TryParse(Encoding.UTF8.GetString(input.Span), out BalancedInstance? instance)
            || instance.Masters.Count is > 0 and <= BalancedInstance.MaxMasters,
            "none or too many masters");

    private static void Read(ReadOnlyMemory<byte> input)
    {
        if (OnionServiceDescriptor.TryParse(input, _now, out OnionServiceDescriptor? descriptor, out _))
        {
            descriptor.Open(_keys.Credential, _client.PrivateKey, _now, 31, out _);
            descriptor.Open(_keys.Credential, default, _now, 31, out _);
        }
    }

    private static void ReadSigned(ReadOnlyMemory<byte> input)
    {
        Span<byte> signature = stackalloc byte[Ed25519.SignatureLength];
        _keys.SigningKey.Sign([.. OuterLayerFormat.SignaturePrefix, .. input.Span], signature);
        Read((byte[])[.. input.Span, .. Bytes($"signature {Convert.ToBase64String(signature).TrimEnd('=')}\n")]);
    }

    private static void ReadMiddle(ReadOnlyMemory<byte> input)
    {
        if (MiddleLayer.TryParse(input, out MiddleLayer? layer))
        {
            byte[] written = layer.Encode();
            int end = written.AsSpan().IndexOf((byte)0);
            FuzzFailureException.Require(MiddleLayer.TryParse(end < 0 ? written : written[..end], out MiddleLayer? again), "cannot read what it wrote");
            FuzzFailureException.Require(again!.Encode().AsSpan().SequenceEqual(written), "writes something else after reading");
        }
    }

    private static void ReadInner(ReadOnlyMemory<byte> input)
    {
        var parser = new InnerLayerParser(_keys.SigningKey.PublicKey, _now, 31);
        if (parser.TryParse(input, out DescriptorContent? content))
        {
            byte[] written = Inner(content);
            FuzzFailureException.Require(parser.TryParse(written, out DescriptorContent? again), "cannot read what it wrote");
            FuzzFailureException.Require(Inner(again!).AsSpan().SequenceEqual(written), "writes something else after reading");
            _ = content.FlowControl?.SupportsCongestionControl;
            foreach (IntroductionPoint point in content.IntroductionPoints)
            {
                _ = (point.LinkSpecifiers.IPv4, point.LinkSpecifiers.IPv6, point.LinkSpecifiers.RsaIdentity, point.LinkSpecifiers.Ed25519Identity);
            }
        }
    }

    private static void ReadLayer(ReadOnlyMemory<byte> input)
    {
        if (Cipher.TryDecrypt(input.Span, out byte[]? text))
        {
            FuzzFailureException.Require(text.Length > 0 && !text.Contains((byte)0), "padding in what was decrypted");
        }
    }
}
