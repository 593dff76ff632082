using Tunic.Tor.Protocol.Control;
using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Descriptors;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>+HSPOST: uploads a descriptor that another program has made (Onionbalance). What comes of it is told by HS_DESC.</summary>
internal sealed class PostOnionDescriptorCommand(TorClient client, TimeProvider time) : QuickCommand(
    "+HSPOST", new ControlSyntax { AcceptsKeywords = true, AllowedKeywords = ["SERVER", "HSADDRESS"], TakesData = true })
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        if (!OnionDirectoryArguments.TryRead(arguments, client.View, out IReadOnlyList<Relay> directories, out ControlCommandResult? refusal))
        {
            return refusal;
        }

        if (!OnionAddress.TryParse(arguments.Find("HSADDRESS"), out OnionAddress address))
        {
            return ControlCommandResult.Of(512, "Malformed onion address");
        }

        return OnionServiceDescriptor.TryParse(ControlText.ToBytes(arguments.Data), time.GetUtcNow().UtcDateTime, out OnionServiceDescriptor? descriptor, out _)
            && client.OnionServices.TryPost(address, descriptor, directories)
            ? ControlCommandResult.Done
            : ControlCommandResult.Of(554, "Invalid descriptor");
    }
}
