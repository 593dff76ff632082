using Tunic.Node.Hosting;
using Tunic.Node.Processes;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Node.Demonstration;

/// <summary>The processes of the private network, from start to end.</summary>
internal sealed class PrivateNetwork : IAsyncDisposable
{
    /// <summary>Another program in the place of our own, for comparisons: takes the arguments of tor.</summary>
    private const string ProgramVariable = "TUNIC_UP_PROGRAM";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ConsensusLimit = TimeSpan.FromSeconds(60);
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
        int votingOffset = (int)((_environment.Time.GetUtcNow().ToUnixTimeSeconds() + 1) % int.MaxValue);
        view.Begin("starting the authorities and relays");
        foreach (PlannedNode node in _plan.Nodes)
        {
            string[] arguments = NodeTorrc.Write(_plan, node, pagePort, votingOffset);
            _processes.Add(Environment.GetEnvironmentVariable(ProgramVariable + "_" + node.Role.ToString().ToUpperInvariant()) is { Length: > 0 } other
                ? NodeProcess.Start(node, other, arguments)
                : NodeProcess.Start(node, Environment.ProcessPath!, ["tor", .. arguments]));
        }

        await WaitAsync(Task.WhenAll(_processes.Select(process => process.Ready)), StartLimit, "the processes to open their ports", cancel);
        view.Done($"{_plan.InRole(NodeRole.Authority).Count()} authorities, {_plan.InRole(NodeRole.Relay).Count()} relays and {_plan.InRole(NodeRole.Exit).Count()} exits listen");
        view.Begin("waiting for the authorities to vote");
        await WaitAsync(WaitForConsensusAsync(cancel), ConsensusLimit, "a consensus that lists every relay", cancel);
        view.Done("the authorities have agreed on a consensus that lists every relay");
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_processes.Select(process => process.DisposeAsync().AsTask()));

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
        RsaIdentity[] wanted = [.. _plan.Nodes.Where(node => node.Role != NodeRole.Authority).Select(node => node.Identity)];
        while (true)
        {
            HashSet<RsaIdentity>[] running = await Task.WhenAll(_plan.Authorities.Select(authority => ReadRunningAsync(client, authority, cancel)));
            if (running.All(relays => wanted.All(relays.Contains)))
            {
                return;
            }

            await Task.Delay(Pause, _environment.Time, cancel);
        }
    }

    private static async Task<HashSet<RsaIdentity>> ReadRunningAsync(DirectoryPortClient client, DirectoryAuthority authority, CancellationToken cancel)
    {
        try
        {
            DirectoryResponse response = await client.SendAsync(
                authority, new DirectoryRequest("/tor/status-vote/current/consensus-microdesc"), cancel);
            return response.IsSuccess && Consensus.TryParse(response.Body, out Consensus? consensus, out _)
                ? [.. consensus.Relays.Where(relay => relay.Flags.HasFlag(RelayFlags.Running)).Select(relay => relay.Identity)]
                : [];
        }
        catch (DirectoryException)
        {
            return []; // not there yet
        }
    }
}
