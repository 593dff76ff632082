using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Logging;

namespace Tunic.Node.TorProgram;

/// <summary>Reads the torrc again while the program runs.</summary>
/// <param name="commandLine">What was given at the start.</param>
/// <param name="first">What the program was started with.</param>
/// <param name="log">Where it is told what takes no effect.</param>
internal sealed class TorReload(TorCommandLine commandLine, TorrcLoadResult first, NodeLog log)
{
    private readonly TorrcSettings _first = first.Settings;
    private TorrcSettings _latest = first.Settings;

    /// <summary>What the torrc says now; whatever can be taken over at once is to be.</summary>
    /// <param name="changesPaths">Whether circuits of before are those of other wishes.</param>
    /// <exception cref="TorrcException">It cannot be used: nothing is to change.</exception>
    internal TorrcOptions Read(out bool changesPaths)
    {
        TorrcLoadResult loaded = TorrcLoader.Load(commandLine, TextReader.Null);
        IReadOnlyList<string> changed = TorrcChanges.Find(_first, loaded.Settings);
        TorrcChanges.Check(changed);
        TorEntry.CheckMeaning(loaded.Options);
        foreach (string warning in loaded.Warnings)
        {
            log.Warn(warning);
        }

        foreach (string name in changed.Where(TorrcChanges.NeedsRestart))
        {
            log.Warn($"{name} is not what it was when Tor was started; that takes effect when Tor is started again.");
        }

        changesPaths = TorrcChanges.Find(_latest, loaded.Settings).Any(TorrcChanges.AffectsPaths);
        _latest = loaded.Settings;
        return loaded.Options;
    }
}
