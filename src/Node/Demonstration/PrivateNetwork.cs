using Tunic.Node.Hosting;
using Tunic.Node.Processes;
using Tunic.Node.Progress;
using Tunic.Node.TorProgram;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents;

namespace Tunic.Node.Demonstration;

/// <summary>The processes of the private network, from start to end.</summary>
internal sealed class PrivateNetwork : IAsyncDisposable
{
    /// <summary>With a role behind it: another program in the place of our own, for comparisons. It must take the arguments of tor.</summary>
    private const string ProgramVariable = "TUNIC_UP_PROGRAM_";

    // Generous, since a machine may be busy: a process that fails ends, and that is told at once.
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan ConsensusLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);

    private readonly NetworkPlan _plan;
    private readonly NodeEnvironment _environment;
    private readonly List<NodeProcess> _processes = [];

    internal PrivateNetwork(NetworkPlan plan, NodeEnvironment environment)
    {
        _plan = plan;
        _environment = environment;
    }

    internal IReadOnlyList<NodeProcess> Processes => _processes;

    /// <summary>Starts everybody and returns when all relays are in a consensus.</summary>
    /// <exception cref="CommandException">A process ended, or the network did not come up in time.</exception>
    internal async Task StartAsync(int pagePort, IProgressView view, CancellationToken cancel)
    {
        view.Begin("starting the authorities");
        await StartAsync(node => node.Role == NodeRole.Authority, pagePort, cancel);
        view.Done($"{_processes.Count} authorities listen");
        view.Begin("starting the relays");
        await StartAsync(node => node.Role != NodeRole.Authority, pagePort, cancel);
        view.Done($"{_plan.InRole(NodeRole.Relay).Count()} relays and {_plan.InRole(NodeRole.Exit).Count()} exits listen");
        view.Begin("waiting for the authorities to vote");
        await WaitAsync(WaitForConsensusAsync(cancel), ConsensusLimit, "a consensus that lists every relay", cancel);
        view.Done("the authorities have agreed on a consensus that lists every relay");
    }

    /// <summary>Starts a process again that has ended, with the same keys and ports.</summary>
    /// <exception cref="CommandException">It did not come up.</exception>
    internal async Task RestartAsync(NodeProcess ended, int pagePort, CancellationToken cancel)
    {
        _processes.Remove(ended);
        await ended.DisposeAsync();
        await StartAsync(node => node == ended.Node, pagePort, cancel);
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_processes.Select(process => process.DisposeAsync().AsTask()));

    /// <summary>Authorities come first: relays upload to them as soon as they run, and a failed upload is not repeated soon.</summary>
    private async Task StartAsync(Func<PlannedNode, bool> isMeant, int pagePort, CancellationToken cancel)
    {
        var variables = new Dictionary<string, string>
        {
            [TorAuthoritySettings.ExpectedRelaysVariable] = string.Join(',', _plan.Nodes.Select(node => node.Identity)),
        };
        NodeProcess[] started = [.. _plan.Nodes.Where(isMeant).Select(node =>
        {
            string[] arguments = NodeTorrc.Write(_plan, node, pagePort, votingOffset: 0);
            string? other = Environment.GetEnvironmentVariable(ProgramVariable + node.Role.ToString().ToUpperInvariant());
            return string.IsNullOrEmpty(other)
                ? NodeProcess.Start(node, Environment.ProcessPath!, ["tor", .. arguments], variables)
                : NodeProcess.Start(node, other, arguments, variables);
        })];
        _processes.AddRange(started);
        await WaitAsync(Task.WhenAll(started.Select(process => process.Ready)), StartLimit, "the processes to open their ports", cancel);
    }

    private static async Task WaitAsync(Task work, TimeSpan limit, string what, CancellationToken cancel)
    {
        try
        {
            await work.WaitAsync(limit, cancel);
        }
        catch (TimeoutException)
        {
            throw new CommandException(ErrorKind.Timeout, $"Waited {limit.TotalSeconds:0} s for {what}: in vain.");
        }
    }

    private async Task WaitForConsensusAsync(CancellationToken cancel)
    {
        var client = new DirectoryPortClient(AnswerLimit, _environment.Time);
        (RsaIdentity, int)[] wanted = [.. _plan.Nodes.Where(node => node.Role != NodeRole.Authority).Select(node => (node.Identity, node.OnionRouterPort))];
        while (true)
        {
            HashSet<(RsaIdentity, int)>[] running = await Task.WhenAll(_plan.Authorities.Select(authority => ReadRunningAsync(client, authority, cancel)));
            if (running.All(relays => wanted.All(relays.Contains)))
            {
                return;
            }

            await Task.Delay(Pause, _environment.Time, cancel);
        }
    }

    private static async Task<HashSet<(RsaIdentity Relay, int Port)>> ReadRunningAsync(DirectoryPortClient client, DirectoryAuthority authority, CancellationToken cancel)
    {
        try
        {
            DirectoryResponse response = await client.SendAsync(
                authority, new DirectoryRequest("/tor/status-vote/current/consensus-microdesc"), cancel);
            return response.IsSuccess && Consensus.TryParse(response.Body, out Consensus? consensus, out _)
                ? [.. consensus.Relays.Where(relay => relay.Flags.HasFlag(RelayFlags.Running)).Select(relay => (relay.Identity, relay.Address.Port))]
                : [];
        }
        catch (DirectoryException)
        {
            return []; // not there yet
        }
    }
}
