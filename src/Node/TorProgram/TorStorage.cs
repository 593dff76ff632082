using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Storage;
using Tunic.Primitives.Storage;

namespace Tunic.Node.TorProgram;

/// <summary>The directories that a torrc names, as one store.</summary>
internal static class TorStorage
{
    /// <summary>Folder of the store that is <c>KeyDirectory</c>.</summary>
    internal const string KeyFolder = "keys";

    /// <summary>Folder of the store that is <c>FamilyKeyDirectory</c>.</summary>
    internal const string FamilyKeyFolder = "family-keys";

    /// <exception cref="StorageException">A directory cannot be made or kept private.</exception>
    internal static IStateStore Open(TorrcOptions options)
    {
        TorrcGeneralOptions general = options.General;
        IStateStore store = new FileStateStore(general.DataDirectory);
        if (general.CacheDirectory != general.DataDirectory)
        {
            store = new SplitStateStore(store, new FileStateStore(general.CacheDirectory));
        }

        if (!options.IsRelay)
        {
            return store; // a client has no keys of these kinds
        }

        if (general.KeyDirectory != Path.Combine(general.DataDirectory, KeyFolder))
        {
            store = new MountedStateStore(store, KeyFolder, new FileStateStore(general.KeyDirectory));
        }

        return options.Relay.FamilyKeyDirectory is { } family
            ? new MountedStateStore(store, FamilyKeyFolder, new FileStateStore(family))
            : store;
    }
}
