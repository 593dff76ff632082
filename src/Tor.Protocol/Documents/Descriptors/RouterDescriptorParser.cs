using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Lexing;
using Tunic.Tor.Protocol.Documents.Policies;

namespace Tunic.Tor.Protocol.Documents.Descriptors;

/// <summary>Reads one server descriptor in the order in which stock tor checks it, so that the reason given is the same.</summary>
internal sealed class RouterDescriptorParser(ReadOnlyMemory<byte> text)
{
    private readonly DocumentLexer _lexer = new(RouterDescriptorFormat.Format);
    private DocumentFault? _fault;

    public bool TryParse([NotNullWhen(true)] out RouterDescriptor? descriptor, [NotNullWhen(false)] out DocumentFault? fault)
    {
        descriptor = Parse();
        fault = descriptor is null ? _fault! : null;
        return descriptor is not null;
    }

    private RouterDescriptor? Parse()
    {
        if (!System.Text.Unicode.Utf8.IsValid(text.Span))
        {
            Fail("descriptor(s) or extrainfo(s) not valid UTF-8 or had BOM.");
            return null;
        }

        if (!_lexer.TryRead(text, 0, text.Length, out string? lexical))
        {
            Fail(lexical);
            return null;
        }

        // A copy: the text that was read may hold thousands of descriptors, and this one may outlive them.
        int start = _lexer.Items[0].Start;
        ReadOnlyMemory<byte> own = text[start.._lexer.Items[^1].End].ToArray();
        if (own.Span[^1] != '\n' || !_lexer.TryRead(own, 0, own.Length, out _))
        {
            Fail("router descriptor does not end with a line feed");
            return null;
        }

        (int signedStart, int signedLength) = SignedRegion.Find(own.Span, "router "u8, "router-signature"u8, '\n');
        DocumentItem signature = _lexer.Find(RouterDescriptorFormat.Signature);
        if (signedStart != 0 || signedLength != signature.LineEnd + 1)
        {
            Fail("Couldn't compute router hash.");
            return null;
        }

        byte[] digest = SHA1.HashData(own.Span[..signedLength]);
        byte[] sha256 = SHA256.HashData(own.Span[..signedLength]);
        return ReadDeclaration() is { } declaration ? Verify(declaration, own, new Digest160(digest), new Digest256(sha256)) : null;
    }

    private RelayDeclaration? ReadDeclaration() =>
        ReadRouterLine() is { } router && ReadBandwidth(router) is { } bandwidth && ReadTimes(bandwidth) is { } times ? times : null;

    private RouterDescriptor? Verify(RelayDeclaration declaration, ReadOnlyMemory<byte> own, Digest160 digest, Digest256 sha256)
    {
        if (_lexer.TryFind(RouterDescriptorFormat.OnionKey, out DocumentItem tap) && tap.DecodeRsaKey()!.Exponent != 65537)
        {
            Fail("Relay's onion key had invalid exponent.");
            return null;
        }

        if (!FieldText.TryParseX25519(_lexer.Find(RouterDescriptorFormat.NtorOnionKey).Argument(0), out byte[]? ntorKey))
        {
            Fail("Bogus ntor-onion-key in routerinfo");
            return null;
        }

        RsaPublicKey identityKey = _lexer.Find(RouterDescriptorFormat.SigningKey).DecodeRsaKey()!;
        var verifier = new RouterDescriptorVerifier(_lexer, own, identityKey.Identity, ntorKey);
        if (!verifier.VerifyKeys())
        {
            Fail(verifier.Failure);
            return null;
        }

        if (!CheckFingerprint(identityKey.Identity) || ReadDetails(declaration) is not { } complete)
        {
            return null;
        }

        if (!verifier.VerifyFamilies())
        {
            Fail(verifier.Failure);
            return null;
        }

        if (complete.OnionRouterPort == 0)
        {
            Fail("or_port unreadable or 0. Failing.");
            return null;
        }

        return CheckSignature(identityKey, digest) ? Build(complete, identityKey, ntorKey, verifier) with
        {
            TapOnionKey = tap.HasObject ? tap.DecodeRsaKey() : null,
            Digest = digest,
            Sha256Digest = sha256,
            Text = own,
        } : null;
    }

    private static RouterDescriptor Build(
        RelayDeclaration declaration, RsaPublicKey identityKey, byte[] ntorKey, RouterDescriptorVerifier verifier) => new()
        {
            Declaration = declaration,
            IdentityKey = identityKey,
            Identity = identityKey.Identity,
            Ed25519Identity = verifier.Certificate.SigningKey!.Value,
            SigningKeyCertificate = verifier.Certificate,
            TapCrossCertificate = verifier.TapCrossCertificate,
            NtorOnionKey = ntorKey,
            NtorCrossCertificate = verifier.NtorCertificate,
            NtorCrossCertificateSign = verifier.NtorSign,
            FamilyCertificates = verifier.FamilyCertificates,
            FamilyIds = verifier.FamilyIds,
            CertificatesExpire = verifier.Expires,
            Digest = default,
            Sha256Digest = default,
            Text = default,
        };

    private RelayDeclaration? ReadRouterLine()
    {
        ArgumentReader words = _lexer.Find(RouterDescriptorFormat.Router).Arguments;
        ReadOnlySpan<byte> nickname = words.Next();
        if (!FieldText.IsNickname(nickname))
        {
            return Fail("Router nickname is invalid");
        }

        if (!FieldText.TryParseIPv4(words.Next(), out IPAddress? address))
        {
            return Fail("Router address is not an IP address.");
        }

        if (!FieldText.TryParsePort(words.Next(), out ushort port))
        {
            return Fail("Invalid OR port");
        }

        words.Next(); // SOCKSPort, always 0
        if (!FieldText.TryParsePort(words.Next(), out ushort directoryPort))
        {
            return Fail("Invalid dir port");
        }

        return new RelayDeclaration
        {
            Nickname = Encoding.ASCII.GetString(nickname),
            Address = address,
            OnionRouterPort = port,
            DirectoryPort = directoryPort,
            Protocols = ProtocolVersions.None,
            Published = default,
            BandwidthRate = 0,
            BandwidthBurst = 0,
            BandwidthObserved = 0,
            ExitPolicy = ExitPolicy.RejectAll,
        };
    }

    private RelayDeclaration? ReadBandwidth(RelayDeclaration declaration)
    {
        ArgumentReader words = _lexer.Find(RouterDescriptorFormat.Bandwidth).Arguments;
        return !FieldText.TryParseNumber(words.Next(), 1, int.MaxValue, out long rate) ? Fail("bandwidthrate unreadable or 0. Failing.")
            : !FieldText.TryParseNumber(words.Next(), 0, int.MaxValue, out long burst) ? Fail("Invalid bandwidthburst")
            : !FieldText.TryParseNumber(words.Next(), 0, int.MaxValue, out long observed) ? Fail("Invalid bandwidthcapacity")
            : declaration with { BandwidthRate = (int)rate, BandwidthBurst = (int)burst, BandwidthObserved = (int)observed };
    }

    private RelayDeclaration? ReadTimes(RelayDeclaration declaration)
    {
        long? uptime = null;
        if (_lexer.TryFind(RouterDescriptorFormat.Uptime, out DocumentItem line))
        {
            if (!FieldText.TryParseNumber(line.Argument(0), 0, long.MaxValue, out long seconds))
            {
                return Fail("Invalid uptime");
            }

            uptime = seconds;
        }

        bool hibernating = _lexer.TryFind(RouterDescriptorFormat.Hibernating, out line)
            && FieldText.TryParseNumber(line.Argument(0), 0, long.MaxValue, out long flag) && flag != 0;
        return !FieldText.TryParseTime(_lexer.Find(RouterDescriptorFormat.Published).RestOfLine, out DateTime published)
            ? Fail("Unparseable time in published")
            : declaration with { UptimeSeconds = uptime, IsHibernating = hibernating, Published = published };
    }

    private RelayDeclaration? ReadDetails(RelayDeclaration declaration)
    {
        string proto = _lexer.Find(RouterDescriptorFormat.Proto).RestAsText();
        if (Has(RouterDescriptorFormat.Accept6) || Has(RouterDescriptorFormat.Reject6))
        {
            return Fail("Rejecting router with reject6/accept6 line: they crash older Tors.");
        }

        if (ReadExitPolicy() is not { } policy || !TryReadFamily(out List<string> family))
        {
            return null;
        }

        ExitPolicySummary? policyV6 = null;
        if (_lexer.TryFind(RouterDescriptorFormat.IPv6Policy, out DocumentItem line)
            && !ExitPolicySummary.TryParse(line.RestOfLine, out policyV6))
        {
            return Fail("Error in ipv6-policy");
        }

        (Digest160 extraInfo, Digest256 extraInfoSha256) = ReadExtraInfoDigest();
        return declaration with
        {
            Platform = ReadText(RouterDescriptorFormat.Platform),
            Protocols = ProtocolVersions.TryParse(proto, out ProtocolVersions protocols) ? protocols : ProtocolVersions.Malformed(proto),
            Contact = ReadText(RouterDescriptorFormat.Contact),
            BridgeDistribution = ReadText(RouterDescriptorFormat.BridgeDistribution),
            OverloadGeneral = ReadText(RouterDescriptorFormat.OverloadGeneral),
            IPv6Address = ReadIPv6Address(),
            ExitPolicy = policy,
            IPv6ExitPolicy = policyV6,
            Family = family,
            ExtraInfoDigest = extraInfo,
            ExtraInfoSha256 = extraInfoSha256,
            CachesExtraInfo = Has(RouterDescriptorFormat.CachesExtraInfo),
            IsHiddenServiceDirectory = Has(RouterDescriptorFormat.HiddenServiceDir),
            IsTunnelledDirectoryServer = Has(RouterDescriptorFormat.TunnelledDirServer),
        };
    }

    private ExitPolicy? ReadExitPolicy()
    {
        var rules = new List<ExitPolicyRule>();
        foreach (DocumentItem item in _lexer.Items)
        {
            bool isAccept = ReferenceEquals(item.Rule, RouterDescriptorFormat.Accept);
            if (!isAccept && !ReferenceEquals(item.Rule, RouterDescriptorFormat.Reject))
            {
                continue;
            }

            if (item.Arguments.CountRest() != 1 || !ExitPolicyParser.TryParseDescriptorRule(isAccept, item.Argument(0), rules))
            {
                Fail("Error in exit policy");
                return null;
            }
        }

        if (rules.Count == 0)
        {
            Fail("No exit policy tokens in descriptor.");
            return null;
        }

        return new ExitPolicy(rules);
    }

    private bool TryReadFamily(out List<string> family)
    {
        family = [];
        if (!_lexer.TryFind(RouterDescriptorFormat.Family, out DocumentItem line))
        {
            return true;
        }

        ArgumentReader words = line.Arguments;
        for (ReadOnlySpan<byte> word = words.Next(); word.Length != 0; word = words.Next())
        {
            if (!FamilyMember.IsLegal(word))
            {
                Fail("Illegal nickname in family line");
                return false;
            }

            family.Add(Encoding.ASCII.GetString(word));
        }

        return true;
    }

    private (Digest160 Sha1, Digest256 Sha256) ReadExtraInfoDigest()
    {
        // Stock tor only complains about unreadable digests here.
        if (!_lexer.TryFind(RouterDescriptorFormat.ExtraInfoDigest, out DocumentItem line))
        {
            return default;
        }

        Span<byte> sha1 = stackalloc byte[Digest160.Length];
        Digest160 digest = FieldText.TryParseHex(line.Argument(0), sha1) ? new Digest160(sha1) : default;
        return (digest, FieldText.TryParseDigest256(line.Argument(1), out Digest256 sha256) ? sha256 : default);
    }

    private IPEndPoint? ReadIPv6Address()
    {
        foreach (DocumentItem item in _lexer.Items)
        {
            if (ReferenceEquals(item.Rule, RouterDescriptorFormat.OrAddress) && item.Argument(0).StartsWith("["u8)
                && FieldText.TryParseEndPoint(item.Argument(0), out IPEndPoint? address))
            {
                return address;
            }
        }

        return null;
    }

    private bool CheckFingerprint(RsaIdentity identity)
    {
        if (!_lexer.TryFind(RouterDescriptorFormat.Fingerprint, out DocumentItem line))
        {
            return true;
        }

        byte[] hex = Encoding.UTF8.GetBytes(line.RestAsText().Replace(" ", "", StringComparison.Ordinal));
        if (!FieldText.TryParseFingerprint(hex, out RsaIdentity declared))
        {
            Fail("Couldn't decode router fingerprint");
            return false;
        }

        if (declared != identity)
        {
            Fail($"Fingerprint '{declared}' does not match identity digest.");
            return false;
        }

        return true;
    }

    private bool CheckSignature(RsaPublicKey key, Digest160 digest)
    {
        DocumentItem signature = _lexer.Find(RouterDescriptorFormat.Signature);
        string? failure = !signature.HasLabel("SIGNATURE"u8) ? "Bad object type on router descriptor signature"
            : !key.VerifyDigest(digest.ToArray(), signature.DecodeObject()) ? "Error reading router descriptor: signature does not match."
            : null;
        _fault = failure is null ? null : new DocumentFault(DocumentFaultKind.BadSignature, failure);
        return failure is null;
    }

    private bool Has(ItemRule rule) => _lexer.TryFind(rule, out _);

    private string? ReadText(ItemRule rule) => _lexer.TryFind(rule, out DocumentItem item) ? item.RestAsText() : null;

    private RelayDeclaration? Fail(string reason)
    {
        _fault = new DocumentFault(DocumentFaultKind.Malformed, reason);
        return null;
    }
}
