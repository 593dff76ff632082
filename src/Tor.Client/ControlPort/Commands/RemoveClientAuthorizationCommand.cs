using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.OnionServices;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>ONION_CLIENT_AUTH_REMOVE: forgets the key for a service, and what it has opened.</summary>
internal sealed class RemoveClientAuthorizationCommand(TorClient client, IControlProcess process) : QuickCommand(
    "ONION_CLIENT_AUTH_REMOVE", new ControlSyntax { MaxArguments = 1, AcceptsKeywords = true })
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        if (arguments.Words.Count == 0)
        {
            return ControlCommandResult.Of(512, "Incomplete ONION_CLIENT_AUTH_REMOVE command");
        }

        if (!OnionAddress.TryParse(arguments.Words[0], out OnionAddress address))
        {
            return ControlCommandResult.Of(512, $"Invalid v3 address \"{arguments.Words[0]}\"");
        }

        if (!client.OnionAuthorizations.Remove(address, out bool wasPermanent))
        {
            return ControlCommandResult.Of(251, $"No credentials for \"{arguments.Words[0]}\"");
        }

        if (wasPermanent)
        {
            process.Forget(address);
        }

        client.OnionDescriptors.Remove(address);
        return ControlCommandResult.Done;
    }
}
