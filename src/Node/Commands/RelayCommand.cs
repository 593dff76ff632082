using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Hosting;
using Tunic.Node.Logging;
using Tunic.Node.Metrics;
using Tunic.Node.Processes;
using Tunic.Node.Storage;
using Tunic.Primitives.Errors;
using Tunic.Tor.Client;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Relay;
using Tunic.Tor.Relay.Circuits;
using Tunic.Tor.Relay.Descriptors;
using Tunic.Tor.Relay.Exits;

namespace Tunic.Node.Commands;

/// <summary>`tunic relay`: carries other people's traffic in a network, until a signal.</summary>
internal sealed class RelayCommand
{
    private readonly NetworkArguments _network = new();
    private readonly Option<string> _nickname = new("--nickname") { Description = "1 to 19 letters and digits.", DefaultValueFactory = _ => "Unnamed" };
    private readonly Option<string?> _contact = new("--contact") { Description = "How to reach you, for everybody to read." };
    private readonly Option<string> _address = new("--address") { Description = "IPv4 address under which others reach this machine.", Required = true };
    private readonly Option<int> _port = new("--or-port") { Description = "Port for the connections of clients and relays.", DefaultValueFactory = _ => 9001 };
    private readonly Option<int> _metricsPort = new("--metrics-port") { Description = "Port on 127.0.0.1 for metrics in Prometheus' format; 0 for none." };
    private readonly Option<string?> _exit = new("--exit-policy") { Description = "Rules such as 'accept *:443,reject *:*'; without them nothing leaves the network here." };

    internal Command Create()
    {
        var command = new Command("relay", "Run a relay in a network.");
        _network.AddTo(command);
        foreach (Option option in new Option[] { _nickname, _contact, _address, _port, _exit, _metricsPort })
        {
            command.Options.Add(option);
        }

        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancel)
    {
        using var signals = new ProcessSignals();
        using NodeLog log = NodeLog.ToStandardOutput();
        ChosenNetwork network = await _network.ChooseAsync(arguments, signals.Stopping);
        RelaySettings settings = ReadSettings(arguments, network);
        string directory = Path.Combine(network.Directory, "relay");
        var store = new FileStateStore(directory);
        using DataDirectoryLock held = DataDirectoryLock.TryTake(directory)
            ?? throw new CommandException(ErrorKind.LocalState, $"Another relay uses {directory}: end it, or choose another directory with --data.");
        using var environment = new NodeEnvironment(log, TimeProvider.System);
        await using var client = new ClientNode(
            network.Profile, new ClientOptions { ServesRelay = true }, new SplitStateStore(store, new ReadThroughStateStore(store)), environment);
        await client.LoadAsync(signals.Stopping);
        await using RelayHost relay = await RelayHost.CreateAsync(settings, network.Profile, store, environment, signals.Stopping);
        try
        {
            relay.Start(client.Client);
        }
        catch (SocketException failure)
        {
            throw new CommandException(
                ErrorKind.Configuration, $"Port {arguments.GetValue(_port)} cannot be opened: {failure.Message}. Choose another one with --or-port.", failure);
        }

        log.Notice($"The relay {settings.Descriptor.Nickname} ({relay.Keys.RsaIdentity}) listens on {relay.Node.OrPorts[0]}.");
        await using MetricsEndpoint? metrics = arguments.GetValue(_metricsPort) is > 0 and var metricsPort ? new MetricsEndpoint(metricsPort) : null;
        client.Start();
        await client.RunUntilAsync(signals.Stopping);
        return ExitCode.Success;
    }

    private RelaySettings ReadSettings(ParseResult arguments, ChosenNetwork network)
    {
        string nickname = arguments.GetValue(_nickname)!;
        string address = arguments.GetValue(_address)!;
        string? rules = arguments.GetValue(_exit);
        ExitPolicy policy = ExitPolicy.RejectAll;
        if (!TorrcChecks.IsNickname(nickname))
        {
            throw new CommandException(ErrorKind.Configuration, $"--nickname {nickname}: 1 to 19 letters and digits are possible.");
        }

        if (!IPAddress.TryParse(address, out IPAddress? parsed) || parsed.AddressFamily != AddressFamily.InterNetwork)
        {
            throw new CommandException(ErrorKind.Configuration, $"--address {address}: an IPv4 address in numbers is needed.");
        }

        if (rules is not null && !ExitPolicyParser.TryParseConfiguration($"{rules},reject *:*", out policy))
        {
            throw new CommandException(ErrorKind.Configuration, $"--exit-policy {rules}: these are no rules such as 'accept *:443,reject *:*'.");
        }

        IPEndPoint[] targets = ReadSingleTargets(rules);
        int port = arguments.GetValue(_port);
        return new RelaySettings
        {
            Relay = new RelayOptions
            {
                OrPorts = [new IPEndPoint(IPAddress.IsLoopback(parsed) ? parsed : IPAddress.Any, port)],
                Circuits = new RelayCircuitOptions { ExtendToPrivateAddresses = network.Profile.IsPrivate },
                Exit = new ExitOptions { Policy = policy, AllowedTargets = targets.ToHashSet() },
            },
            Descriptor = new RelayDescriptorOptions
            {
                Nickname = nickname,
                Contact = arguments.GetValue(_contact),
                Address = parsed,
                OnionRouterPort = (ushort)port,
                ExitPolicy = policy,
            },
            IsTestNetwork = network.Profile.IsPrivate,
            AssumesReachable = (network.Profile.IsPrivate, network.Profile.IsPrivate), // the first relays of a network have nobody to test them
        };
    }

    /// <summary>Private addresses are refused whatever the policy says, but for single ones that it names: "accept 127.0.0.1:8080".</summary>
    private static IPEndPoint[] ReadSingleTargets(string? rules) => [.. (rules ?? "").Split(',', StringSplitOptions.TrimEntries)
        .Where(rule => rule.StartsWith("accept ", StringComparison.Ordinal))
        .Select(rule => IPEndPoint.TryParse(rule.AsSpan("accept ".Length), out IPEndPoint? target) && target.Port != 0 ? target : null)
        .OfType<IPEndPoint>()];
}
