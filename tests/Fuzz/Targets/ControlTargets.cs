using Tunic.Tests.Fuzz.Engine;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Control;
using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.Control.Authentication;
using Tunic.Tor.Protocol.Control.Replies;

namespace Tunic.Tests.Fuzz.Targets;

/// <summary>What controllers send.</summary>
internal static class ControlTargets
{
    private static readonly ControlCredentials _credentials = new() { Cookie = new byte[SafeCookie.CookieLength], CookiePath = "/cookie" };

    private static readonly ControlSyntax[] _syntaxes =
    [
        ControlSyntax.Words,
        new ControlSyntax { MinArguments = 1, MaxArguments = 1, AcceptsKeywords = true, Keywords = KeywordRules.OmitValues },
        new ControlSyntax { AcceptsKeywords = true, Keywords = KeywordRules.OmitValues | KeywordRules.Quoted },
        new ControlSyntax { AcceptsKeywords = true, TakesData = true, AllowedKeywords = ["cache", "purpose"] },
        ControlAuthenticator.ChallengeSyntax,
        ControlAuthenticator.AuthenticateSyntax,
    ];

    public static IEnumerable<FuzzTarget> All =>
    [
        new("control-command", Read, Seeds, nameof(ControlCommandReader), nameof(ControlArguments), "KeywordReader", "QuotedText", nameof(ControlData), nameof(ControlAuthenticator))
        {
            IsText = true,
            MaxLength = 4096,
            AllocationPerByte = 4096, // each byte may be a command of its own, which is read by all syntaxes
        },
    ];

    private static IEnumerable<byte[]> Seeds() =>
    [
        "\u0000GETINFO version\r\n"u8.ToArray(),
        "\u0001SETCONF ContactInfo=\"a \\\"b\\\" \\101\\x41\" SocksPort=9050\r\n"u8.ToArray(),
        "\u0000+POSTDESCRIPTOR purpose=general\r\n..a\r\nb\r\n.\r\nQUIT\r\n"u8.ToArray(),
        "\u0000AUTHENTICATE \"pass\\\"word\"\r\n"u8.ToArray(),
        "\u0001AUTHCHALLENGE SAFECOOKIE 0011\r\nAUTHENTICATE 00\r\n"u8.ToArray(),
        "\u0000EXTENDCIRCUIT 0 $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=nick,b purpose=controller\r\n"u8.ToArray(),
    ];

    /// <summary>The first byte says whether bytes come one by one.</summary>
    private static void Read(ReadOnlyMemory<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        var reader = new ControlCommandReader();
        var login = new ControlAuthenticator(_credentials, "0", new SeededRandomSource(1));
        int step = (input.Span[0] & 1) != 0 ? 1 : input.Length;
        for (int at = 1; at < input.Length; at += step)
        {
            reader.Add(input.Span.Slice(at, Math.Min(step, input.Length - at)));
            while (reader.TryRead(isAuthenticated: true, out ControlCommand? command) == ControlInput.Command)
            {
                Parse(command!, login);
            }
        }

        FuzzFailureException.Require(reader.Length <= input.Length, "holds more than it was given");
    }

    private static void Parse(ControlCommand command, ControlAuthenticator login)
    {
        foreach (ControlSyntax syntax in _syntaxes)
        {
            if (!ControlArguments.TryParse(command.Body, syntax, out ControlArguments? arguments, out _))
            {
                continue;
            }

            FuzzFailureException.Require(arguments.Words.Count <= syntax.MaxArguments, "more arguments than the syntax takes");
            if (syntax == ControlAuthenticator.ChallengeSyntax)
            {
                login.Challenge(arguments);
            }
            else if (syntax == ControlAuthenticator.AuthenticateSyntax)
            {
                login.Authenticate(arguments);
            }
            else if (syntax == ControlSyntax.Words)
            {
                login.TellProtocol(arguments);
            }

            FuzzFailureException.Require(ControlData.Decode(ControlData.Encode(arguments.Data)[..^3]).StartsWith(arguments.Data.Replace("\r\n", "\n", StringComparison.Ordinal), StringComparison.Ordinal), "data is not what it was");
        }
    }
}
