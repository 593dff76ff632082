using Microsoft.Extensions.Logging;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Relay.Descriptors;

/// <summary>Keeps a relay's descriptor up to date and uploads it to every authority over plain HTTP, as stock relays do.</summary>
/// <remarks>Thread safe, except that <see cref="RunAsync"/> is for one caller.</remarks>
public sealed partial class DescriptorPublisher(DescriptorPublisherEnvironment environment)
{
    private static readonly TimeSpan _checkInterval = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly DescriptorSchedule _schedule = new(environment.IsTestNetwork);
    private readonly AuthorityUpload[] _uploads = [.. environment.Authorities.Select(authority => new AuthorityUpload(authority))];
    private TaskCompletionSource _wake = CreateSignal();
    private ConsensusListing? _listing;
    private bool _announced;
    private volatile RelayDescriptorDocuments? _current;

    /// <summary>The relay's documents, published or not yet; null before <see cref="RunAsync"/> has made the first.</summary>
    public RelayDescriptorDocuments? Current => _current;

    /// <summary>Something that the descriptor says has changed: options, address, keys. A new one is made and published at once.</summary>
    /// <param name="reason">For the log: a clause that follows "because".</param>
    public void MarkDirty(string reason)
    {
        lock (_gate)
        {
            _schedule.MarkDirty(reason);
            _wake.TrySetResult();
        }
    }

    /// <summary>Looks at once instead of within the minute, for example when the relay has been found reachable.</summary>
    public void CheckNow()
    {
        lock (_gate)
        {
            _wake.TrySetResult();
        }
    }

    /// <summary>A new consensus says how it lists this relay.</summary>
    public void OnConsensus(Consensus consensus)
    {
        lock (_gate)
        {
            _listing = ConsensusListing.Of(consensus, environment.Keys.RsaIdentity);
        }
    }

    /// <summary>Publishes until cancelled.</summary>
    /// <exception cref="ArgumentException">The options make a descriptor that nobody would accept.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            DateTime now = Now;
            RenewWhenDue(now);
            DateTime next = now + _checkInterval;
            if (environment.IsPublishable())
            {
                AuthorityUpload[] due = [.. _uploads.Where(upload => upload.Due <= now)];
                await Task.WhenAll(due.Select(upload => UploadAsync(upload, _current!, cancel)));
                next = _uploads.Min(upload => upload.Due) is { } retry && retry < next ? retry : next;
            }

            TimeSpan pause = next - Now;
            if (pause > TimeSpan.Zero)
            {
                await WaitAsync(pause, cancel);
            }
        }
    }

    private DateTime Now => environment.Time.GetUtcNow().UtcDateTime;

    private static TaskCompletionSource CreateSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task WaitAsync(TimeSpan pause, CancellationToken cancel)
    {
        Task wake;
        lock (_gate)
        {
            wake = _wake.Task;
        }

        try
        {
            await wake.WaitAsync(pause, environment.Time, cancel);
        }
        catch (TimeoutException)
        {
            return; // the usual end of a pause
        }

        lock (_gate)
        {
            _wake = CreateSignal();
        }
    }

    private void RenewWhenDue(DateTime now)
    {
        RelayMeasurements measurements = environment.Measure();
        string? reason;
        lock (_gate)
        {
            _schedule.CheckBandwidth(now, measurements);
            _schedule.CheckAge(now, _listing is { } listing && now <= listing.ValidUntil ? listing : null);
            reason = _schedule.DueReason;
            if (reason is not null)
            {
                _schedule.OnMade(now, measurements.IsHibernating ? 0 : measurements.BandwidthObserved);
            }
        }

        if (reason is null)
        {
            return;
        }

        _current = RelayDescriptorBuilder.Build(environment.Options(), measurements, environment.Keys.Current.Descriptor, now);
        LogMade(environment.Log, reason);
        foreach (AuthorityUpload upload in _uploads)
        {
            upload.Start(now);
        }
    }

    private async Task UploadAsync(AuthorityUpload upload, RelayDescriptorDocuments documents, CancellationToken cancel)
    {
        string name = upload.Authority.Nickname;
        try
        {
            var request = new DirectoryRequest("/tor/") { Body = documents.ToUpload() };
            DirectoryResponse response = await environment.Client.SendAsync(upload.Authority, request, cancel);
            switch (response.Status)
            {
                case 200:
                    upload.OnAnswered();
                    Announce(name);
                    break;
                case 400:
                    upload.OnAnswered();
                    LogRefused(environment.Log, name, response.Reason);
                    break;
                default:
                    upload.OnFailed(Now);
                    LogUnexpected(environment.Log, name, response.Status, response.Reason, upload.Due!.Value);
                    break;
            }
        }
        catch (DirectoryException failure)
        {
            upload.OnFailed(Now);
            LogFailed(environment.Log, failure.Message, upload.Due!.Value);
        }
    }

    private void Announce(string authority)
    {
        LogUploaded(environment.Log, authority);
        if (!_announced)
        {
            _announced = true;
            LogPublished(environment.Log, _current!.Descriptor.Declaration.Nickname, _current.Descriptor.Identity.ToString());
        }
    }

    [LoggerMessage(LogLevel.Debug, "Made a new relay descriptor because {Reason}.")]
    private static partial void LogMade(ILogger log, string reason);

    [LoggerMessage(LogLevel.Debug, "Uploaded the relay descriptor to the authority {Authority}.")]
    private static partial void LogUploaded(ILogger log, string authority);

    [LoggerMessage(LogLevel.Information, "The relay {Nickname} ({Fingerprint}) has published its descriptor.")]
    private static partial void LogPublished(ILogger log, string nickname, string fingerprint);

    [LoggerMessage(LogLevel.Warning, "The authority {Authority} refuses this relay's descriptor: {Reason}")]
    private static partial void LogRefused(ILogger log, string authority, string reason);

    [LoggerMessage(LogLevel.Warning, "The authority {Authority} answered the relay descriptor with status {Status} ({Reason}); trying again at {Due:u}.")]
    private static partial void LogUnexpected(ILogger log, string authority, int status, string reason, DateTime due);

    [LoggerMessage(LogLevel.Warning, "The relay descriptor could not be uploaded: {Failure}; trying again at {Due:u}.")]
    private static partial void LogFailed(ILogger log, string failure, DateTime due);
}
