using System.IO.Compression;
using System.Net;
using System.Text;
using Tunic.Node.Configuration.Torrc;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Storage;
using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Network.NetworkDirectory.Profiles;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Relay.DirectoryCache.Serving;
using Tunic.Tor.Relay.DirectoryCache;
using Tunic.Tor.Relay.Exits;

namespace Tunic.Tests.Fuzz.Targets;

/// <summary>Decoders outside of Tor.Protocol: directory requests and answers, configuration, files.</summary>
internal static class EdgeTargets
{
    private const int MaxBodyLength = 1 << 20;

    private static readonly byte[] _networkSeed = Enumerable.Repeat((byte)7, 32).ToArray();

    public static IEnumerable<FuzzTarget> All =>
    [
        new("directory-response", ReadResponse, ResponseSeeds, nameof(DirectoryHttp)) { IsText = true, MaxLength = 4096, Allocation = 16 << 20 },
        new("directory-request", ReadRequest, RequestSeeds, nameof(DirectoryQuery), nameof(ResourceList), nameof(DirectoryEncodings)) { IsText = true, MaxLength = 4096 },
        new("reverse-name", input => ReverseName.Parse(Latin1(input)), ReverseSeeds, nameof(ReverseName)) { IsText = true },
        new("torrc", ReadTorrc, TorrcSeeds, "Torrc*", "ClientPort*", "ServerPort*", "PortAddress", "DirAuthorityLine", "FallbackDirLine", "LogTarget") { IsText = true, MaxLength = 2048 },
        new("network-file", ReadNetworkFile, NetworkSeeds, nameof(NetworkFileCodec), nameof(NetworkLines)) { IsText = true, MaxLength = 4096 },
        new("tagged-key-file", input => TaggedKeyFile.TryDecode(input, "ed25519v1-secret", "type0", out _), () => [TaggedKeyFile.Encode("ed25519v1-secret", "type0", new byte[64])], nameof(TaggedKeyFile)),
    ];

    private static string Latin1(ReadOnlyMemory<byte> input) => Encoding.Latin1.GetString(input.Span);

    private static IEnumerable<byte[]> ResponseSeeds()
    {
        const string Head = "HTTP/1.0 200 OK\r\nDate: Sat, 21 Nov 2026 10:00:00 GMT\r\nX-Your-Address-Is: 192.0.2.1\r\n";
        byte[] text = "network-status-version 3\n"u8.ToArray();
        yield return [.. Encoding.ASCII.GetBytes($"{Head}Content-Length: {text.Length}\r\n\r\n"), .. text];
        foreach (bool isGzip in (bool[])[true, false])
        {
            using var body = new MemoryStream();
            using (Stream encoder = isGzip ? new GZipStream(body, CompressionLevel.Fastest, leaveOpen: true) : new ZLibStream(body, CompressionLevel.Fastest, leaveOpen: true))
            {
                encoder.Write(text);
            }

            yield return [.. Encoding.ASCII.GetBytes($"{Head}Content-Encoding: {(isGzip ? "gzip" : "deflate")}\r\n\r\n"), .. body.ToArray()];
        }

        yield return "HTTP/1.0 404 Not found\r\n\r\n"u8.ToArray();
    }

    private static void ReadResponse(ReadOnlyMemory<byte> input)
    {
        try
        {
            DirectoryResponse response = DirectoryHttp.Parse(input, MaxBodyLength);
            FuzzFailureException.Require(response.Body.Length <= MaxBodyLength, "a body longer than allowed");
        }
        catch (DirectoryException refusal)
        {
            throw new MalformedMessageException(refusal.Message); // the documented refusal
        }
    }

    private static IEnumerable<byte[]> RequestSeeds()
    {
        const string Hex = "0123456789ABCDEF0123456789ABCDEF01234567";
        return ((string[])
        [
            $"GET /tor/status-vote/current/consensus-microdesc/{Hex}.z HTTP/1.0\r\nHost: x\r\nIf-Modified-Since: Sat, 21 Nov 2026 10:00:00 GMT",
            $"GET /tor/keys/fp-sk/{Hex}-{Hex}+{Hex}-{Hex} HTTP/1.1\r\nAccept-Encoding: deflate, gzip;q=0.5, identity\r\nX-Or-Diff-From-Consensus: {Hex}, {Hex}",
            $"GET http://a/tor/server/fp/{Hex}+{Hex} HTTP/1.0",
            "GET /tor/micro/d/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB HTTP/1.0",
            "POST /tor/ HTTP/1.0\r\nContent-Length: 5",
        ]).Select(Encoding.ASCII.GetBytes);
    }

    private static void ReadRequest(ReadOnlyMemory<byte> input)
    {
        string head = Latin1(input);
        if (DirectoryQuery.TryParse(head, default, new DirectoryAsker(IPAddress.Loopback, IsTunnelled: false, IsAnonymous: false), out DirectoryQuery? query))
        {
            FuzzFailureException.Require(query.Path.StartsWith("/tor/", StringComparison.Ordinal), "a path outside of /tor");
            string list = query.Path[(query.Path.LastIndexOf('/') + 1)..];
            ResourceList.ParseDigests(list);
            ResourceList.ParseIdentities(list);
            ResourceList.ParseMicrodescriptors(list);
            ResourceList.ParseKeys(list);
            _ = (query.BestEncoding, query.FindHeader("X-Or-Diff-From-Consensus"));
        }

        DirectoryEncodings.ParseAccepted(head);
    }

    private static IEnumerable<byte[]> ReverseSeeds() =>
        ["1.2.0.192.in-addr.arpa"u8.ToArray(), Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("a.", 32)) + "ip6.arpa")];

    private static IEnumerable<byte[]> TorrcSeeds() => ((string[])
    [
        "SocksPort 9050 IsolateDestAddr NoIPv6Traffic\nLog notice stdout\nDataDirectory /tmp/x # remark\nExitNodes {de},$0123456789ABCDEF0123456789ABCDEF01234567\n",
        "ORPort 9001 NoAdvertise\nORPort [::1]:9001 IPv6Only\nDirPort 9030\nNickname a\nContactInfo \"quoted \\\"text\\n\\x41\"\nExitPolicy accept *:80, reject *:*\nExitRelay auto\nBandwidthRate 5 MBytes\n",
        "DirAuthority auth0 orport=5000 v3ident=0123456789ABCDEF0123456789ABCDEF01234567 127.0.0.1:7000 0123 4567 89AB CDEF 0123 4567 89AB CDEF 0123 4567\nTestingTorNetwork 1\n+FallbackDir 127.0.0.1:1 orport=2 id=0123456789ABCDEF0123456789ABCDEF01234567\n/HiddenServiceDir\n",
        "AuthoritativeDirectory 1\nV3AuthVotingInterval 20 seconds\nConsensusParams a=1 b=-2\nMaxCircuitDirtiness 10 minutes\\\n 2\nSafeLogging relay\n",
    ]).Select(Encoding.ASCII.GetBytes);

    private static void ReadTorrc(ReadOnlyMemory<byte> input)
    {
        string text = Latin1(input);
        if (text.Contains("%include", StringComparison.OrdinalIgnoreCase))
        {
            return; // reads files
        }

        try
        {
            var settings = new TorrcSettings();
            settings.Assign(TorrcFile.ReadText(text, "-"));
            TorrcOptionsReader.Read(settings);
        }
        catch (TorrcException refusal)
        {
            throw new MalformedMessageException(refusal.Message); // the documented refusal
        }
    }

    private static IEnumerable<byte[]> NetworkSeeds()
    {
        using Ed25519PrivateKey key = Ed25519PrivateKey.FromSeed(_networkSeed);
        byte[] encoded = NetworkFileCodec.Encode(
            new NetworkFile
            {
                Name = "demo",
                Serial = 3,
                Key = key.PublicKey,
                IsPrivate = true,
                Authorities = [new DirectoryAuthority("a", new(new byte[20]), new(new byte[20]), IPEndPoint.Parse("192.0.2.1:9001"), IPEndPoint.Parse("192.0.2.1:80"))],
                Fallbacks = [new FallbackDirectory(new(new byte[20]), [IPEndPoint.Parse("192.0.2.1:443"), IPEndPoint.Parse("[2001:db8::1]:443")])],
                Parameters = [new("circwindow", -1)],
            },
            key);
        return [encoded, encoded[..(encoded.AsSpan().IndexOf("\nsignature"u8) + 1)]];
    }

    /// <summary>As it is, and once more with a good signature.</summary>
    private static void ReadNetworkFile(ReadOnlyMemory<byte> input)
    {
        NetworkFileCodec.TryDecode(input.Span, out _, out _);
        using Ed25519PrivateKey key = Ed25519PrivateKey.FromSeed(_networkSeed);
        var signature = new byte[Ed25519.SignatureLength];
        key.Sign([.. "Tunic network file v1\0"u8, .. input.Span], signature);
        byte[] signed = [.. input.Span, .. Encoding.ASCII.GetBytes($"signature {Convert.ToBase64String(signature)}\n")];
        if (NetworkFileCodec.TryDecode(signed, out NetworkFile? file, out _))
        {
            byte[] written = NetworkFileCodec.Encode(file, key);
            FuzzFailureException.Require(NetworkFileCodec.TryDecode(written, out NetworkFile? again, out string fault), $"cannot read what it wrote: {fault}");
            FuzzFailureException.Require(NetworkFileCodec.Encode(again!, key).AsSpan().SequenceEqual(written), "writes something else after reading");
        }
    }
}
