using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Relay.Keys;

/// <summary>Key files of relay families, the same file on all relays of one family (proposal 321, "happy families").</summary>
public static class FamilyKeys
{
    /// <summary>How the name of every family key file ends.</summary>
    public const string FileSuffix = ".secret_family_key";

    private const string Tag = "fmly-id";

    /// <summary>Makes a new family and stores its key.</summary>
    /// <param name="store">Where to.</param>
    /// <param name="folder">The key folder.</param>
    /// <param name="name">The file's name without its suffix.</param>
    /// <param name="random">Makes the key.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The family's public name, for the FamilyId option.</returns>
    /// <exception cref="KeyFileException">There is such a file already, or it cannot be written.</exception>
    public static async Task<Ed25519Identity> CreateAsync(
        IStateStore store, string folder, string name, RandomSource random, CancellationToken cancel)
    {
        var files = new RelayKeyFiles(store, folder);
        if (await files.ExistsAsync(name + FileSuffix, cancel))
        {
            throw new KeyFileException($"The family key file {files.NameOf(name + FileSuffix)} exists already; it is not overwritten.");
        }

        using Ed25519PrivateKey key = Ed25519PrivateKey.Generate(random);
        files.WriteSecret(name + FileSuffix, Tag, key);
        await files.CommitAsync(cancel);
        return key.PublicKey;
    }

    /// <summary>Reads the keys of the families in the options.</summary>
    /// <exception cref="KeyFileException">A file is bad, or a family in the options has none.</exception>
    internal static async Task<IReadOnlyList<Ed25519PrivateKey>> LoadAsync(IStateStore store, RelayKeyOptions options, CancellationToken cancel)
    {
        if (options.FamilyIds.Count == 0 && !options.AcceptsAnyFamily)
        {
            return [];
        }

        var files = new RelayKeyFiles(store, options.FamilyFolder);
        string prefix = files.NameOf("");
        var keys = new List<Ed25519PrivateKey>();
        foreach (string name in (await store.ListAsync(prefix, cancel)).Order(StringComparer.Ordinal))
        {
            if (name.EndsWith(FileSuffix, StringComparison.Ordinal)
                && await files.ReadSecretAsync(name[prefix.Length..], Tag, cancel) is { } key
                && (options.AcceptsAnyFamily || options.FamilyIds.Contains(key.PublicKey)))
            {
                keys.Add(key);
            }
        }

        foreach (Ed25519Identity family in options.FamilyIds)
        {
            if (!keys.Exists(key => key.PublicKey == family))
            {
                throw new KeyFileException($"No key file in {store.Describe(options.FamilyFolder)} belongs to the family {family.ToBase64()}.");
            }
        }

        return keys;
    }
}
