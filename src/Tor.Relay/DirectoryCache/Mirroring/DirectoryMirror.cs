using Microsoft.Extensions.Logging;
using Tunic.Primitives.Storage;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Relay.DirectoryCache.Mirroring;

/// <summary>
/// Keeps a directory store up to date from the authorities, on stock tor's schedule for caches: both consensuses, their certificates,
/// and all documents that they name.
/// </summary>
/// <remarks>Construct, then call <see cref="RunAsync"/> once. What it has found so far may be read from any thread.</remarks>
public sealed partial class DirectoryMirror
{
    private static readonly TimeSpan _tidyInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan _longestSleep = TimeSpan.FromMinutes(1);

    private readonly DirectoryMirrorEnvironment _environment;
    private readonly DirectoryFiles _files;
    private readonly ConsensusFetcher _consensuses;
    private readonly DocumentFetcher _documents;
    private readonly FlavorState _unflavored;
    private readonly FlavorState _microdescriptor;
    private bool _isLoaded;

    /// <summary>A mirror that has nothing yet.</summary>
    public DirectoryMirror(DirectoryMirrorEnvironment environment)
    {
        var authorities = new AuthorityRotation(environment);
        _environment = environment;
        _files = new DirectoryFiles(environment.Files, environment.Log);
        _consensuses = new ConsensusFetcher(environment, authorities);
        _documents = new DocumentFetcher(environment, authorities);
        _unflavored = new FlavorState(ConsensusFlavor.Unflavored, environment);
        _microdescriptor = new FlavorState(ConsensusFlavor.Microdescriptor, environment);
    }

    /// <summary>The newest verified unflavoured consensus; null when there is none yet.</summary>
    public Consensus? UnflavoredConsensus => _unflavored.Consensus;

    /// <summary>The newest verified microdescriptor consensus; null when there is none yet.</summary>
    public Consensus? MicrodescriptorConsensus => _microdescriptor.Consensus;

    private DateTime Now => _environment.Time.GetUtcNow().UtcDateTime;

    /// <summary>Reads what is on disk; the second time it does nothing.</summary>
    /// <exception cref="CorruptStateException">A file makes no sense; it was not overwritten.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public async Task LoadAsync(CancellationToken cancel)
    {
        if (_isLoaded)
        {
            return;
        }

        Consensus[] found = [.. await _files.LoadAsync(
            _environment.Store, [.. _environment.Authorities.Select(authority => authority.V3Identity)], Now, cancel)];
        foreach (Consensus consensus in found)
        {
            Use(consensus.Flavor == ConsensusFlavor.Unflavored ? _unflavored : _microdescriptor, consensus);
        }

        _isLoaded = true;
    }

    /// <summary>Reads what is on disk if nobody has, then fetches until cancelled.</summary>
    /// <exception cref="CorruptStateException">A file makes no sense; it was not overwritten.</exception>
    /// <exception cref="IOException">A file cannot be read. That documents cannot be stored is only logged.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        await LoadAsync(cancel);
        DateTime tidied = Now;
        while (true)
        {
            await Task.WhenAll(UpdateAsync(_unflavored, cancel), UpdateAsync(_microdescriptor, cancel));
            if (Now - tidied > _tidyInterval)
            {
                _environment.Store.RemoveOld(Now);
                tidied = Now;
            }

            await _files.TrySaveAsync(_environment.Store.Current, cancel); // a minute later it tries again, if need be
            TimeSpan pause = new[] { _unflavored.Due, _microdescriptor.Due }.Min() - Now;
            if (pause > TimeSpan.Zero)
            {
                // Never for long: the wall clock may be set.
                await Task.Delay(pause < _longestSleep ? pause : _longestSleep, _environment.Time, cancel);
            }
        }
    }

    private void Use(FlavorState state, Consensus consensus)
    {
        state.Consensus = consensus;
        state.ConsensusSchedule.OnConsensus(consensus, Now);
        state.DocumentSchedule.Retry(Now);
        _environment.OnConsensus(consensus);
    }

    private async Task UpdateAsync(FlavorState state, CancellationToken cancel)
    {
        if (Now >= state.ConsensusSchedule.Due)
        {
            if (await _consensuses.FetchAsync(state.Flavor, cancel) is { } consensus)
            {
                Use(state, consensus);
                LogConsensus(_environment.Log, state.Flavor, consensus.ValidAfter, consensus.Relays.Count);
            }
            else
            {
                state.ConsensusSchedule.OnFailed(Now);
                LogNoConsensus(_environment.Log, state.Flavor, state.ConsensusSchedule.Due);
            }
        }

        if (state.Consensus is { } current && Now >= state.DocumentSchedule.Due)
        {
            int missing = await FetchDocumentsAsync(state.Flavor, current, cancel);
            if (missing == 0)
            {
                state.DocumentSchedule.OnComplete();
            }
            else
            {
                state.DocumentSchedule.OnFailed(Now);
            }

            LogDocuments(_environment.Log, state.Flavor, missing);
        }
    }

    private async Task<int> FetchDocumentsAsync(ConsensusFlavor flavor, Consensus consensus, CancellationToken cancel)
    {
        if (flavor == ConsensusFlavor.Microdescriptor)
        {
            return await _documents.FetchMicrodescriptorsAsync(consensus, cancel);
        }

        int missing = await _documents.FetchDescriptorsAsync(consensus, cancel);
        return _environment.FetchesExtraInfo ? missing + await _documents.FetchExtraInfosAsync(consensus, cancel) : missing;
    }

    [LoggerMessage(LogLevel.Debug, "Fetched the {Flavor} consensus of {ValidAfter:u} with {Relays} relays.")]
    private static partial void LogConsensus(ILogger log, ConsensusFlavor flavor, DateTime validAfter, int relays);

    [LoggerMessage(LogLevel.Debug, "No authority has a newer {Flavor} consensus; asking again at {Due:u}.")]
    private static partial void LogNoConsensus(ILogger log, ConsensusFlavor flavor, DateTime due);

    [LoggerMessage(LogLevel.Debug, "Fetched the documents that the {Flavor} consensus lists; {Missing} are missing.")]
    private static partial void LogDocuments(ILogger log, ConsensusFlavor flavor, int missing);

    private sealed class FlavorState(ConsensusFlavor flavor, DirectoryMirrorEnvironment environment)
    {
        private volatile Consensus? _consensus;

        public ConsensusFlavor Flavor => flavor;

        public Consensus? Consensus
        {
            get => _consensus;
            set => _consensus = value;
        }

        public FetchSchedule ConsensusSchedule { get; } = new(environment.Random);

        public FetchSchedule DocumentSchedule { get; } = new(environment.Random);

        /// <summary>When something of this flavour is to be fetched.</summary>
        public DateTime Due => _consensus is null || ConsensusSchedule.Due < DocumentSchedule.Due ? ConsensusSchedule.Due : DocumentSchedule.Due;
    }
}
