using System.CommandLine;
using System.Globalization;
using Tunic.Node.Commands;
using Tunic.Node.Hosting;
using Tunic.Node.Logging;
using Tunic.Node.Processes;
using Tunic.Node.Progress;
using Tunic.Primitives.Errors;
using Tunic.Tor.Client;

namespace Tunic.Node.Publish;

/// <summary>`tunic publish DIR|URL`: an onion address for a folder or a server, looked at through the network until it can be reached, then served.</summary>
internal sealed class PublishCommand
{
    private readonly NetworkArguments _network = new();
    private readonly Argument<string[]> _sites = new("site")
    {
        Description = "A folder, http://127.0.0.1:3000, tcp://127.0.0.1:22, a port, or unix:/path; NAME=... keeps its address under a name.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string[]> _visitors = new("--visitor") { Description = "Only those who are named may visit; each gets a key and a link. Once for each." };
    private readonly Option<string?> _expire = new("--expire") { Description = "End by itself after this time: 90s, 30m, 2h, 7d." };
    private readonly Option<string?> _picture = new("--qr") { Description = "Write the address of the only site as a QR code to this PNG file." };
    private readonly Option<bool> _json = new("--json") { Description = "Print each change as one line of JSON." };
    private readonly Option<bool> _once = new("--once") { Description = "End when every site can be reached." };

    internal Command Create()
    {
        var command = new Command("publish", "Publish a folder or a server under an onion address.");
        command.Arguments.Add(_sites);
        _network.AddTo(command);
        foreach (Option option in new Option[] { _visitors, _expire, _picture, _json, _once })
        {
            command.Options.Add(option);
        }

        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancel)
    {
        using var signals = new ProcessSignals();
        SiteSource[] sources = ReadSources(arguments.GetValue(_sites)!);
        string[] visitors = ReadVisitors(arguments.GetValue(_visitors) ?? []);
        TimeSpan? lifetime = arguments.GetValue(_expire) is { } text ? ReadLifetime(text) : null;
        if (arguments.GetValue(_picture) is not null && sources.Length > 1)
        {
            throw new CommandException(ErrorKind.Configuration, "--qr is one picture: publish one site, or call it for each.");
        }

        foreach (SiteSource source in sources.Where(source => source.Upstream is not null))
        {
            await CheckAsync(source, signals.Stopping);
        }

        ChosenNetwork network = await _network.ChooseAsync(arguments, signals.Stopping);
        using NodeLog log = NodeLog.ToStandardError();
        using var environment = new NodeEnvironment(log, TimeProvider.System);
        await using var session = new ClientSession(network, new ClientOptions { SpareCircuits = 0 }, environment);
        await session.Node.LoadAsync(signals.Stopping);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Stopping);
        using var sites = await SiteGroup.OpenAsync(
            sources, Path.Combine(network.Directory, "sites"), visitors, session.Node.Client, environment, stop.Token);
        if (lifetime is { } limit)
        {
            stop.CancelAfter(limit);
        }

        bool once = arguments.GetValue(_once);
        string? picture = arguments.GetValue(_picture);
        return arguments.GetValue(_json) ? await sites.RunAsync(new JsonPublishView(), once, picture, stop.Token)
            : Console.IsOutputRedirected
            ? await ProgressDisplay.RunPlainAsync(StandardStreams.WriteLine, view => sites.RunAsync(new TextPublishView(view), once, picture, stop.Token))
            : await ProgressDisplay.RunLiveAsync(Console.Out, view => sites.RunAsync(new TextPublishView(view), once, picture, stop.Token));
    }

    private static SiteSource[] ReadSources(string[] texts)
    {
        SiteSource[] sources = [.. texts.Select(SiteSource.Parse)];
        return sources.GroupBy(source => source.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw new CommandException(
                ErrorKind.Configuration, $"{string.Join(" and ", twice.Select(source => source.Target))} would both be '{twice.Key}': give them names, as in one={twice.First().Target}.")
            : sources;
    }

    private static string[] ReadVisitors(string[] names) =>
        Array.Find(names, name => name.Length is 0 or > 32 || !name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_')) is { } wrong
            ? throw new CommandException(ErrorKind.Configuration, $"--visitor '{wrong}': a name has 1 to 32 letters, digits, '-' and '_'.")
            : [.. names.Distinct(StringComparer.Ordinal)];

    private static async Task CheckAsync(SiteSource source, CancellationToken cancel)
    {
        try
        {
            await source.Upstream!.CheckAsync(cancel);
        }
        catch (Publishing.PublishingException failure)
        {
            throw new CommandException(ErrorKind.Configuration, failure.Message, failure);
        }
    }

    /// <summary>A number and s, m, h or d.</summary>
    private static TimeSpan ReadLifetime(string text)
    {
        double unit = text.Length < 2 ? 0 : text[^1] switch
        {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => 0,
        };
        return unit > 0 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0 && count * unit <= 40 * 86_400
            ? TimeSpan.FromSeconds(count * unit)
            : throw new CommandException(ErrorKind.Configuration, $"--expire {text}: write a number and s, m, h or d, up to 40 days, such as 2h.");
    }
}
