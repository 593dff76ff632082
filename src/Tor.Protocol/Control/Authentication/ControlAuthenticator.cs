using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.Control.Replies;

namespace Tunic.Tor.Protocol.Control.Authentication;

/// <summary>How one controller gets in: PROTOCOLINFO, AUTHCHALLENGE, AUTHENTICATE, with stock's answers (stock's control_auth.c).</summary>
/// <remarks>One for each connection. Not thread safe.</remarks>
public sealed class ControlAuthenticator(ControlCredentials credentials, string version, RandomSource random)
{
    private byte[]? _expectedProof;
    private bool _hasToldProtocol;

    /// <summary>Arguments of PROTOCOLINFO.</summary>
    public static ControlSyntax ProtocolInfoSyntax => ControlSyntax.Words;

    /// <summary>Arguments of AUTHCHALLENGE.</summary>
    public static ControlSyntax ChallengeSyntax { get; } = new()
    {
        MinArguments = 1,
        MaxArguments = 1,
        AcceptsKeywords = true,
        Keywords = KeywordRules.OmitKeys | KeywordRules.QuotedString,
    };

    /// <summary>Arguments of AUTHENTICATE.</summary>
    public static ControlSyntax AuthenticateSyntax { get; } = new()
    {
        AcceptsKeywords = true,
        Keywords = KeywordRules.OmitKeys | KeywordRules.QuotedString,
    };

    /// <summary>Whether the controller is in.</summary>
    public bool IsAccepted { get; private set; }

    /// <summary>Whether the command may be given now: before the controller is in, the three of this class and QUIT, each at its time.</summary>
    public bool Allows(string command) => IsAccepted || command.ToUpperInvariant() switch
    {
        "PROTOCOLINFO" => !_hasToldProtocol && _expectedProof is null,
        "AUTHCHALLENGE" => _expectedProof is null,
        "AUTHENTICATE" or "QUIT" => true,
        _ => false,
    };

    /// <summary>PROTOCOLINFO.</summary>
    public AuthenticationStep TellProtocol(ControlArguments arguments)
    {
        _hasToldProtocol = true;
        foreach (string word in arguments.Words)
        {
            if (!long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                return new AuthenticationStep(ControlReply.Of(513, $"No such version {QuotedText.Quote(word)}"), Closes: !IsAccepted);
            }
        }

        string cookie = credentials.CookiePath is { } path ? $" COOKIEFILE={QuotedText.Quote(ControlText.FromUnicode(path))}" : "";
        return new AuthenticationStep(new ControlReply()
            .Add(250, "PROTOCOLINFO 1")
            .Add(250, $"AUTH METHODS={credentials.Methods}{cookie}")
            .Add(250, $"VERSION Tor={QuotedText.Quote(version)}")
            .Add(250, "OK"));
    }

    /// <summary>AUTHCHALLENGE.</summary>
    public AuthenticationStep Challenge(ControlArguments arguments)
    {
        if (!arguments.Words[0].Equals("SAFECOOKIE", StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticationStep.Refuse(513, "AUTHCHALLENGE only supports SAFECOOKIE authentication");
        }

        if (credentials.Cookie is not { } cookie)
        {
            return AuthenticationStep.Refuse(515, "Cookie authentication is disabled");
        }

        if (arguments.Keywords.Count != 1)
        {
            return AuthenticationStep.Refuse(512, "Wrong number of arguments for AUTHCHALLENGE");
        }

        if (arguments.Keywords[0].Key.Length > 0)
        {
            return AuthenticationStep.Refuse(512, "AUTHCHALLENGE does not accept keyword arguments.");
        }

        if (ReadSecret(arguments) is not { } controllerNonce)
        {
            return AuthenticationStep.Refuse(513, "Invalid base16 client nonce");
        }

        Span<byte> nonce = stackalloc byte[SafeCookie.NonceLength];
        random.Fill(nonce);
        byte[] proof = SafeCookie.ProveToController(cookie.Span, controllerNonce, nonce);
        _expectedProof = SafeCookie.ProveToServer(cookie.Span, controllerNonce, nonce);
        return new AuthenticationStep(ControlReply.Of(
            250, $"AUTHCHALLENGE SERVERHASH={Convert.ToHexString(proof)} SERVERNONCE={Convert.ToHexString(nonce)}"));
    }

    /// <summary>AUTHENTICATE.</summary>
    public AuthenticationStep Authenticate(ControlArguments arguments)
    {
        if (arguments.Keywords.Count > 1)
        {
            return AuthenticationStep.Refuse(512, "Too many arguments to AUTHENTICATE.");
        }

        if (arguments.Keywords.Count == 1 && arguments.Keywords[0].Key.Length > 0)
        {
            return AuthenticationStep.Refuse(512, "AUTHENTICATE does not accept keyword arguments.");
        }

        if (ReadSecret(arguments) is not { } secret)
        {
            return AuthenticationStep.Refuse(
                551,
                "Invalid hexadecimal encoding.  Maybe you tried a plain text password?  If so, the standard requires that you put it in double quotes.");
        }

        string? fault = FindFault(secret, isQuoted: IsQuoted(arguments));
        CryptographicOperations.ZeroMemory(secret);
        if (fault is not null)
        {
            return AuthenticationStep.Refuse(515, $"Authentication failed: {fault}");
        }

        IsAccepted = true;
        _expectedProof = null;
        return new AuthenticationStep(ControlReply.Done, IsAccepted: true);
    }

    /// <summary>Null when the secret lets the controller in.</summary>
    private string? FindFault(byte[] secret, bool isQuoted)
    {
        if (_expectedProof is { } proof)
        {
            return secret.Length != SafeCookie.ProofLength ? "Wrong length for safe cookie response."
                : !CryptographicOperations.FixedTimeEquals(proof, secret) ? "Safe cookie response did not match expected value."
                : null;
        }

        bool hasPasswords = credentials.Passwords.Count > 0;
        if (credentials.Cookie is not { } cookie)
        {
            return !hasPasswords || MatchesPassword(secret) ? null
                : "Password did not match HashedControlPassword value from configuration"
                    + (isQuoted ? "" : ". Maybe you tried a plain text password? If so, the standard requires that you put it in double quotes.");
        }

        if (CryptographicOperations.FixedTimeEquals(cookie.Span, secret) || (hasPasswords && MatchesPassword(secret)))
        {
            return null;
        }

        return hasPasswords ? "Password did not match HashedControlPassword *or* authentication cookie."
            : secret.Length != cookie.Length ? "Wrong length on authentication cookie."
            : "Authentication cookie did not match expected value.";
    }

    private bool MatchesPassword(byte[] secret)
    {
        foreach (HashedPassword password in credentials.Passwords)
        {
            if (password.Matches(secret))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The only word: text in quotes, else hexadecimal digits; nothing is an empty secret. Null when they are no digits.</summary>
    private static byte[]? ReadSecret(ControlArguments arguments)
    {
        if (arguments.Keywords.Count == 0)
        {
            return [];
        }

        string value = arguments.Keywords[0].Value;
        if (IsQuoted(arguments))
        {
            return ControlText.ToBytes(value);
        }

        byte[] secret = new byte[value.Length / 2];
        return value.Length % 2 == 0 && Convert.FromHexString(value, secret, out _, out _) == OperationStatus.Done ? secret : null;
    }

    private static bool IsQuoted(ControlArguments arguments) => arguments.Raw.Contains('"', StringComparison.Ordinal);
}
