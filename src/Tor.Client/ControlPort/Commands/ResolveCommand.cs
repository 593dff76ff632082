using System.Net;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Overlay;
using Tunic.Tor.Client.ControlPort.Events;
using Tunic.Tor.Network;
using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>RESOLVE: looks names up at exits; the answers come as ADDRMAP events.</summary>
internal sealed class ResolveCommand(ControlEnvironment environment, ControlEventHub events) : QuickCommand(
    "RESOLVE", new ControlSyntax { AcceptsKeywords = true, Keywords = KeywordRules.OmitValues }), IAsyncDisposable
{
    /// <summary>Lookups at once, of all controllers.</summary>
    private const int MaxLookups = 256;

    private readonly BackgroundTasks _lookups = new(environment.Log);

    public ValueTask DisposeAsync() => _lookups.DisposeAsync();

    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        bool isReverse = arguments.Find("mode")?.Equals("reverse", StringComparison.OrdinalIgnoreCase) ?? false;
        foreach (ControlKeyword word in arguments.Keywords)
        {
            if (word.Value.Length == 0 && !(isReverse && !IPAddress.TryParse(word.Key, out _) && !word.Key.Contains('.', StringComparison.Ordinal)))
            {
                string host = word.Key;
                _lookups.TryRun(cancel => LookUpAsync(host, cancel), MaxLookups);
            }
        }

        return ControlCommandResult.Done;
    }

    private async Task LookUpAsync(string host, CancellationToken cancel)
    {
        try
        {
            Resolved resolved = await environment.Client.ResolveAsync(host, new IsolationKey("control"), cancel);
            foreach (ResolvedAnswer answer in resolved.Answers)
            {
                string? found = answer.Address?.ToString() ?? answer.HostName;
                if (found is not null)
                {
                    DateTime expires = environment.Time.GetUtcNow().UtcDateTime.AddSeconds(answer.TimeToLive);
                    events.Send(AddressLine.Describe(IPAddress.TryParse(host, out _) ? $"REVERSE[{host}]" : host, found, expires, environment.Time));
                    return;
                }
            }
        }
        catch (Exception failure) when (failure is TunicException or TimeoutException)
        {
            // told like a lookup that found nothing
        }

        DateTime soon = environment.Time.GetUtcNow().UtcDateTime.AddSeconds(60);
        events.Send(AddressLine.DescribeFailure(host, soon, environment.Time));
    }
}
