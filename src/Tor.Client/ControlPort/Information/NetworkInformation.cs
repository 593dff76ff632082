using System.Globalization;
using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tor.Client.Paths;
using Tunic.Tor.Protocol.Control.Events;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Paths;
using static Tunic.Tor.Client.ControlPort.Information.InformationItem;

namespace Tunic.Tor.Client.ControlPort.Information;

/// <summary>What GETINFO tells of the network as the consensus has it, and of our guards.</summary>
internal static class NetworkInformation
{
    /// <summary>Flags that stock shows, in the order of the alphabet.</summary>
    private static readonly RelayFlags[] ShownFlags =
    [
        RelayFlags.Authority, RelayFlags.BadExit, RelayFlags.Exit, RelayFlags.Fast, RelayFlags.Guard, RelayFlags.HSDir, RelayFlags.MiddleOnly,
        RelayFlags.Running, RelayFlags.Stable, RelayFlags.StaleDesc, RelayFlags.Sybil, RelayFlags.V2Dir, RelayFlags.Valid,
    ];

    internal static IEnumerable<InformationItem> Create(InformationSources sources)
    {
        TorClient client = sources.Client;
        return
        [
            Key("ns/all", "Brief summary of router status (v2 directory format)", () => Describe(client.View?.Consensus.Relays ?? [])),
            Family("ns/id/", "Brief summary of router status by ID (v2 directory format).", id => FindById(client.View, id)),
            Family("ns/name/", "Brief summary of router status by nickname (v2 directory format).", name =>
                client.View is null ? "" : RelayNames.Find(client.View, name) is { } relay ? Describe([relay.Status]) : InformationAnswer.NoSuchKey),
            Family("ns/purpose/", "Brief summary of router status by purpose (v2 directory format).", purpose => DescribePurpose(client.View, purpose)),
            Family("consensus/", "Information about and from the ns consensus.", name => DescribeConsensus(client.View?.Consensus, name)),
            Key("network-status", "Brief summary of router status (v1 directory format)", () => InformationAnswer.Fail("Internal error")),
            Key("entry-guards", "Which nodes are we using as entry guards?", () => DescribeGuards(client)),
            Key("helper-nodes", null, () => DescribeGuards(client)),
            Key("sr/current", "Get current shared random value.", () => Describe(client.View?.Consensus.CurrentSharedRandom)),
            Key("sr/previous", "Get previous shared random value.", () => Describe(client.View?.Consensus.PreviousSharedRandom)),
        ];
    }

    /// <summary>Entries as in a consensus, with the fields that stock shows controllers.</summary>
    internal static string Describe(IEnumerable<RouterStatus> relays)
    {
        var text = new StringBuilder();
        foreach (RouterStatus relay in relays)
        {
            text.Append(CultureInfo.InvariantCulture, $"r {relay.Nickname} {relay.Identity.ToBase64()} {Digest(relay)} 2038-01-01 00:00:00 ");
            text.Append(CultureInfo.InvariantCulture, $"{relay.Address.Address} {relay.Address.Port} {relay.DirectoryPort}\n");
            if (relay.AdditionalAddresses.Count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"a {relay.AdditionalAddresses[0]}\n");
            }

            text.Append('s');
            foreach (RelayFlags flag in ShownFlags)
            {
                text.Append(relay.Flags.HasFlag(flag) ? $" {flag}" : "");
            }

            text.Append(CultureInfo.InvariantCulture, $"\nw Bandwidth={relay.Bandwidth ?? 0}\n");
        }

        return text.ToString();
    }

    /// <summary>The consensus of microdescriptors names no descriptor; stock shows 20 bytes of the microdescriptor's digest.</summary>
    private static string Digest(RouterStatus relay)
    {
        string text = relay.MicrodescriptorDigest.IsZero ? relay.DescriptorDigest.ToString() : relay.MicrodescriptorDigest.ToString();
        return Convert.ToBase64String(Convert.FromHexString(text)[..Digest160.Length]).TrimEnd('=');
    }

    private static string Describe(Digest256? sharedRandom) =>
        sharedRandom is { } value ? Convert.ToBase64String(Convert.FromHexString(value.ToString())) : "";

    private static InformationAnswer FindById(NetworkView? view, string id)
    {
        string hex = id.StartsWith('$') ? id[1..] : id;
        if (view is null)
        {
            return "";
        }

        return hex.Length != RsaIdentity.Length * 2 || !RsaIdentity.TryParseHex(hex, out RsaIdentity identity) ? InformationAnswer.Fail("Data not decodeable as hex")
            : view.Find(identity) is { } relay ? Describe([relay.Status])
            : InformationAnswer.NoSuchKey;
    }

    private static InformationAnswer DescribePurpose(NetworkView? view, string purpose) =>
        view is null || purpose is "bridge" or "controller" ? ""
        : purpose == "general" ? Describe(view.Consensus.Relays)
        : InformationAnswer.Fail("Internal error");

    private static InformationAnswer DescribeConsensus(Consensus? consensus, string name) => (name, consensus) switch
    {
        (_, null) => "",
        ("valid-after", _) => ControlTime.WithSeconds(consensus.ValidAfter),
        ("fresh-until", _) => ControlTime.WithSeconds(consensus.FreshUntil),
        ("valid-until", _) => ControlTime.WithSeconds(consensus.ValidUntil),
        ("packages", _) => InformationAnswer.Fail("No consensus available"),
        _ => InformationAnswer.NoSuchKey,
    };

    private static string DescribeGuards(TorClient client)
    {
        var text = new StringBuilder();
        foreach (GuardView guard in client.Planner.Guards)
        {
            string status = !guard.IsConfirmed ? "never-connected"
                : !guard.IsListed ? "unusable" + (guard.UnlistedSince is { } since ? " " + ControlTime.WithSeconds(since) : "")
                : !guard.IsFiltered ? "unusable"
                : guard.IsDown ? "down"
                : "up";
            text.Append(RelayNames.Describe(client.View, guard.Identity)).Append(' ').Append(status).Append('\n');
        }

        return text.ToString();
    }
}
