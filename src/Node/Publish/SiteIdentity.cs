using System.Text;
using Tunic.Node.Processes;
using Tunic.Node.Storage;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tor.Client.OnionServices.Services;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Node.Publish;

/// <summary>
/// The folder of one site's address: stock's files of a HiddenServiceDir, so that tor can take it over; <c>target</c>, what was published there; and
/// <c>visitors/NAME.auth_private</c>, what each visitor of a private site is to be given.
/// </summary>
internal sealed class SiteIdentity : IDisposable
{
    private const string TargetFile = "target";
    private const string VisitorsFolder = "visitors";
    private const string VisitorSuffix = ".auth_private";
    private const string ClientSuffix = ".auth";

    private readonly DataDirectoryLock _lock;

    private SiteIdentity(DataDirectoryLock held, Ed25519PrivateKey key, IReadOnlyList<SiteVisitor> visitors)
    {
        (_lock, Key, Visitors) = (held, key, visitors);
        Address = new OnionAddress(key.PublicKey);
    }

    internal Ed25519PrivateKey Key { get; }

    internal OnionAddress Address { get; }

    /// <summary>Those who may visit; none for everybody.</summary>
    internal IReadOnlyList<SiteVisitor> Visitors { get; }

    /// <summary>Opens the folder, and makes what is missing.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="source">What is to be published.</param>
    /// <param name="visitors">Names of those who may visit, besides those of earlier runs.</param>
    /// <param name="random">Source of keys.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="CommandException">Another process publishes it, or the name is that of another site.</exception>
    /// <exception cref="TunicException">A file makes no sense; it was not overwritten.</exception>
    internal static async Task<SiteIdentity> OpenAsync(
        string directory, SiteSource source, IReadOnlyList<string> visitors, RandomSource random, CancellationToken cancel)
    {
        PrivateFiles.MakeDirectory(directory);
        DataDirectoryLock held = DataDirectoryLock.TryTake(directory)
            ?? throw new CommandException(ErrorKind.LocalState, $"The site '{source.Name}' is being published by another process.");
        try
        {
            var store = new FileStateStore(directory);
            await ClaimAsync(store, source, cancel);
            OnionServiceFiles files = OnionServiceDirectory.Open(directory, isGroupReadable: false, takesRightsAway: true);
            Ed25519PrivateKey key = await files.LoadKeyAsync(random, cancel);
            try
            {
                return new SiteIdentity(held, key, await LoadVisitorsAsync(store, new OnionAddress(key.PublicKey), visitors, random, cancel));
            }
            catch
            {
                key.Dispose();
                throw;
            }
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (SiteVisitor visitor in Visitors)
        {
            visitor.Key.Dispose();
        }

        Key.Dispose();
        _lock.Dispose();
    }

    /// <summary>An address must not show another site than before only because two folders have one name.</summary>
    private static async Task ClaimAsync(FileStateStore store, SiteSource source, CancellationToken cancel)
    {
        byte[] target = Encoding.UTF8.GetBytes(source.Target + "\n");
        byte[]? before = await store.ReadAsync(TargetFile, cancel);
        if (before.AsSpan().SequenceEqual(target))
        {
            return;
        }

        if (before is not null && !source.IsNamed)
        {
            throw new CommandException(
                ErrorKind.Configuration,
                $"The address '{source.Name}' belongs to {Encoding.UTF8.GetString(before).Trim()}. Write OTHER={source.Target} for an address of its own, or {source.Name}={source.Target} to give it this one.");
        }

        await store.WriteAsync(TargetFile, target, cancel);
    }

    private static async Task<IReadOnlyList<SiteVisitor>> LoadVisitorsAsync(
        FileStateStore store, OnionAddress address, IReadOnlyList<string> added, RandomSource random, CancellationToken cancel)
    {
        string[] known = [.. (await store.ListAsync(VisitorsFolder + "/", cancel))
            .Select(name => name[(VisitorsFolder.Length + 1)..])
            .Where(name => name.EndsWith(VisitorSuffix, StringComparison.Ordinal))
            .Select(name => name[..^VisitorSuffix.Length])];
        var visitors = new List<SiteVisitor>();
        foreach (string name in known.Union(added).Order(StringComparer.Ordinal))
        {
            visitors.Add(await LoadVisitorAsync(store, address, name, random, cancel));
        }

        return visitors;
    }

    private static async Task<SiteVisitor> LoadVisitorAsync(FileStateStore store, OnionAddress address, string name, RandomSource random, CancellationToken cancel)
    {
        string file = $"{VisitorsFolder}/{name}{VisitorSuffix}";
        if (await store.ReadAsync(file, cancel) is { } content)
        {
            return ClientAuthorizationText.TryParsePrivateKey(Encoding.Latin1.GetString(content), out OnionAddress known, out ClientAuthorizationKey? key) && known == address
                ? new SiteVisitor(name, key, store.Describe(file))
                : throw new CorruptStateException(store.Describe(file), "it holds no key for this address", CorruptStateException.Restore);
        }

        ClientAuthorizationKey made = ClientAuthorizationKey.Generate(random);
        await store.WriteAsync(file, Encoding.ASCII.GetBytes(ClientAuthorizationText.FormatPrivateKey(address, made) + "\n"), cancel);
        await store.WriteAsync(
            $"{OnionServiceFiles.ClientsFolder}/{name}{ClientSuffix}", Encoding.ASCII.GetBytes(ClientAuthorizationText.FormatPublicKey(made.PublicKey.Span) + "\n"), cancel);
        return new SiteVisitor(name, made, store.Describe(file));
    }
}
