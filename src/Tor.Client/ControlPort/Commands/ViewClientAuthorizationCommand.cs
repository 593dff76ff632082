using System.Security.Cryptography;
using Tunic.Tor.Client.OnionServices.Visits;
using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.Control.Replies;
using Tunic.Tor.Protocol.OnionServices;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>ONION_CLIENT_AUTH_VIEW: the keys for all services, or for one.</summary>
internal sealed class ViewClientAuthorizationCommand(TorClient client) : QuickCommand(
    "ONION_CLIENT_AUTH_VIEW", new ControlSyntax { MaxArguments = 1, AcceptsKeywords = true })
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        OnionAddress? only = null;
        if (arguments.Words is [var word])
        {
            if (!OnionAddress.TryParse(word, out OnionAddress address))
            {
                return ControlCommandResult.Of(512, $"Invalid v3 address \"{word}\"");
            }

            only = address;
        }

        ControlReply reply = ControlReply.Of(250, only is { } one ? $"ONION_CLIENT_AUTH_VIEW {one.ToLabel()}" : "ONION_CLIENT_AUTH_VIEW");
        foreach (string line in client.OnionAuthorizations.Select((address, known) => only is { } wanted && wanted != address ? null : Describe(address, known))
            .OfType<string>().Order(StringComparer.Ordinal))
        {
            reply.Add(250, line);
        }

        return new ControlCommandResult(reply.Add(ControlReply.Done));
    }

    private static string Describe(OnionAddress address, ClientAuthorization known)
    {
        byte[] key = known.Key.ExportPrivateKey();
        string text = $"CLIENT {address.ToLabel()} {KeyArgument.Format("x25519", key)}";
        CryptographicOperations.ZeroMemory(key);
        return text + (known.IsPermanent ? " Flags=Permanent" : "") + (known.Name is { } name ? $" ClientName={name}" : "");
    }
}
