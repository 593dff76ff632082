using Tunic.Tor.Protocol.Control;
using Tunic.Tor.Protocol.OnionServices;
using static Tunic.Tor.Client.ControlPort.Information.InformationItem;

namespace Tunic.Tor.Client.ControlPort.Information;

/// <summary>What GETINFO tells of onion services: those that controllers have added, and descriptors.</summary>
internal static class OnionInformation
{
    internal static IEnumerable<InformationItem> Create(InformationSources sources)
    {
        TorClient client = sources.Environment.Client;
        return
        [
            new InformationItem("onions/current", "Onion services owned by the current control connection.", IsPrefix: false, (session, _, _) =>
                Task.FromResult<InformationAnswer>(List(sources, session))),
            Key("onions/detached", "Onion services detached from the control connection.", () => List(sources, null)),
            Family("hs/client/desc/id/", "Hidden Service descriptor in client's cache by onion.", text => Show(text, client.OnionDescriptors.FindText)),
            Family("hs/service/desc/id/", "Hidden Service descriptor in services's cache by onion.", text => Show(text, client.OnionServices.FindDescriptor)),
        ];
    }

    private static string List(InformationSources sources, ControlSession? owner) =>
        string.Join("\r\n", sources.OnionServices.AddressesOf(owner).Select(address => address.ToLabel()));

    private static InformationAnswer Show(string text, Func<OnionAddress, ReadOnlyMemory<byte>?> find) =>
        !OnionAddress.TryParse(text, out OnionAddress address) ? InformationAnswer.Fail("Invalid address")
        : find(address) is { } descriptor ? ControlText.FromBytes(descriptor.Span)
        : InformationAnswer.Fail("Not found in cache");
}
