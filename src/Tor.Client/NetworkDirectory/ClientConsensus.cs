using Microsoft.Extensions.Logging;
using Tunic.Primitives.Storage;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Diffs;

namespace Tunic.Tor.Client.NetworkDirectory;

/// <summary>The consensus that a client goes by: read from the cache, fetched whole or as a difference, verified, kept.</summary>
/// <remarks>One user at a time.</remarks>
internal sealed class ClientConsensus(
    NetworkProfile profile,
    ProtocolRequirements protocols,
    DirectoryCache cache,
    IDirectoryFetcher fetcher,
    ClockWatch clock,
    TimeProvider time,
    ILogger log)
{
    private const int MaxLength = 32 << 20;
    private const int Attempts = 3;
    private const string DiffAgeParameter = "try-diff-for-consensus-newer-than"; // hours
    private const int DefaultDiffAge = 72;
    private const int LongestDiffAge = 8192;

    /// <summary>So much younger a consensus is worth asking for; half an interval when that is less (dirclient.c).</summary>
    private static readonly TimeSpan LeastProgress = TimeSpan.FromMinutes(3);

    private readonly List<AuthorityCertificate> _certificates = [];

    /// <summary>Told of each step until circuits can be built.</summary>
    internal IProgress<BootstrapProgress>? Progress { get; init; }

    /// <summary>The newest that was verified; null before the first.</summary>
    internal Consensus? Current { get; private set; }

    private DateTime UtcNow => time.GetUtcNow().UtcDateTime;

    /// <summary>Reads what is in the cache; one that has long expired, or that others than our authorities signed, is left there until the next one comes.</summary>
    /// <exception cref="CorruptStateException">It makes no sense.</exception>
    /// <exception cref="OutdatedProgramException">It requires what this program does not speak.</exception>
    internal async Task LoadAsync(CancellationToken cancel)
    {
        _certificates.AddRange(await cache.ReadCertificatesAsync(cancel));
        if (await cache.ReadConsensusAsync(cancel) is not { } text)
        {
            return;
        }

        StoredConsensus stored = StoredConsensus.Judge(text, ConsensusFlavor.Microdescriptor, _certificates, profile.TrustedIdentities, UtcNow);
        if (stored.Fault is { } fault)
        {
            throw cache.CorruptConsensus(fault);
        }

        if (stored.Complaint is { } complaint)
        {
            cache.ReportUnusable(complaint);
        }

        if (stored.Usable is { } consensus)
        {
            protocols.Check(consensus);
            Current = consensus;
        }
    }

    /// <summary>Fetches a newer one: as a difference from the present one where the directory has it, else whole.</summary>
    /// <exception cref="DirectoryException">There is none, or none that can be believed.</exception>
    /// <exception cref="OutdatedProgramException">It requires what this program does not speak.</exception>
    internal async Task UpdateAsync(CancellationToken cancel)
    {
        Progress?.Report(BootstrapProgress.RequestingConsensus);
        Consensus? diffBase = Current is { } present && IsYoungEnoughForDiff(present) ? present : null;
        ReadOnlyMemory<byte> answer = await AskAsync(diffBase, cancel);
        if (ConsensusDiff.IsDiff(answer.Span))
        {
            byte[]? applied = diffBase is null ? null : await ApplyAsync(answer, cancel);
            if (applied is null)
            {
                await fetcher.ForgetAsync();
                answer = await AskAsync(diffBase: null, cancel);
            }
            else
            {
                answer = applied;
            }
        }

        await TakeAsync(answer, cancel);
    }

    private async Task<ReadOnlyMemory<byte>> AskAsync(Consensus? diffBase, CancellationToken cancel)
    {
        string signers = string.Join('+', profile.Authorities.Select(authority => authority.V3Identity.ToString()[..6]).Order());
        var request = new DirectoryRequest($"/tor/status-vote/current/consensus-microdesc/{signers}.z")
        {
            IfModifiedSince = Current is { } present ? present.ValidAfter + ShortestProgress(present) : null,
            DiffFrom = diffBase is null ? [] : [diffBase.SignedSha3.ToString()],
            MaxBodyLength = MaxLength,
        };
        DirectoryReply reply = await fetcher.FetchAsync(request, [], Attempts, cancel);
        Progress?.Report(BootstrapProgress.LoadingConsensus);
        return reply.Response switch
        {
            { IsSuccess: true } response => response.Body,
            { Status: 304 } => throw await RefuseAsync("a directory has no newer consensus yet"),
            { } response => throw await RefuseAsync($"a directory has no consensus for us: {response.Status} {response.Reason}"),
        };
    }

    /// <summary>The consensus that a difference makes of the one in the cache; null when it does not fit.</summary>
    private async Task<byte[]?> ApplyAsync(ReadOnlyMemory<byte> diff, CancellationToken cancel)
    {
        byte[] text = await cache.ReadConsensusAsync(cancel) ?? [];
        if (!ConsensusDiff.TryApply(text, diff, out byte[]? applied, out DocumentFault? fault))
        {
            DirectoryLog.DiffDoesNotFit(log, fault.Reason);
            return null;
        }

        DirectoryLog.DiffApplied(log, diff.Length, applied.Length);
        return applied;
    }

    /// <summary>Directories keep differences from so old a consensus only as the network's parameter says; older ones are not worth naming.</summary>
    private bool IsYoungEnoughForDiff(Consensus present)
    {
        int hours = Math.Clamp(present.Parameters.GetValueOrDefault(DiffAgeParameter, DefaultDiffAge), 0, LongestDiffAge);
        return present.ValidAfter >= UtcNow.AddHours(-hours);
    }

    private static TimeSpan ShortestProgress(Consensus present)
    {
        TimeSpan half = (present.FreshUntil - present.ValidAfter) / 2;
        return half > TimeSpan.Zero && half < LeastProgress ? half : LeastProgress;
    }

    private async Task TakeAsync(ReadOnlyMemory<byte> text, CancellationToken cancel)
    {
        if (!Consensus.TryParse(text, out Consensus? consensus, out DocumentFault? fault))
        {
            throw await RefuseAsync($"a directory served a consensus that cannot be read: {fault.Reason}");
        }

        ConsensusVerification verification = Verify(consensus);
        if (!verification.IsAccepted && verification.CouldBeAccepted)
        {
            await FetchCertificatesAsync(verification.MissingCertificates, cancel);
            verification = Verify(consensus);
        }

        if (verification.IsAccepted)
        {
            clock.OnConsensus(consensus);
        }

        if (!verification.IsAccepted || consensus.Flavor != ConsensusFlavor.Microdescriptor || !consensus.IsReasonablyLive(UtcNow))
        {
            throw await RefuseAsync(
                verification.IsAccepted
                    ? $"a directory served a consensus that is not valid now: it holds from {consensus.ValidAfter:u} to {consensus.ValidUntil:u}, and our clock says {UtcNow:u}"
                    : $"a directory served a consensus with {verification.Good.Count} good signatures of the {verification.Required} needed");
        }

        if (Current is { } present && consensus.ValidAfter <= present.ValidAfter)
        {
            throw await RefuseAsync("a directory served a consensus that is no newer than ours");
        }

        protocols.Check(consensus);
        await cache.WriteConsensusAsync(text, cancel);
        Current = consensus;
    }

    private async Task FetchCertificatesAsync(IReadOnlyList<AuthorityKeyId> missing, CancellationToken cancel)
    {
        Progress?.Report(BootstrapProgress.LoadingCertificates);
        DirectoryReply reply = await fetcher.FetchAsync(
            new DirectoryRequest($"/tor/keys/fp-sk/{string.Join('+', missing)}.z"), [], Attempts, cancel);
        if (!reply.Response.IsSuccess)
        {
            return;
        }

        foreach (AuthorityCertificate certificate in AuthorityCertificate.ParseList(reply.Response.Body))
        {
            if (profile.TrustedIdentities.Contains(certificate.Identity)
                && !_certificates.Exists(known => known.KeyId == certificate.KeyId))
            {
                _certificates.Add(certificate);
            }
        }

        await cache.WriteCertificatesAsync(_certificates, cancel);
    }

    private ConsensusVerification Verify(Consensus consensus) =>
        ConsensusVerifier.Verify(consensus, _certificates, profile.TrustedIdentities, UtcNow);

    /// <summary>Leaves the directory.</summary>
    /// <returns>What to throw.</returns>
    private async Task<DirectoryException> RefuseAsync(string reason)
    {
        await fetcher.ForgetAsync();
        return new DirectoryException(reason);
    }
}
