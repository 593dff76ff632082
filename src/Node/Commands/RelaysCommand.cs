using System.CommandLine;
using System.Globalization;
using Tunic.Node.Hosting;
using Tunic.Node.Logging;
using Tunic.Node.Processes;
using Tunic.Node.Progress;
using Tunic.Primitives.Errors;
using Tunic.Tor.Client;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Node.Commands;

/// <summary>`tunic relays`: who is in the network; with --probe only those that answer now, each asked through a circuit.</summary>
internal sealed class RelaysCommand
{
    private readonly NetworkArguments _network = new();
    private readonly Option<bool> _probe = new("--probe") { Description = "Build a circuit to each, and list those that answer." };
    private readonly Option<bool> _json = new("--json") { Description = "Print the list as JSON." };
    private readonly Option<int> _limit = new("--time-limit") { Description = "Seconds for one relay to answer, 1 to 120.", DefaultValueFactory = _ => 15 };

    internal Command Create()
    {
        var command = new Command("relays", "List the relays of the network, and test which of them answer.");
        _network.AddTo(command);
        foreach (Option option in new Option[] { _probe, _json, _limit })
        {
            command.Options.Add(option);
        }

        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancel)
    {
        using var signals = new ProcessSignals();
        if (arguments.GetValue(_limit) is not (>= 1 and <= 120))
        {
            throw new CommandException(ErrorKind.Configuration, $"--time-limit {arguments.GetValue(_limit)}: 1 to 120 seconds are possible.");
        }

        ChosenNetwork network = await _network.ChooseAsync(arguments, signals.Stopping);
        using NodeLog log = NodeLog.ToStandardError();
        using var environment = new NodeEnvironment(log, TimeProvider.System);
        await using var session = new ClientSession(network, new ClientOptions { SpareCircuits = 0 }, environment);
        await session.Node.LoadAsync(signals.Stopping);
        RelayReport[] reports = Console.IsErrorRedirected
            ? await ProgressDisplay.RunPlainAsync(StandardStreams.WriteErrorLine, view => ListAsync(session.Node.Client, arguments, view, signals.Stopping))
            : await ProgressDisplay.RunLiveAsync(Console.Error, view => ListAsync(session.Node.Client, arguments, view, signals.Stopping));
        Print(reports, arguments.GetValue(_probe), arguments.GetValue(_json));
        return ExitCode.Success;
    }

    private async Task<RelayReport[]> ListAsync(TorClient client, ParseResult arguments, IProgressView view, CancellationToken cancel)
    {
        view.Show(client);
        client.Start();
        await client.DirectoryReady.WaitAsync(cancel);
        view.Done("the directory is there");
        IReadOnlyList<Relay> relays = [.. client.View!.Relays.OrderBy(relay => relay.Status.Nickname, StringComparer.Ordinal)];
        return arguments.GetValue(_probe)
            ? await new RelayProbe(client, TimeSpan.FromSeconds(arguments.GetValue(_limit)), view).RunAsync(relays, cancel)
            : [.. relays.Select(relay => new RelayReport(relay))];
    }

    private static void Print(RelayReport[] reports, bool isProbed, bool asJson)
    {
        if (asJson)
        {
            StandardStreams.WriteLine(RelayReport.ToJson(reports, isProbed));
            return;
        }

        foreach (RelayReport report in reports.Where(report => !isProbed || report.AnsweredAfter is not null))
        {
            StandardStreams.WriteLine(report.ToLine());
        }

        if (isProbed)
        {
            string[] silent = [.. reports.Where(report => report.AnsweredAfter is null).Select(report => report.Relay.Status.Nickname)];
            StandardStreams.WriteErrorLine(string.Create(CultureInfo.InvariantCulture, $"{reports.Length - silent.Length} of {reports.Length} answer")
                + (silent.Length > 0 ? $"; silent: {string.Join(", ", silent)}" : ""));
        }
    }
}
