using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.Control.Replies;
using Tunic.Tor.Protocol.OnionServices;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>ADD_ONION: a new onion service that lives as long as the connection, or as the program.</summary>
internal sealed class AddOnionCommand(ControlServer server) : QuickCommand(
    "ADD_ONION",
    new ControlSyntax { MinArguments = 1, MaxArguments = 1, AcceptsKeywords = true, AllowedKeywords = AddOnionArguments.Keywords })
{
    private const string KeyType = "ED25519-V3";

    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        var wanted = AddOnionArguments.Read(arguments.Keywords, out string? fault);
        fault ??= wanted.IsNonAnonymous == IsSet("HiddenServiceNonAnonymousMode") ? null : $"Tor is in {(wanted.IsNonAnonymous ? "" : "non-")}anonymous hidden service mode";
        if (fault is not null)
        {
            return ControlCommandResult.Of(512, fault);
        }

        if (ReadKey(arguments.Words[0], out bool isNew, out ControlCommandResult? refusal) is not { } key)
        {
            return refusal!;
        }

        ControlReply reply = ControlReply.Of(250, $"ServiceID={new OnionAddress(key.PublicKey).ToLabel()}");
        if (isNew && !wanted.DiscardsKey)
        {
            byte[] expanded = key.ExportExpanded();
            reply.AddValue(250, "PrivateKey", KeyArgument.Format(KeyType, expanded));
            CryptographicOperations.ZeroMemory(expanded);
        }

        foreach (string client in wanted.Clients)
        {
            reply.Add(250, $"ClientAuthV3={client}");
        }

        if (!server.OnionServices.TryAdd(key, wanted.ToOptions(publishes: IsSet("PublishHidServDescriptors")), wanted.IsDetached ? null : session))
        {
            key.Dispose();
            return ControlCommandResult.Of(550, "Onion address collision");
        }

        return new ControlCommandResult(reply.Add(ControlReply.Done));
    }

    /// <summary>The answers to a bad key repeat nothing of it.</summary>
    private Ed25519PrivateKey? ReadKey(string text, out bool isNew, out ControlCommandResult? refusal)
    {
        (isNew, refusal) = (false, null);
        if (!KeyArgument.TryParse(text, out KeyArgument argument))
        {
            refusal = ControlCommandResult.Of(512, "Invalid key type/blob");
            return null;
        }

        if (argument.Is("NEW") && argument.Blob.ToUpperInvariant() is KeyType or "BEST")
        {
            isNew = true;
            return Ed25519PrivateKey.Generate(server.Environment.Random);
        }

        if (!argument.Is(KeyType))
        {
            refusal = ControlCommandResult.Of(513, "Invalid key type");
            return null;
        }

        Span<byte> expanded = stackalloc byte[Ed25519.ExpandedKeyLength];
        try
        {
            if (argument.TryDecode(expanded))
            {
                return Ed25519PrivateKey.FromExpanded(expanded);
            }

            refusal = ControlCommandResult.Of(512, $"Failed to decode {KeyType} key");
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(expanded);
        }
    }

    private bool IsSet(string option) => server.Environment.Configuration.TryGet(option, out _, out var lines) && lines is [{ Value: "1" }, ..];
}
