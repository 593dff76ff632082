using System.CommandLine;
using System.Net;
using Tunic.Node.Hosting;
using Tunic.Node.Logging;
using Tunic.Node.Metrics;
using Tunic.Node.Processes;
using Tunic.Node.Storage;
using Tunic.Primitives.Errors;
using Tunic.Tor.Client;
using Tunic.Tor.Client.Listeners.Dns;
using Tunic.Tor.Client.Listeners.Http;
using Tunic.Tor.Client.Listeners.Socks;

namespace Tunic.Node.Commands;

/// <summary>`tunic client`: ports for applications, until a signal.</summary>
internal sealed class ClientCommand
{
    private readonly NetworkArguments _network = new();
    private readonly Option<int> _socksPort = new("--socks-port") { Description = "SOCKS port on 127.0.0.1; 0 for none.", DefaultValueFactory = _ => ClientPorts.Socks };
    private readonly Option<int> _httpPort = new("--http-port") { Description = "HTTP proxy port on 127.0.0.1; 0 for none.", DefaultValueFactory = _ => ClientPorts.Http };
    private readonly Option<int> _dnsPort = new("--dns-port") { Description = "DNS port on 127.0.0.1; 0 for none." };
    private readonly Option<int> _metricsPort = new("--metrics-port") { Description = "Port on 127.0.0.1 for metrics in Prometheus' format; 0 for none." };
    private readonly HopsArgument _hops = new();

    internal Command Create()
    {
        var command = new Command("client", "Run a client: a SOCKS port and an HTTP proxy for programs on this machine.");
        _network.AddTo(command);
        foreach (Option option in new Option[] { _socksPort, _httpPort, _dnsPort, _hops.Option, _metricsPort })
        {
            command.Options.Add(option);
        }

        command.SetAction(RunAsync);
        return command;
    }

    /// <summary>Opens the usual ports of a client.</summary>
    internal static void OpenPorts(ClientNode node, NodeEnvironment environment, ClientPorts ports, bool isPrivate)
    {
        if (ports.SocksPort > 0)
        {
            var options = new SocksListenerOptions { EndPoint = At(ports.SocksPort), OptionName = "--socks-port", RejectInternalAddresses = !isPrivate };
            node.Open(new SocksListener(node.Client, options, environment.Time, environment.Log), "Socks");
        }

        if (ports.HttpPort > 0)
        {
            var options = new HttpProxyListenerOptions { EndPoint = At(ports.HttpPort), OptionName = "--http-port", RejectInternalAddresses = !isPrivate };
            node.Open(new HttpProxyListener(node.Client, options, environment.Time, environment.Log), "HTTP proxy");
        }

        if (ports.DnsPort > 0)
        {
            var options = new DnsListenerOptions { EndPoint = At(ports.DnsPort), OptionName = "--dns-port", RejectInternalAddresses = !isPrivate };
            node.Open(new DnsListener(node.Client, options, environment.Time, environment.Log), "DNS");
        }
    }

    private static IPEndPoint At(int port) => new(IPAddress.Loopback, port);

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancel)
    {
        using var signals = new ProcessSignals();
        using NodeLog log = NodeLog.ToStandardOutput();
        var options = new ClientOptions { PathLength = _hops.Read(arguments) };
        ChosenNetwork network = await _network.ChooseAsync(arguments, signals.Stopping);
        var store = new FileStateStore(network.ClientDirectory);
        using DataDirectoryLock held = DataDirectoryLock.TryTake(network.ClientDirectory)
            ?? throw new CommandException(ErrorKind.LocalState, $"Another client uses {network.ClientDirectory}: end it, or choose another directory with --data.");
        using var environment = new NodeEnvironment(log, TimeProvider.System);
        await using var node = new ClientNode(network.Profile, options, store, environment);
        await node.LoadAsync(signals.Stopping);
        var ports = new ClientPorts(arguments.GetValue(_socksPort), arguments.GetValue(_httpPort), arguments.GetValue(_dnsPort));
        OpenPorts(node, environment, ports, network.Profile.IsPrivate);
        await using MetricsEndpoint? metrics = arguments.GetValue(_metricsPort) is > 0 and var metricsPort ? new MetricsEndpoint(metricsPort) : null;
        node.Start();
        await node.RunUntilAsync(signals.Stopping);
        return ExitCode.Success;
    }
}
