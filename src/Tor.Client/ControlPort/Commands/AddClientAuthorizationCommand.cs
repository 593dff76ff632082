using System.Globalization;
using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Tor.Client.OnionServices.Visits;
using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>ONION_CLIENT_AUTH_ADD: a key for a service that lets in only those it knows.</summary>
internal sealed class AddClientAuthorizationCommand(TorClient client, IControlProcess process) : ControlCommandHandler(
    "ONION_CLIENT_AUTH_ADD", new ControlSyntax { MaxArguments = 2, AcceptsKeywords = true })
{
    private const int MaxNameLength = 16;

    internal override async Task<ControlCommandResult> RunAsync(ControlSession session, ControlArguments arguments, CancellationToken cancel)
    {
        if (arguments.Words.Count < 2)
        {
            return ControlCommandResult.Of(512, "Incomplete ONION_CLIENT_AUTH_ADD command");
        }

        if (!OnionAddress.TryParse(arguments.Words[0], out OnionAddress address))
        {
            return ControlCommandResult.Of(512, $"Invalid v3 address \"{arguments.Words[0]}\"");
        }

        if (ReadKey(arguments.Words[1], out ControlCommandResult? refusal) is not { } key)
        {
            return refusal!;
        }

        string? name = arguments.Find("ClientName");
        refusal = ReadFlags(arguments, out bool isPermanent) ?? (name?.Length > MaxNameLength
            ? ControlCommandResult.Of(512, string.Create(CultureInfo.InvariantCulture, $"ClientName longer than {MaxNameLength} chars"))
            : null);
        if (refusal is null && isPermanent && !await process.TryStoreAsync(address, key, cancel))
        {
            refusal = ControlCommandResult.Of(553, $"Unable to store creds for \"{address.ToLabel()}\"");
        }

        if (refusal is not null)
        {
            key.Dispose();
            return refusal;
        }

        bool isNew = client.OnionAuthorizations.Set(address, new ClientAuthorization(key, name, isPermanent));
        return client.OnionDescriptors.TryReopen(address) ? ControlCommandResult.Of(252, "Registered client and decrypted desc")
            : isNew ? ControlCommandResult.Done
            : ControlCommandResult.Of(251, "Client for onion existed and replaced");
    }

    private static ClientAuthorizationKey? ReadKey(string text, out ControlCommandResult? refusal)
    {
        refusal = null;
        if (!KeyArgument.TryParse(text, out KeyArgument argument))
        {
            refusal = ControlCommandResult.Of(512, "Invalid key type/blob");
            return null;
        }

        if (!argument.Is("x25519"))
        {
            refusal = ControlCommandResult.Of(552, $"Unrecognized key type \"{argument.Type}\"");
            return null;
        }

        Span<byte> key = stackalloc byte[X25519.KeyLength];
        try
        {
            refusal = !argument.TryDecode(key) ? ControlCommandResult.Of(512, "Failed to decode x25519 private key")
                : !key.ContainsAnyExcept((byte)0) ? ControlCommandResult.Of(553, $"Invalid private key \"{argument.Blob}\"")
                : null;
            return refusal is null ? new ClientAuthorizationKey(key) : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static ControlCommandResult? ReadFlags(ControlArguments arguments, out bool isPermanent)
    {
        isPermanent = false;
        if (arguments.Find("Flags") is not { } text)
        {
            return null;
        }

        string[] flags = text.Split(',', StringSplitOptions.RemoveEmptyEntries);
        isPermanent = flags.Length > 0;
        return flags.Length == 0 ? ControlCommandResult.Of(512, "Invalid 'Flags' argument")
            : Array.Find(flags, flag => !flag.Equals("Permanent", StringComparison.OrdinalIgnoreCase)) is { } wrong
            ? ControlCommandResult.Of(512, $"Invalid 'Flags' argument: {QuotedText.Quote(wrong)}")
            : null;
    }
}
