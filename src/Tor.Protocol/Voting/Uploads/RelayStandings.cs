using System.Net;
using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Lexing;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.Voting.Flags;

namespace Tunic.Tor.Protocol.Voting.Uploads;

/// <summary>What the operator of an authority says of single relays: the "approved-routers" file and the AuthDir address lists. Immutable.</summary>
public sealed class RelayStandings
{
    private readonly Dictionary<RsaIdentity, RelayStanding> _byRsa = [];
    private readonly Dictionary<Ed25519Identity, RelayStanding> _byEd25519 = [];

    /// <summary>Nothing about anybody.</summary>
    public static RelayStandings None { get; } = new();

    /// <summary>Name of the file in the data directory.</summary>
    public const string Name = "approved-routers";

    /// <summary>AuthDirReject: relays at these addresses and ports are refused.</summary>
    public IReadOnlyList<ExitPolicyRule> RejectedAddresses { get; init; } = [];

    /// <summary>AuthDirInvalid: they are not Valid.</summary>
    public IReadOnlyList<ExitPolicyRule> InvalidAddresses { get; init; } = [];

    /// <summary>AuthDirBadExit: they are BadExit.</summary>
    public IReadOnlyList<ExitPolicyRule> BadExitAddresses { get; init; } = [];

    /// <summary>AuthDirMiddleOnly: they are MiddleOnly.</summary>
    public IReadOnlyList<ExitPolicyRule> MiddleOnlyAddresses { get; init; } = [];

    /// <summary>Reads an approved-routers file: "!reject FINGERPRINT" and its like, one per line; a plain nickname means nothing. Malformed lines are skipped.</summary>
    public static RelayStandings Parse(string text)
    {
        var standings = new RelayStandings();
        foreach (string line in text.Split('\n'))
        {
            int comment = line.IndexOf('#', StringComparison.Ordinal);
            string[] words = (comment < 0 ? line : line[..comment]).Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length >= 2)
            {
                standings.Add(StandingOf(words[0]), string.Concat(words[1..]));
            }
        }

        return standings;
    }

    /// <summary>What is said of a relay.</summary>
    public RelayStanding Of(RsaIdentity identity, Ed25519Identity ed25519Identity, IPAddress address, ushort port) =>
        OfKeys(identity, ed25519Identity)
        | (Matches(RejectedAddresses, address, port) ? RelayStanding.Reject : RelayStanding.None)
        | (Matches(InvalidAddresses, address, port) ? RelayStanding.Invalid : RelayStanding.None)
        | (Matches(BadExitAddresses, address, port) ? RelayStanding.BadExit : RelayStanding.None)
        | (Matches(MiddleOnlyAddresses, address, port) ? RelayStanding.MiddleOnly : RelayStanding.None);

    /// <summary>What is said of a relay's keys, wherever it is.</summary>
    public RelayStanding OfKeys(RsaIdentity identity, Ed25519Identity ed25519Identity) =>
        _byRsa.GetValueOrDefault(identity) | _byEd25519.GetValueOrDefault(ed25519Identity);

    private static RelayStanding StandingOf(string word) => word.ToUpperInvariant() switch
    {
        "!REJECT" => RelayStanding.Reject,
        "!BADEXIT" => RelayStanding.BadExit,
        "!INVALID" => RelayStanding.Invalid,
        "!MIDDLEONLY" => RelayStanding.MiddleOnly,
        "!STRIPGUARD" => RelayStanding.StripGuard,
        "!STRIPHSDIR" => RelayStanding.StripHSDir,
        "!STRIPV2DIR" => RelayStanding.StripV2Dir,
        _ => RelayStanding.None,
    };

    private static bool Matches(IReadOnlyList<ExitPolicyRule> rules, IPAddress address, ushort port) => rules.Any(rule => rule.Matches(address, port));

    private void Add(RelayStanding standing, string fingerprint)
    {
        if (RsaIdentity.TryParseHex(fingerprint, out RsaIdentity rsa))
        {
            _byRsa[rsa] = _byRsa.GetValueOrDefault(rsa) | standing;
        }
        else if (fingerprint.Length == 43 && FieldText.TryParseEd25519(Encoding.UTF8.GetBytes(fingerprint), out Ed25519Identity ed25519))
        {
            _byEd25519[ed25519] = _byEd25519.GetValueOrDefault(ed25519) | standing;
        }
    }
}
