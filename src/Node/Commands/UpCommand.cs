using System.CommandLine;
using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Demonstration;
using Tunic.Node.Logging;
using Tunic.Node.Processes;
using Tunic.Node.Progress;
using Tunic.Primitives.Errors;

namespace Tunic.Node.Commands;

/// <summary>`tunic up`: a whole private network on this machine, a page through it, and then ports to use it with.</summary>
internal sealed class UpCommand
{
    /// <summary>Of all roles together.</summary>
    private const int MostNodes = 9 + 50 + 50;

    private readonly Option<string> _data = new("--data") { Description = "Directory for keys and logs.", DefaultValueFactory = _ => Path.Combine(DataLocation.Default, "up") };
    private readonly Option<bool> _once = new("--once") { Description = "Show it, and end." };
    private readonly Option<bool> _json = new("--json") { Description = "Print the report as JSON." };
    private readonly Option<int> _authorities = new("--authorities") { Description = "Directory authorities, 1 to 9.", DefaultValueFactory = _ => 3 };
    private readonly Option<int> _relays = new("--relays") { Description = "Relays, 2 to 50.", DefaultValueFactory = _ => 3 };
    private readonly Option<int> _exits = new("--exits") { Description = "Exits, 1 to 50.", DefaultValueFactory = _ => 2 };
    private readonly Option<int> _socksPort = new("--socks-port") { Description = "SOCKS port on 127.0.0.1; 0 for none.", DefaultValueFactory = _ => ClientPorts.Socks };
    private readonly Option<int> _httpPort = new("--http-port") { Description = "HTTP proxy port on 127.0.0.1; 0 for none.", DefaultValueFactory = _ => ClientPorts.Http };

    private readonly Option<int> _metricsPort = new("--metrics-port") { Description = "Port on 127.0.0.1 for the client's metrics in Prometheus' format; those of the others follow on the next ports. 0 for none." };

    internal Command Create()
    {
        var command = new Command("up", "Bring up a private network on this machine, fetch a page through it, and stay up.");
        foreach (Option option in new Option[] { _data, _once, _json, _authorities, _relays, _exits, _socksPort, _httpPort, _metricsPort })
        {
            command.Options.Add(option);
        }

        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancel)
    {
        using var signals = new ProcessSignals();
        using var log = new NodeLog(TimeProvider.System);
        string directory = Path.GetFullPath(arguments.GetValue(_data)!);
        await using var demonstration = new DemonstrationRun(
            new DemonstrationOptions
            {
                Directory = directory,
                Size = new NetworkSize(
                    InRange(arguments, _authorities, 1, 9), InRange(arguments, _relays, 2, 50), InRange(arguments, _exits, 1, 50)),
                MetricsPort = InRange(arguments, _metricsPort, 0, ushort.MaxValue - MostNodes),
                Ports = new ClientPorts(arguments.GetValue(_socksPort), arguments.GetValue(_httpPort), DnsPort: 0),
            },
            log);
        bool asJson = arguments.GetValue(_json);
        DemonstrationReport report = await ShowAsync(demonstration, asJson, signals.Stopping);
        StandardStreams.WriteLine(asJson ? report.ToJson() : string.Join('\n', report.ToLines()));
        if (arguments.GetValue(_once))
        {
            return ExitCode.Success;
        }

        log.Use([LogSink.Open(new LogTarget(LogSeverity.Warning, LogSeverity.Error, LogDestination.StandardError), truncate: false)]);
        if (!asJson)
        {
            StandardStreams.WriteLine(demonstration.DescribePorts());
        }

        await Task.Delay(Timeout.Infinite, signals.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCode.Success;
    }

    private static Task<DemonstrationReport> ShowAsync(DemonstrationRun demonstration, bool asJson, CancellationToken cancel) =>
        asJson || Console.IsOutputRedirected
            ? ProgressDisplay.RunPlainAsync(asJson ? StandardStreams.WriteErrorLine : StandardStreams.WriteLine, view => demonstration.RunAsync(view, cancel))
            : ProgressDisplay.RunLiveAsync(Console.Out, view => demonstration.RunAsync(view, cancel));

    private static int InRange(ParseResult arguments, Option<int> option, int least, int most) =>
        arguments.GetValue(option) is var value && value >= least && value <= most
            ? value
            : throw new CommandException(ErrorKind.Configuration, $"{option.Name} {value}: {least} to {most} are possible.");
}
