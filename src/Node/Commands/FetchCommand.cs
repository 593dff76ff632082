using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using Tunic.Node.Hosting;
using Tunic.Node.Logging;
using Tunic.Node.Processes;
using Tunic.Node.Progress;
using Tunic.Node.Publish;
using Tunic.Primitives.Errors;
using Tunic.Tor.Client;
using Tunic.Tor.Client.OnionServices.Visits;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Node.Commands;

/// <summary>`tunic fetch URL`: one page through a fresh circuit, with its route and timings.</summary>
internal sealed class FetchCommand
{
    private readonly NetworkArguments _network = new();
    private readonly Argument<string> _url = new("url") { Description = "http or https address." };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Write the page to this file instead of standard output." };
    private readonly Option<bool> _json = new("--json") { Description = "Print the facts as JSON; the page goes to --output only." };
    private readonly HopsArgument _hops = new();
    private readonly Option<int> _limit = new("--time-limit") { Description = "Seconds until it is given up.", DefaultValueFactory = _ => 120 };

    internal Command Create()
    {
        var command = new Command("fetch", "Fetch a page through the network and show which way it went.");
        command.Arguments.Add(_url);
        _network.AddTo(command);
        foreach (Option option in new Option[] { _output, _json, _hops.Option, _limit })
        {
            command.Options.Add(option);
        }

        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancel)
    {
        using var signals = new ProcessSignals();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(signals.Stopping);
        limit.CancelAfter(TimeSpan.FromSeconds(arguments.GetValue(_limit)));
        var options = new ClientOptions { PathLength = _hops.Read(arguments), SpareCircuits = 0 };
        Uri url = ReadUrl(arguments.GetValue(_url)!);
        ChosenNetwork network = await _network.ChooseAsync(arguments, limit.Token);
        bool asJson = arguments.GetValue(_json);
        using NodeLog log = NodeLog.ToStandardError();
        using var environment = new NodeEnvironment(log, TimeProvider.System);
        await using var session = new ClientSession(network, options, environment);
        await session.Node.LoadAsync(limit.Token);
        UseKey(session.Node.Client, url);
        try
        {
            await using Stream body = OpenBody(arguments.GetValue(_output), asJson);
            bool isLive = !Console.IsErrorRedirected && (asJson || Console.IsOutputRedirected || arguments.GetValue(_output) is not null); // nothing else is written there
            FetchResult result = isLive
                ? await ProgressDisplay.RunLiveAsync(Console.Error, view => FetchAsync(session.Node.Client, url, body, view, limit.Token))
                : await ProgressDisplay.RunPlainAsync(StandardStreams.WriteErrorLine, view => FetchAsync(session.Node.Client, url, body, view, limit.Token));
            Report(result, asJson);
            return result.Status < 400 ? ExitCode.Success : ExitCode.Failure;
        }
        catch (OperationCanceledException) when (!signals.Stopping.IsCancellationRequested)
        {
            throw new CommandException(ErrorKind.Timeout, $"{url} was not there within {arguments.GetValue(_limit)} s; --time-limit changes that.");
        }
    }

    private static async Task<FetchResult> FetchAsync(TorClient client, Uri url, Stream body, IProgressView view, CancellationToken cancel)
    {
        view.Show(client);
        client.Start();
        return await CircuitFetch.RunAsync(client, url, body, view, cancel);
    }

    private static Uri ReadUrl(string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
            ? url
            : throw new CommandException(ErrorKind.Configuration, $"'{text}' is no http or https address.");

    /// <summary>The link to a private site holds the visitor's key behind '#', which is never sent.</summary>
    private static void UseKey(TorClient client, Uri url)
    {
        if (!url.Fragment.StartsWith('#' + SiteLinks.KeyMark, StringComparison.Ordinal))
        {
            return;
        }

        if (OnionAddress.ParseHost(url.Host, out OnionAddress address) != OnionAddressFault.None
            || !ClientAuthorizationText.TryParseKey(url.Fragment.AsSpan(1 + SiteLinks.KeyMark.Length), out byte[]? key))
        {
            throw new CommandException(ErrorKind.Configuration, $"'{url.Fragment}' is no visitor's key for {url.Host}: copy the whole link that the publisher gave.");
        }

        client.OnionAuthorizations.Set(address, new ClientAuthorization(new ClientAuthorizationKey(key)));
        CryptographicOperations.ZeroMemory(key);
    }

    private static Stream OpenBody(string? path, bool asJson)
    {
        try
        {
            return path is not null ? File.Create(path) : asJson ? Stream.Null : Console.OpenStandardOutput();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ErrorKind.LocalState, $"{path} cannot be written: {failure.Message}", failure);
        }
    }

    private static void Report(FetchResult result, bool asJson)
    {
        if (!asJson)
        {
            foreach (string line in result.ToLines())
            {
                StandardStreams.WriteErrorLine(line);
            }

            return;
        }

        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true }))
        {
            result.Write(json);
        }

        StandardStreams.WriteLine(System.Text.Encoding.UTF8.GetString(text.ToArray()));
    }
}
