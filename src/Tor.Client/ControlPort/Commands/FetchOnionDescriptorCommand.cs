using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>HSFETCH: asks directories for the descriptor of an onion service. What comes of it is told by HS_DESC and HS_DESC_CONTENT.</summary>
internal sealed class FetchOnionDescriptorCommand(TorClient client) : QuickCommand(
    "HSFETCH", new ControlSyntax { MinArguments = 1, MaxArguments = 1, AcceptsKeywords = true, AllowedKeywords = ["SERVER"] })
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        if (!OnionAddress.TryParse(arguments.Words[0], out OnionAddress address))
        {
            return ControlCommandResult.Of(513, $"Invalid argument \"{arguments.Words[0]}\"");
        }

        if (!OnionDirectoryArguments.TryRead(arguments, client.View, out IReadOnlyList<Relay> directories, out ControlCommandResult? refusal))
        {
            return refusal;
        }

        return ControlCommandResult.Done with { Afterwards = () => client.OnionDescriptors.BeginFetch(address, directories) };
    }
}
