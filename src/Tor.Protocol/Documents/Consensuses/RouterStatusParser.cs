using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Consensuses;

/// <summary>Reads the entries of relays in a consensus or vote, one after the other.</summary>
internal sealed class RouterStatusParser(bool isMicrodescriptorFlavor, bool isVote)
{
    private readonly TextCache<ProtocolVersions?> _protocols = new(text => ProtocolVersions.TryParse(text, out ProtocolVersions parsed) ? parsed : null);
    private readonly TextCache<string> _versions = new(text => text);
    private readonly TextCache<ExitPolicySummary?> _policies = new(text => ExitPolicySummary.TryParse(text, out ExitPolicySummary? parsed) ? parsed : null);
    private string _failure = "";

    /// <summary>The items of the entry read last: a vote has more in it than a <see cref="RouterStatus"/>.</summary>
    public DocumentLexer Lexer { get; } = new(RouterStatusFormat.Format);

    /// <summary>Where the entry or section after <paramref name="start"/> begins: an "r" line, the footer or the signatures.</summary>
    public static int FindEnd(ReadOnlySpan<byte> text, int start)
    {
        int position = start;
        while (true)
        {
            int lineFeed = text[position..].IndexOf((byte)'\n');
            if (lineFeed < 0)
            {
                return text.Length;
            }

            position += lineFeed + 1;
            ReadOnlySpan<byte> rest = text[position..];
            if (rest.StartsWith("r "u8) || rest.StartsWith("directory-footer"u8) || rest.StartsWith("directory-signature"u8))
            {
                return position;
            }
        }
    }

    /// <summary>Reads one entry.</summary>
    public bool TryParse(ReadOnlyMemory<byte> text, int start, int end, out RouterStatus? status, out string failure)
    {
        status = null;
        if (!Lexer.TryRead(text, start, end, out string? lexical))
        {
            failure = lexical;
            return false;
        }

        status = ReadRouterLine() is { } router ? ReadDetails(router) : null;
        failure = _failure;
        return status is not null;
    }

    private RouterStatus? ReadRouterLine()
    {
        DocumentItem line = Lexer.Find(RouterStatusFormat.R);
        ArgumentReader words = line.Arguments;
        if (!isMicrodescriptorFlavor && line.Arguments.CountRest() < 8)
        {
            return Fail("Too few arguments to r");
        }

        ReadOnlySpan<byte> nickname = words.Next();
        if (!FieldText.IsNickname(nickname))
        {
            return Fail("Invalid nickname in router status; skipping.");
        }

        if (!FieldText.TryParseDigest160(words.Next(), out Digest160 identity))
        {
            return Fail("Error decoding identity digest");
        }

        Digest160 descriptor = default;
        if (!isMicrodescriptorFlavor && !FieldText.TryParseDigest160(words.Next(), out descriptor))
        {
            return Fail("Error decoding descriptor digest");
        }

        string name = System.Text.Encoding.ASCII.GetString(nickname);
        return ReadPlace(words, name, new RsaIdentity(identity.ToArray()), descriptor);
    }

    private RouterStatus? ReadPlace(ArgumentReader words, string nickname, RsaIdentity identity, Digest160 descriptor)
    {
        Span<byte> time = stackalloc byte[19];
        if (!JoinTime(words.Next(), words.Next(), time) || !FieldText.TryParseTime(time, out DateTime published))
        {
            return Fail("Error parsing time");
        }

        if (!FieldText.TryParseIPv4(words.Next(), out IPAddress? address))
        {
            return Fail("Error parsing router address in network-status");
        }

        // Like stock tor, an unreadable port is taken for 0.
        ushort port = FieldText.TryParsePort(words.Next(), out ushort parsed) ? parsed : (ushort)0;
        ushort directoryPort = FieldText.TryParsePort(words.Next(), out parsed) ? parsed : (ushort)0;
        return new RouterStatus
        {
            Nickname = nickname,
            Identity = identity,
            DescriptorDigest = descriptor,
            Published = published,
            Address = new IPEndPoint(address, port),
            DirectoryPort = directoryPort,
            Protocols = ProtocolVersions.None,
        };
    }

    private RouterStatus? ReadDetails(RouterStatus router)
    {
        if (_protocols.Get(Lexer.Find(RouterStatusFormat.Pr).RestOfLine) is not { } protocols)
        {
            return Fail("Malformed protocol list in router status");
        }

        long? bandwidth = null;
        bool unmeasured = false;
        if (!TryReadWeights(ref bandwidth, ref unmeasured))
        {
            return null;
        }

        ExitPolicySummary? policy = null;
        if (Lexer.TryFind(RouterStatusFormat.P, out DocumentItem p))
        {
            if (!p.RestOfLine.StartsWith("accept "u8) && !p.RestOfLine.StartsWith("reject "u8))
            {
                return Fail("Unknown exit policy summary type.");
            }

            policy = _policies.Get(p.RestOfLine);
        }

        Digest256 microdescriptor = default;
        if (isMicrodescriptorFlavor && Lexer.TryFind(RouterStatusFormat.M, out DocumentItem m)
            && !FieldText.TryParseDigest256(m.RestOfLine, out microdescriptor))
        {
            return Fail("Error decoding microdescriptor digest");
        }

        return router with
        {
            Flags = ReadFlags(),
            AdditionalAddresses = ReadAddresses(),
            Version = Lexer.TryFind(RouterStatusFormat.V, out DocumentItem v) ? _versions.Get(v.RestOfLine) : "",
            Protocols = protocols,
            Bandwidth = bandwidth,
            Unmeasured = unmeasured,
            ExitPolicy = policy,
            MicrodescriptorDigest = microdescriptor,
        };
    }

    private RelayFlags ReadFlags()
    {
        // Consensus methods from 24 on list only relays that are running and valid.
        RelayFlags flags = isVote ? RelayFlags.None : RelayFlags.Running | RelayFlags.Valid;
        ArgumentReader words = Lexer.Find(RouterStatusFormat.S).Arguments;
        for (ReadOnlySpan<byte> word = words.Next(); word.Length != 0; word = words.Next())
        {
            flags |= RelayFlagNames.Parse(word);
        }

        return flags;
    }

    private IPEndPoint[] ReadAddresses()
    {
        List<IPEndPoint>? addresses = null;
        foreach (DocumentItem item in Lexer.Items)
        {
            if (ReferenceEquals(item.Rule, RouterStatusFormat.A) && FieldText.TryParseEndPoint(item.Argument(0), out IPEndPoint? address))
            {
                (addresses ??= []).Add(address);
            }
        }

        return addresses?.ToArray() ?? [];
    }

    private bool TryReadWeights(ref long? bandwidth, ref bool unmeasured)
    {
        if (!Lexer.TryFind(RouterStatusFormat.W, out DocumentItem line))
        {
            return true;
        }

        ArgumentReader words = line.Arguments;
        for (ReadOnlySpan<byte> word = words.Next(); word.Length != 0; word = words.Next())
        {
            if (word.StartsWith("Bandwidth="u8))
            {
                if (!FieldText.TryParseNumber(word["Bandwidth=".Length..], 0, uint.MaxValue, out long value))
                {
                    Fail("Invalid Bandwidth");
                    return false;
                }

                bandwidth = value;
            }

            unmeasured |= word.StartsWith("Unmeasured=1"u8);
        }

        return true;
    }

    private static bool JoinTime(ReadOnlySpan<byte> date, ReadOnlySpan<byte> time, Span<byte> joined)
    {
        if (date.Length != 10 || time.Length != 8)
        {
            return false;
        }

        date.CopyTo(joined);
        joined[10] = (byte)' ';
        time.CopyTo(joined[11..]);
        return true;
    }

    private RouterStatus? Fail(string failure)
    {
        _failure = failure;
        return null;
    }
}
