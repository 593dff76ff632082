using System.Globalization;
using Tunic.Tor.Client.ControlPort.Events;
using Tunic.Tor.Protocol.Control.Events;
using static Tunic.Tor.Client.ControlPort.Information.InformationItem;

namespace Tunic.Tor.Client.ControlPort.Information;

/// <summary>What GETINFO tells of what is going on: circuits, streams, links, mappings, bootstrap.</summary>
internal static class StatusInformation
{
    private const string LineEnd = "\r\n";

    internal static IEnumerable<InformationItem> Create(InformationSources sources)
    {
        TorClient client = sources.Client;
        return
        [
            Key("circuit-status", "List of current circuits originating here.", () =>
                string.Join(LineEnd, client.Circuits.Select(record => CircuitEvents.Describe(record, client.View).ToString()))),
            Key("stream-status", "List of current streams.", () => string.Join(LineEnd, client.Streams.Select(record => StreamEvents.Describe(record).Short))),
            Key("orconn-status", "A list of current OR connections.", () => string.Join(LineEnd, client.Channels.All.Select(channel =>
                $"{RelayNames.Describe(client.View, channel.Link.Peer?.RsaIdentity ?? default)} CONNECTED"))),
            Key("network-liveness", "Current opinion on whether the network is live", () => client.Channels.All.Count > 0 ? "up" : "down"),
            Family("address-mappings/", null, kind => DescribeMappings(client, kind)),
            Note("address-mappings/all", "Current address mappings."),
            Note("address-mappings/cache", "Current cached DNS replies."),
            Note("address-mappings/config", "Current address mappings from configuration."),
            Note("address-mappings/control", "Current address mappings from controller."),
            Family("status/version/", null, name => DescribeVersion(client, sources.Environment.Process.Version, name)),
            Note("status/version/recommended", "List of currently recommended versions."),
            Note("status/version/current", "Status of the current version."),
            Key("status/circuit-established", "Whether we think client functionality is working.", () => client.Bootstrapped.IsCompletedSuccessfully ? "1" : "0"),
            Key("status/enough-dir-info", "Whether we have enough up-to-date directory information to build circuits.", () => client.DirectoryReady.IsCompletedSuccessfully ? "1" : "0"),
            Key("status/bootstrap-phase", "The last bootstrap phase status event that Tor sent.", () => DescribeBootstrap(client.Bootstrap)),
            Key("status/clients-seen", "Breakdown of client countries seen by a bridge.", () => DescribeClientsSeen(sources)),
            Key("status/fresh-relay-descs", "A fresh relay/ei descriptor pair for Tor's current state. Not stored.", () =>
                InformationAnswer.Fail(sources.Environment.Process.Relay is null ? "Only relays have descriptors" : "Cannot generate router descriptor")),
            Key("status/good-server-descriptor", null, () => sources.Environment.Process.Relay is null ? "0" : "1"),
            Key("status/accepted-server-descriptor", null, () => sources.Environment.Process.Relay is null ? "0" : "1"),
            Key("status/reachability-succeeded/or", null, () => "1"),
            Key("status/reachability-succeeded/dir", null, () => "1"),
            Key("status/reachability-succeeded", null, () => "OR=1 DIR=1"),
        ];
    }

    internal static string DescribeBootstrap(BootstrapProgress progress) => string.Create(
        CultureInfo.InvariantCulture, $"NOTICE BOOTSTRAP PROGRESS={progress.Percent} TAG={progress.Tag} SUMMARY=\"{progress.Summary}\"");

    /// <summary>This program is no bridge, so it has seen nobody; stock says so with its start and zeros.</summary>
    private static InformationAnswer DescribeClientsSeen(InformationSources sources)
    {
        DateTime started = sources.Environment.Time.GetUtcNow().UtcDateTime - sources.Environment.Time.GetElapsedTime(sources.StartedAt);
        return $"TimeStarted=\"{ControlTime.WithSeconds(started)}\" CountrySummary= IPVersions=v4=0,v6=0";
    }

    /// <summary>Answers of lookups are not kept here, and the configuration maps nothing.</summary>
    private static InformationAnswer DescribeMappings(TorClient client, string kind) => kind switch
    {
        "all" or "control" => string.Join(LineEnd, client.Addresses.Entries.Select(entry => $"{entry.Key} {entry.Value} NEVER")),
        "cache" or "config" => "",
        _ => InformationAnswer.NoSuchKey,
    };

    private static InformationAnswer DescribeVersion(TorClient client, string version, string name)
    {
        string? recommended = client.View?.Consensus.ClientVersions;
        string own = version.Split(' ')[0];
        return name switch
        {
            "recommended" => client.View is null ? "?" : recommended ?? "",
            "current" => client.View is null ? "unknown"
                : string.IsNullOrEmpty(recommended) ? "none recommended"
                : recommended.Split(',').Contains(own) ? "recommended"
                : "unrecommended",
            _ => InformationAnswer.NoSuchKey,
        };
    }
}
