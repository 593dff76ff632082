using Tunic.Node.Processes;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Storage;
using Tunic.Tor.Network.NetworkDirectory.Profiles;

namespace Tunic.Node.Networks;

/// <summary>The private networks this user has joined. The file that was accepted last is kept: it pins the network's key and serial.</summary>
internal sealed class JoinedNetworks(IStateStore store)
{
    private const string Folder = "networks/";
    private const string FileName = "/network.tunic-network";

    /// <summary>Names, in order.</summary>
    internal async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancel) =>
        [.. (await store.ListAsync(Folder, cancel))
            .Where(name => name.EndsWith(FileName, StringComparison.Ordinal))
            .Select(name => name[Folder.Length..^FileName.Length])
            .Order(StringComparer.Ordinal)];

    /// <summary>The network of that name; null when it was not joined.</summary>
    /// <exception cref="CommandException">Its file was damaged.</exception>
    internal async Task<NetworkFile?> FindAsync(string name, CancellationToken cancel)
    {
        if (!NetworkFile.IsName(name) || await store.ReadAsync(Folder + name + FileName, cancel) is not { } bytes)
        {
            return null;
        }

        return NetworkFileCodec.TryDecode(bytes, out NetworkFile? file, out string fault)
            ? file
            : throw new CommandException(
                ErrorKind.LocalState, $"The file of the network '{name}' in the data directory cannot be used: {fault}. Remove {Folder}{name}{FileName} and join again.");
    }

    /// <summary>Takes a network file in, the first one or a newer one.</summary>
    /// <param name="source">Where the bytes come from.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="accepted">A fingerprint that the user typed besides (--accept); null for none.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="CommandException">It is not signed as it should be, not newer, or nobody has vouched for its key.</exception>
    internal async Task<NetworkFile> JoinAsync(
        NetworkSource source, ReadOnlyMemory<byte> bytes, Ed25519Identity? accepted, CancellationToken cancel)
    {
        if (!NetworkFileCodec.TryDecode(bytes.Span, out NetworkFile? file, out string fault))
        {
            throw Refused(source, fault);
        }

        string fingerprint = NetworkFileCodec.Fingerprint(file.Key);
        if ((source.Fingerprint ?? accepted) is { } expected && expected != file.Key)
        {
            throw Refused(source, $"it is signed by {fingerprint}, not by {NetworkFileCodec.Fingerprint(expected)}");
        }

        NetworkFile? known = await FindAsync(file.Name, cancel);
        CheckAgainst(known, file, source);
        byte[]? kept = await store.ReadAsync(Folder + file.Name + FileName, cancel);
        if (known?.Serial == file.Serial && !bytes.Span.SequenceEqual(kept))
        {
            throw Refused(source, $"another file with the serial {file.Serial} was seen before: the founder must raise it with every change");
        }

        if (known is null && source.IsRemote && source.Fingerprint is null && accepted is null)
        {
            throw new CommandException(
                ErrorKind.Configuration,
                $"The network '{file.Name}' at {source.Location} has the fingerprint {fingerprint}. "
                + $"Compare it with what its founder says, and join with --accept {fingerprint}");
        }

        if (known is null || known.Serial < file.Serial)
        {
            await store.WriteAsync(Folder + file.Name + FileName, bytes, cancel);
        }

        return file;
    }

    private static void CheckAgainst(NetworkFile? known, NetworkFile file, NetworkSource source)
    {
        if (known is null)
        {
            return;
        }

        if (known.Key != file.Key)
        {
            throw Refused(
                source,
                $"the network '{file.Name}' joined here has the fingerprint {NetworkFileCodec.Fingerprint(known.Key)}, and this one {NetworkFileCodec.Fingerprint(file.Key)}. "
                + $"To leave the one for the other, remove {Folder}{file.Name} from the data directory");
        }

        if (file.Serial < known.Serial)
        {
            throw Refused(source, $"its serial is {file.Serial}, and {known.Serial} was seen before: it is out of date");
        }
    }

    private static CommandException Refused(NetworkSource source, string reason) =>
        new(ErrorKind.Configuration, $"The network file {source.Location} is refused: {reason}.");
}
