using System.Globalization;
using System.Net;
using System.Text;
using Tunic.Node.Commands;
using Tunic.Node.Storage;
using Tunic.Primitives.Time;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Voting.Keys;
using Tunic.Tor.Relay.Keys;

namespace Tunic.Node.Demonstration;

/// <summary>The private network that `tunic up` runs: who takes part, with which keys and ports. Keys stay from one run to the next.</summary>
internal sealed class NetworkPlan
{
    private const int CertificateMonths = 12;
    private const string BandwidthsName = "bandwidths";
    private const string PortsName = "ports";

    private NetworkPlan(string directory, IReadOnlyList<PlannedNode> nodes, IReadOnlyList<DirectoryAuthority> authorities)
    {
        Directory = directory;
        Nodes = nodes;
        Authorities = authorities;
    }

    internal string Directory { get; }

    internal IReadOnlyList<PlannedNode> Nodes { get; }

    internal IReadOnlyList<DirectoryAuthority> Authorities { get; }

    /// <summary>The measurements that authorities vote with: without them relays which nobody has used yet weigh nothing.</summary>
    internal string BandwidthsPath => Path.Combine(Directory, BandwidthsName);

    internal NetworkProfile ToProfile() => new() { Name = "up", Authorities = Authorities, IsPrivate = true, HasLiveness = true };

    /// <summary>The same with metrics of each on ports that follow each other.</summary>
    internal NetworkPlan WithMetrics(int firstPort) =>
        new(Directory, [.. Nodes.Select((node, index) => node with { MetricsPort = firstPort + index })], Authorities);

    internal IEnumerable<PlannedNode> InRole(NodeRole role) => Nodes.Where(node => node.Role == role);

    /// <summary>Makes or finds the keys of everybody and chooses ports.</summary>
    internal static async Task<NetworkPlan> PrepareAsync(string directory, NetworkSize size, CancellationToken cancel)
    {
        (string Name, NodeRole Role)[] names =
        [
            .. Enumerable.Range(1, size.Authorities).Select(number => ($"authority{number}", NodeRole.Authority)),
            .. Enumerable.Range(1, size.Relays).Select(number => ($"relay{number}", NodeRole.Relay)),
            .. Enumerable.Range(1, size.Exits).Select(number => ($"exit{number}", NodeRole.Exit)),
        ];
        int[] ports = await ChoosePortsAsync(new FileStateStore(directory), 2 * names.Length, cancel);
        (PlannedNode Node, DirectoryAuthority? Authority)[] prepared = await Task.WhenAll(names.Select(
            (name, index) => Task.Run(() => PrepareAsync(directory, name.Name, name.Role, ports[2 * index], ports[(2 * index) + 1], cancel), cancel)));
        var plan = new NetworkPlan(
            directory, [.. prepared.Select(item => item.Node)], [.. prepared.Select(item => item.Authority).OfType<DirectoryAuthority>()]);
        await plan.WriteBandwidthsAsync(cancel);
        return plan;
    }

    /// <summary>The ports of the run before, while they are free: then its consensus still holds, and the network is up at once.</summary>
    private static async Task<int[]> ChoosePortsAsync(FileStateStore store, int count, CancellationToken cancel)
    {
        if (await store.ReadAsync(PortsName, cancel) is { } kept)
        {
            int[] before = [.. Encoding.ASCII.GetString(kept).Split(' ').Select(word => int.TryParse(word, out int port) ? port : 0)];
            if (before.Length == count && before.All(port => port is > 0 and <= ushort.MaxValue && FreePorts.IsFree(port)))
            {
                return before;
            }
        }

        int[] ports = FreePorts.Take(count);
        await store.WriteAsync(PortsName, Encoding.ASCII.GetBytes(string.Join(' ', ports)), cancel);
        return ports;
    }

    private static async Task<(PlannedNode Node, DirectoryAuthority? Authority)> PrepareAsync(
        string directory, string name, NodeRole role, int onionRouterPort, int directoryPort, CancellationToken cancel)
    {
        string home = Path.Combine(directory, name);
        var store = new FileStateStore(home);
        using RelayKeys relay = await RelayKeys.LoadAsync(store, new RelayKeyOptions(), SystemRandomSource.Instance, DateTime.UtcNow, cancel);
        var node = new PlannedNode(name, role, home, onionRouterPort, directoryPort, relay.RsaIdentity);
        if (role != NodeRole.Authority)
        {
            return (node, null);
        }

        using AuthorityKeys keys = await AuthorityKeyFiles.LoadAsync(store, cancel)
            ?? await AuthorityKeyFiles.CreateAsync(store, directoryAddress: null, CertificateMonths, passphrase: null, cancel);
        return (node, new DirectoryAuthority(
            name,
            keys.Certificate.Identity,
            relay.RsaIdentity,
            new IPEndPoint(IPAddress.Loopback, onionRouterPort),
            new IPEndPoint(IPAddress.Loopback, directoryPort)));
    }

    private async Task WriteBandwidthsAsync(CancellationToken cancel)
    {
        var lines = new StringBuilder();
        lines.Append(CultureInfo.InvariantCulture, $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}\n");
        foreach (PlannedNode node in Nodes)
        {
            lines.Append(CultureInfo.InvariantCulture, $"node_id=${node.Identity} bw={(node.Role == NodeRole.Authority ? 1 : 10_000)}\n");
        }

        await new FileStateStore(Directory).WriteAsync(BandwidthsName, Encoding.ASCII.GetBytes(lines.ToString()), cancel);
    }
}
