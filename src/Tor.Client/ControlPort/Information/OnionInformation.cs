using static Tunic.Tor.Client.ControlPort.Information.InformationItem;

namespace Tunic.Tor.Client.ControlPort.Information;

/// <summary>What GETINFO tells of ephemeral onion services; without any, both lists are empty.</summary>
internal static class OnionInformation
{
    internal static IEnumerable<InformationItem> Create(InformationSources sources)
    {
        IControlOnionServices? services = sources.Environment.OnionServices;
        return
        [
            new InformationItem("onions/current", "Onion services owned by the current control connection.", IsPrefix: false, (session, _, _) =>
                Task.FromResult<InformationAnswer>(string.Join("\r\n", services?.GetAddresses(session) ?? []))),
            Key("onions/detached", "Onion services detached from the control connection.", () => string.Join("\r\n", services?.GetAddresses(null) ?? [])),
        ];
    }
}
