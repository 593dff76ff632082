using System.Net;
using System.Text;
using Tunic.Node.Processes;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Storage;
using Tunic.Tor.Protocol.Voting.Keys;

namespace Tunic.Node.Commands;

/// <summary>An authority's keys as stock's files below keys/.</summary>
internal static class AuthorityKeyFiles
{
    /// <summary>Makes new keys and stores them; the identity key encrypted where there is a passphrase.</summary>
    internal static async Task<AuthorityKeys> CreateAsync(
        IStateStore store, IPEndPoint? directoryAddress, int months, string? passphrase, CancellationToken cancel)
    {
        AuthorityKeys keys = AuthorityKeys.Create(DateTime.UtcNow, months, directoryAddress);
        await WriteAsync(store, AuthorityKeys.IdentityName, passphrase is null
            ? AuthorityKeys.WritePrivateKey(keys.Identity!)
            : AuthorityKeys.WriteEncryptedPrivateKey(keys.Identity!, passphrase), cancel);
        await WriteAsync(store, AuthorityKeys.SigningName, AuthorityKeys.WritePrivateKey(keys.Signing), cancel);
        await WriteAsync(store, AuthorityKeys.CertificateName, keys.WriteCertificate(), cancel);
        return keys;
    }

    /// <summary>Reads what an authority runs with; null when there is nothing.</summary>
    /// <exception cref="CommandException">A file is there and cannot be used.</exception>
    internal static async Task<AuthorityKeys?> LoadAsync(IStateStore store, CancellationToken cancel)
    {
        byte[]? signing = await store.ReadAsync($"keys/{AuthorityKeys.SigningName}", cancel);
        byte[]? certificate = await store.ReadAsync($"keys/{AuthorityKeys.CertificateName}", cancel);
        if (signing is null && certificate is null)
        {
            return null;
        }

        return AuthorityKeys.TryRead(Encoding.ASCII.GetString(signing ?? []), certificate ?? [], out AuthorityKeys? keys, out string? failure)
            ? keys
            : throw new CommandException(ErrorKind.LocalState, $"The authority's keys in {store.Describe("keys")} cannot be used: {failure}. Restore them from a backup; nothing was overwritten.");
    }

    private static ValueTask WriteAsync(IStateStore store, string name, string text, CancellationToken cancel) =>
        store.WriteAsync($"keys/{name}", Encoding.ASCII.GetBytes(text), cancel);
}
