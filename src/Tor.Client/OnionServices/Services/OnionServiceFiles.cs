using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;
using Tunic.Tor.Protocol.OnionServices.Balancing;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>What a service keeps in its directory, in stock's files and formats, so that either program can take it over (stock hs_service.c, load_service_keys).</summary>
/// <param name="store">The directory.</param>
public sealed class OnionServiceFiles(IStateStore store)
{
    /// <summary>The address, for people and other programs.</summary>
    public const string HostnameFile = "hostname";

    /// <summary>Folder of the keys of those who may visit.</summary>
    public const string ClientsFolder = "authorized_clients";

    private const string SecretFile = "hs_ed25519_secret_key";
    private const string PublicFile = "hs_ed25519_public_key";
    private const string BalancingFile = "ob_config";
    private const string SecretType = "ed25519v1-secret";
    private const string PublicType = "ed25519v1-public";
    private const string Tag = "type0";
    private const string ClientSuffix = ".auth";

    /// <summary>Reads the service's key, or makes one where there is none, and writes the address beside it.</summary>
    /// <param name="random">Source of a new key.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <returns>The key, for the caller to dispose.</returns>
    /// <exception cref="CorruptStateException">A key file makes no sense, does not fit the other, or only the public key is there.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public async Task<Ed25519PrivateKey> LoadKeyAsync(RandomSource random, CancellationToken cancel)
    {
        Ed25519Identity? known = await ReadPublicAsync(cancel);
        Ed25519PrivateKey? key = await ReadSecretAsync(cancel);
        if (key is null && known is not null)
        {
            throw new CorruptStateException(store.Describe(PublicFile), $"there is no {SecretFile} beside it", CorruptStateException.Restore);
        }

        if (key is not null && known is not null && key.PublicKey != known)
        {
            key.Dispose();
            throw new CorruptStateException(store.Describe(PublicFile), $"it does not belong to {SecretFile}", CorruptStateException.Restore);
        }

        bool isNew = key is null;
        key ??= Ed25519PrivateKey.Generate(random);
        if (isNew)
        {
            byte[] expanded = key.ExportExpanded();
            await store.WriteAsync(SecretFile, TaggedKeyFile.Encode(SecretType, Tag, expanded), cancel);
            CryptographicOperations.ZeroMemory(expanded);
        }

        if (known is null)
        {
            await store.WriteAsync(PublicFile, TaggedKeyFile.Encode(PublicType, Tag, key.PublicKey.ToArray()), cancel);
        }

        await WriteHostnameAsync(new OnionAddress(key.PublicKey), cancel);
        return key;
    }

    /// <summary>Reads the keys of those who may visit. A file that cannot be used is left out: the others keep those away who have no key.</summary>
    /// <param name="warn">Told of each that is left out.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <returns>X25519 public keys, in the order of the files' names.</returns>
    /// <exception cref="IOException">The folder cannot be listed, or a file not be read.</exception>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> LoadClientsAsync(Action<string> warn, CancellationToken cancel)
    {
        List<ReadOnlyMemory<byte>> keys = [];
        foreach (string name in (await store.ListAsync(ClientsFolder + "/", cancel)).Order(StringComparer.Ordinal))
        {
            string file = name[(ClientsFolder.Length + 1)..];
            if (!file.EndsWith(ClientSuffix, StringComparison.Ordinal) || file.Length == ClientSuffix.Length || file.Contains('/'))
            {
                warn($"Client authorization unrecognized filename {file}. File must end in .auth. Ignoring.");
            }
            else if (await store.ReadAsync(name, cancel) is { } content
                && ClientAuthorizationText.TryParsePublicKey(Encoding.Latin1.GetString(content), out byte[]? key))
            {
                keys.Add(key);
            }
            else
            {
                warn($"{store.Describe(name)} holds no key of a client. Ignoring.");
            }
        }

        return keys;
    }

    /// <summary>Reads the addresses of the Onionbalance frontend.</summary>
    /// <exception cref="CorruptStateException">The file is missing or makes no sense.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public async Task<BalancedInstance> LoadBalancingAsync(CancellationToken cancel) =>
        await store.ReadAsync(BalancingFile, cancel) is { } content && BalancedInstance.TryParse(Encoding.Latin1.GetString(content), out BalancedInstance? instance)
            ? instance
            : throw new CorruptStateException(
                store.Describe(BalancingFile), "it does not name the addresses of a frontend", "Write a line \"MasterOnionAddress ADDRESS.onion\" for each.");

    private async Task<Ed25519PrivateKey?> ReadSecretAsync(CancellationToken cancel)
    {
        if (await store.ReadAsync(SecretFile, cancel) is not { Length: > 0 } file)
        {
            return null;
        }

        try
        {
            return TaggedKeyFile.TryDecode(file, SecretType, Tag, out ReadOnlyMemory<byte> content) && content.Length == Ed25519.ExpandedKeyLength
                ? Ed25519PrivateKey.FromExpanded(content.Span)
                : throw new CorruptStateException(store.Describe(SecretFile), "it holds no key of an onion service", CorruptStateException.Restore);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(file);
        }
    }

    private async Task<Ed25519Identity?> ReadPublicAsync(CancellationToken cancel)
    {
        if (await store.ReadAsync(PublicFile, cancel) is not { Length: > 0 } file)
        {
            return null;
        }

        return TaggedKeyFile.TryDecode(file, PublicType, Tag, out ReadOnlyMemory<byte> content) && content.Length == Ed25519Identity.Length
            ? new Ed25519Identity(content.Span)
            : throw new CorruptStateException(store.Describe(PublicFile), "it holds no public key of an onion service", CorruptStateException.Restore);
    }

    /// <summary>Not written when it is right already, so that the directory may be read-only.</summary>
    private async Task WriteHostnameAsync(OnionAddress address, CancellationToken cancel)
    {
        byte[] line = Encoding.ASCII.GetBytes($"{address}\n");
        if (await store.ReadAsync(HostnameFile, cancel) is not { } present || !present.AsSpan().SequenceEqual(line))
        {
            await store.WriteAsync(HostnameFile, line, cancel);
        }
    }
}
