using Microsoft.Extensions.Logging;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Client.Paths;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Microdescriptors;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.NetworkDirectory;

/// <summary>Keeps what the client knows of the network fresh: consensus, certificates, microdescriptors (dir-spec, "Client operation").</summary>
/// <remarks>One loop owns all of it; what others see are immutable views handed to the planner.</remarks>
internal sealed class ClientDirectory(
    NetworkProfile profile,
    ClientOptions options,
    DirectoryCache cache,
    DirectoryFetcher fetcher,
    PathPlanner planner,
    RandomSource random,
    TimeProvider time,
    ILogger log)
{
    /// <summary>Microdescriptors asked for in one request: the line stays well below a directory's limit.</summary>
    private const int MicrodescriptorsPerRequest = 256;
    private const int MaxConsensusLength = 32 << 20;
    private const int ParallelRequests = 4;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MicrodescriptorRetry = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WorstClockSkew = TimeSpan.FromMinutes(30);

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<AuthorityCertificate> _certificates = [];
    private readonly Dictionary<Digest256, MicrodescriptorEntry> _microdescriptors = [];
    private Consensus? _consensus;
    private DateTime _nextFetch;

    /// <summary>Told of each step until circuits can be built.</summary>
    internal IProgress<BootstrapProgress>? Progress { get; init; }

    /// <summary>Told of each new view.</summary>
    internal Action<NetworkView>? OnView { get; init; }

    /// <summary>Ends when enough is known to build circuits.</summary>
    internal Task Ready => _ready.Task;

    private DateTime UtcNow => time.GetUtcNow().UtcDateTime;

    /// <summary>Loads the cache, fetches what is missing, and goes on until cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancel)
    {
        await LoadAsync(cancel);
        TimeSpan retry = FirstRetry;
        while (!cancel.IsCancellationRequested)
        {
            TimeSpan pause;
            try
            {
                pause = await UpdateAsync(cancel);
                retry = FirstRetry;
            }
            catch (Exception failure) when (!cancel.IsCancellationRequested)
            {
                Report(failure, retry);
                pause = retry * (0.5 + random.NextDouble());
                retry = retry * 2 < LongestRetry ? retry * 2 : LongestRetry;
            }

            await SaveStateAsync(cancel);
            await Task.Delay(pause, time, cancel);
        }
    }

    /// <summary>Writes guards and build times when they have changed.</summary>
    internal async Task SaveStateAsync(CancellationToken cancel)
    {
        if (planner.TakeChangedState() is { } state)
        {
            await cache.WriteStateAsync(state, cancel);
        }
    }

    private async Task LoadAsync(CancellationToken cancel)
    {
        if (await cache.ReadStateAsync(cancel) is { } state)
        {
            planner.LoadState(state);
        }

        _certificates.AddRange(await cache.ReadCertificatesAsync(cancel));
        foreach (MicrodescriptorEntry entry in await cache.ReadMicrodescriptorsAsync(cancel))
        {
            _microdescriptors[entry.Digest] = entry;
        }

        if (await cache.ReadConsensusAsync(cancel) is { } text)
        {
            if (!Consensus.TryParse(text, out Consensus? consensus, out DocumentFault? fault))
            {
                cache.ReportUnusable(fault.Reason);
            }
            else if (!Verify(consensus).IsAccepted)
            {
                cache.ReportUnusable("not enough of the network's authorities have signed it");
            }
            else if (consensus.IsReasonablyLive(UtcNow))
            {
                Adopt(consensus);
            }
        }
    }

    /// <summary>Does what is due.</summary>
    /// <returns>How long there is nothing to do.</returns>
    private async Task<TimeSpan> UpdateAsync(CancellationToken cancel)
    {
        if (_consensus is null || UtcNow >= _nextFetch)
        {
            await UpdateConsensusAsync(cancel);
        }

        bool complete = await UpdateMicrodescriptorsAsync(cancel);
        TimeSpan untilFetch = _nextFetch - UtcNow;
        TimeSpan pause = complete || untilFetch < MicrodescriptorRetry ? untilFetch : MicrodescriptorRetry;
        return pause > TimeSpan.Zero ? pause : TimeSpan.Zero;
    }

    private async Task UpdateConsensusAsync(CancellationToken cancel)
    {
        Progress?.Report(BootstrapProgress.RequestingConsensus);
        string signers = string.Join('+', profile.Authorities.Select(authority => authority.V3Identity.ToString()[..6]).Order());
        DirectoryResponse response = await fetcher.FetchAsync(
            new DirectoryRequest($"/tor/status-vote/current/consensus-microdesc/{signers}.z")
            {
                IfModifiedSince = _consensus?.ValidAfter,
                MaxBodyLength = MaxConsensusLength,
            },
            attempts: 3,
            cancel);
        Progress?.Report(BootstrapProgress.LoadingConsensus);
        CheckClock(response);
        if (response.Status == 304)
        {
            await fetcher.ForgetAsync();
            throw new DirectoryException("a directory has no newer consensus yet");
        }

        if (!response.IsSuccess)
        {
            await fetcher.ForgetAsync();
            throw new DirectoryException($"a directory has no consensus for us: {response.Status} {response.Reason}");
        }

        await TakeConsensusAsync(response.Body, cancel);
    }

    private async Task TakeConsensusAsync(ReadOnlyMemory<byte> text, CancellationToken cancel)
    {
        if (!Consensus.TryParse(text, out Consensus? consensus, out DocumentFault? fault))
        {
            await fetcher.ForgetAsync();
            throw new DirectoryException($"a directory served a consensus that cannot be read: {fault.Reason}");
        }

        ConsensusVerification verification = Verify(consensus);
        if (!verification.IsAccepted && verification.CouldBeAccepted)
        {
            await FetchCertificatesAsync(verification.MissingCertificates, cancel);
            verification = Verify(consensus);
        }

        if (!verification.IsAccepted || consensus.Flavor != ConsensusFlavor.Microdescriptor || !consensus.IsReasonablyLive(UtcNow))
        {
            await fetcher.ForgetAsync();
            throw new DirectoryException(
                verification.IsAccepted
                    ? $"a directory served a consensus that is out of date: valid until {consensus.ValidUntil:u}, and our clock says {UtcNow:u}"
                    : $"a directory served a consensus with {verification.Good.Count} good signatures of the {verification.Required} needed");
        }

        if (_consensus is { } present && consensus.ValidAfter <= present.ValidAfter)
        {
            await fetcher.ForgetAsync();
            throw new DirectoryException("a directory served a consensus that is no newer than ours");
        }

        await cache.WriteConsensusAsync(text, cancel);
        Adopt(consensus);
    }

    private void Adopt(Consensus consensus)
    {
        Prune(consensus, before: _consensus);
        _consensus = consensus;
        _nextFetch = ConsensusSchedule.ChooseNextFetch(consensus, profile.IsPrivate, random);
        DirectoryLog.NewConsensus(log, consensus.ValidAfter, consensus.Relays.Count);
        PublishView();
    }

    private ConsensusVerification Verify(Consensus consensus) =>
        ConsensusVerifier.Verify(consensus, _certificates, profile.TrustedIdentities, UtcNow);

    private async Task FetchCertificatesAsync(IReadOnlyList<AuthorityKeyId> missing, CancellationToken cancel)
    {
        Progress?.Report(BootstrapProgress.LoadingCertificates);
        DirectoryResponse response = await fetcher.FetchAsync(
            new DirectoryRequest($"/tor/keys/fp-sk/{string.Join('+', missing)}.z"), attempts: 3, cancel);
        if (!response.IsSuccess)
        {
            return;
        }

        foreach (AuthorityCertificate certificate in AuthorityCertificate.ParseList(response.Body))
        {
            if (profile.TrustedIdentities.Contains(certificate.Identity)
                && !_certificates.Exists(known => known.KeyId == certificate.KeyId))
            {
                _certificates.Add(certificate);
            }
        }

        await cache.WriteCertificatesAsync(_certificates, cancel);
    }

    /// <summary>Fetches what the consensus names and we lack.</summary>
    /// <returns>True when nothing is missing any more.</returns>
    private async Task<bool> UpdateMicrodescriptorsAsync(CancellationToken cancel)
    {
        Digest256[] missing = [.. _consensus!.Relays
            .Select(relay => relay.MicrodescriptorDigest)
            .Where(digest => !_microdescriptors.ContainsKey(digest))
            .Distinct()];
        if (missing.Length == 0)
        {
            return true;
        }

        Progress?.Report(BootstrapProgress.RequestingMicrodescriptors);
        foreach (Digest256[][] round in missing.Chunk(MicrodescriptorsPerRequest).Chunk(ParallelRequests))
        {
            DirectoryResponse[] responses = await Task.WhenAll(round.Select(digests => fetcher.FetchAsync(
                new DirectoryRequest($"/tor/micro/d/{string.Join('-', digests.Select(digest => digest.ToBase64()))}.z"), attempts: 3, cancel)));
            foreach (DirectoryResponse response in responses.Where(response => response.IsSuccess))
            {
                Take(response.Body, missing);
            }

            Progress?.Report(BootstrapProgress.LoadingMicrodescriptors);
            PublishView();
        }

        HashSet<Digest256> named = [.. _consensus.Relays.Select(relay => relay.MicrodescriptorDigest)];
        await cache.WriteMicrodescriptorsAsync(
            _microdescriptors.Values.Where(entry => named.Contains(entry.Digest)).Select(entry => entry.Text), cancel);
        return named.All(_microdescriptors.ContainsKey);
    }

    /// <summary>Keeps what was asked for, and nothing else that the directory may have sent.</summary>
    private void Take(ReadOnlyMemory<byte> texts, Digest256[] wanted)
    {
        HashSet<Digest256> asked = [.. wanted];
        foreach (MicrodescriptorEntry entry in new MicrodescriptorParser().ParseList(texts).Where(entry => asked.Contains(entry.Digest)))
        {
            _microdescriptors[entry.Digest] = entry;
        }
    }

    /// <summary>Forgets microdescriptors that neither this consensus nor the one before names.</summary>
    private void Prune(Consensus consensus, Consensus? before)
    {
        HashSet<Digest256> named =
            [.. consensus.Relays.Concat(before?.Relays ?? []).Select(relay => relay.MicrodescriptorDigest)];
        foreach (Digest256 digest in _microdescriptors.Keys.Where(digest => !named.Contains(digest)).ToArray())
        {
            _microdescriptors.Remove(digest);
        }
    }

    private void PublishView()
    {
        var view = new NetworkView(
            _consensus!,
            _microdescriptors.Values
                .Where(entry => entry.Microdescriptor is not null)
                .ToDictionary(entry => entry.Digest, entry => entry.Microdescriptor!));
        planner.Update(view);
        OnView?.Invoke(view);
        if (planner.MeasureAvailability(view) is { } availability && availability.PathFraction >= options.PathsNeeded && planner.KnowsGuards)
        {
            Progress?.Report(BootstrapProgress.EnoughDirectory);
            _ready.TrySetResult();
        }
    }

    private void CheckClock(DirectoryResponse response)
    {
        TimeSpan? skew = fetcher.ClockSkew ?? (response.Date is { } date ? UtcNow - date : null);
        if (skew is { } difference && difference.Duration() > WorstClockSkew)
        {
            DirectoryLog.ClockIsWrong(
                log, difference.Duration().TotalMinutes, difference > TimeSpan.Zero ? "ahead of" : "behind");
        }
    }

    private void Report(Exception failure, TimeSpan retry)
    {
        if (failure is TunicException or IOException or TimeoutException)
        {
            DirectoryLog.UpdateFailed(log, failure.Message, retry.TotalSeconds);
        }
        else
        {
            DirectoryLog.Fault(log, failure);
        }
    }
}
