using System.Diagnostics.CodeAnalysis;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Documents.Parameters;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Descriptors;
using Tunic.Tor.Protocol.OnionServices.Directories;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>
/// What one onion service has to do and when: its two descriptors, their introduction points, uploads, and the introductions that come
/// (rend-spec-v3; stock hs_service.c). A pure state machine: time and network are arguments, what is to be done is taken out of it.
/// </summary>
/// <remarks>Not for several threads at once. Call <see cref="Update"/> every second and after each event, then take until nothing is left.</remarks>
internal sealed class OnionServiceState : IDisposable
{
    /// <summary>Circuits to introduction points are counted over so long (stock INTRO_CIRC_RETRY_PERIOD); a relay that failed is left alone for as long.</summary>
    internal static readonly TimeSpan RetryPeriod = TimeSpan.FromMinutes(5);

    /// <summary>An introduction that has been taken up may still need the keys of a point that is gone.</summary>
    private static readonly TimeSpan _keysOutlive = TimeSpan.FromMinutes(1);

    private readonly Ed25519PrivateKey _identity;
    private readonly RandomSource _random;
    private readonly Dictionary<DescriptorSlot, ServiceDescriptor> _descriptors = [];
    private readonly Queue<ServiceIntroductionPoint> _retired = [];
    private readonly Queue<(IDisposable Keys, TimeSpan At)> _wipes = [];
    private ServiceNetwork? _network;
    private TimeSpan? _periodBegunAt;
    private IReadOnlyList<Subcredential>? _balanced; // made once for each view: it takes long
    private int _attemptsInPeriod;

    /// <summary>A service that does nothing yet.</summary>
    /// <param name="identity">Its key; stays the caller's.</param>
    /// <param name="options">How it behaves.</param>
    /// <param name="random">Source of keys and times.</param>
    /// <param name="utcNow">UTC.</param>
    /// <param name="now">Monotonic time.</param>
    internal OnionServiceState(Ed25519PrivateKey identity, OnionServiceOptions options, RandomSource random, DateTime utcNow, TimeSpan now)
    {
        (_identity, _random, Options) = (identity, random, options);
        Introductions = new IntroductionQueue(options, random, utcNow, now);
    }

    internal OnionServiceOptions Options { get; }

    /// <summary>The introductions that wait to be answered.</summary>
    internal IntroductionQueue Introductions { get; }

    /// <summary>The descriptor that clients fetch now; null before it is made.</summary>
    internal ServiceDescriptor? Current =>
        _network is { } network ? _descriptors.Values.FirstOrDefault(descriptor => descriptor.Period == network.Directories.FetchPeriod) : null;

    /// <summary>The latest descriptor was longer than directories take: it names too many clients, and nobody can come.</summary>
    internal bool IsTooLong { get; private set; }

    /// <summary>Both descriptors, the first one first.</summary>
    internal IEnumerable<ServiceDescriptor> Descriptors => _descriptors.OrderBy(pair => pair.Key).Select(pair => pair.Value);

    /// <summary>Makes and rotates descriptors, removes and adds introduction points.</summary>
    /// <param name="network">As it is now.</param>
    /// <param name="utcNow">UTC.</param>
    /// <param name="now">Monotonic time.</param>
    internal void Update(ServiceNetwork network, DateTime utcNow, TimeSpan now)
    {
        bool isNew = !ReferenceEquals(_network?.Directories, network.Directories);
        _network = network;
        if (isNew)
        {
            Rotate(network.Directories, now);
            _balanced = Options.Balancing?.GetSubcredentials(
                network.Directories.FetchPeriod, Descriptors.Select(descriptor => descriptor.Keys.Credential.Subcredential));
        }

        while (_wipes.TryPeek(out (IDisposable Keys, TimeSpan At) next) && now >= next.At)
        {
            _wipes.Dequeue().Keys.Dispose();
        }

        bool seedChanged = Introductions.Update(utcNow, now);
        foreach ((DescriptorSlot slot, ServiceDescriptor descriptor) in _descriptors)
        {
            foreach (ServiceIntroductionPoint point in descriptor.RemovePoints(network.View, now, RetryPeriod))
            {
                Retire(point, now);
            }

            descriptor.AddPoints(network.View, network.IsAllowed, network.Parameters, _random, now);
            if (seedChanged || Introductions.IsWorthPublishing(descriptor.PublishedEffort) || (isNew && HasNewDirectory(slot, descriptor)))
            {
                descriptor.UploadSoon(now);
            }
        }
    }

    /// <summary>A point to which a circuit is to be built now.</summary>
    internal bool TryTakeAttempt(TimeSpan now, [NotNullWhen(true)] out ServiceIntroductionPoint? point)
    {
        point = null;
        if (_network is not { } network)
        {
            return false;
        }

        if (_periodBegunAt is not { } begunAt || now - begunAt > RetryPeriod)
        {
            (_periodBegunAt, _attemptsInPeriod) = (now, 0);
        }

        int perDescriptor = Options.IntroductionPoints + network.Parameters.ExtraPoints + (Options.IntroductionPoints * (ServiceDescriptor.MaxAttempts - 1));
        if (_attemptsInPeriod > perDescriptor * _descriptors.Count)
        {
            return false;
        }

        point = Descriptors.SelectMany(descriptor => descriptor.Points)
            .FirstOrDefault(point => point is { Status: IntroductionPointStatus.Idle, Attempts: < ServiceDescriptor.MaxAttempts });
        if (point is null)
        {
            return false;
        }

        point.Status = IntroductionPointStatus.Building;
        point.Attempts++;
        _attemptsInPeriod++;
        return true;
    }

    /// <summary>The circuit to a point is there.</summary>
    /// <returns>False when it is not needed: others were faster, or the point is gone.</returns>
    internal bool OnOpened(ServiceIntroductionPoint point, TimeSpan now)
    {
        if (Find(point) is not { } descriptor)
        {
            return false;
        }

        if (descriptor.Points.Count(other => other.Status >= IntroductionPointStatus.Open) >= Options.IntroductionPoints)
        {
            descriptor.Remove(point);
            WipeLater(point, now);
            return false;
        }

        point.Status = IntroductionPointStatus.Open;
        return true;
    }

    /// <summary>The relay is an introduction point now.</summary>
    internal void OnEstablished(ServiceIntroductionPoint point)
    {
        if (Find(point) is not null)
        {
            point.Status = IntroductionPointStatus.Established;
        }
    }

    /// <summary>There is no circuit to the point, any more or at all.</summary>
    internal void OnEnded(ServiceIntroductionPoint point)
    {
        if (Find(point) is not null)
        {
            point.Status = IntroductionPointStatus.Idle;
        }
    }

    /// <summary>A point whose circuit is to be closed.</summary>
    internal bool TryTakeRetired([NotNullWhen(true)] out ServiceIntroductionPoint? point) => _retired.TryDequeue(out point);

    /// <summary>A descriptor that is to be uploaded now.</summary>
    internal bool TryTakeUpload(DateTime utcNow, TimeSpan now, [NotNullWhen(true)] out DescriptorVersion? version)
    {
        version = null;
        if (_network is not { } network || !network.View.IsReasonablyLive(utcNow))
        {
            return false;
        }

        foreach ((DescriptorSlot slot, ServiceDescriptor descriptor) in _descriptors)
        {
            if (descriptor.IsUploadDue(now))
            {
                version = Write(network, slot, descriptor, utcNow, now);
                if (version is not null)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>With what an introduction through a point may be encrypted: a visitor who comes from a frontend uses the frontend's.</summary>
    internal IReadOnlyList<Subcredential> GetSubcredentials(ServiceIntroductionPoint point) => _balanced ?? [point.Subcredential];

    /// <summary>Wipes all keys but the identity.</summary>
    public void Dispose()
    {
        foreach (IDisposable keys in _descriptors.Values.Concat(_wipes.Select(wipe => wipe.Keys)))
        {
            keys.Dispose();
        }

        _descriptors.Clear();
        _wipes.Clear();
    }

    /// <summary>
    /// A descriptor belongs to a period: when the next run of the shared random protocol begins, the second one becomes the first, and the
    /// first one goes (stock rotate_service_descriptors).
    /// </summary>
    private void Rotate(DescriptorDirectories directories, TimeSpan now)
    {
        Dictionary<TimePeriod, ServiceDescriptor> before = _descriptors.Values.ToDictionary(descriptor => descriptor.Period);
        _descriptors.Clear();
        foreach (DescriptorSlot slot in Enum.GetValues<DescriptorSlot>())
        {
            TimePeriod period = directories.GetPlacement(slot).Period;
            _descriptors[slot] = before.Remove(period, out ServiceDescriptor? kept)
                ? kept
                : new ServiceDescriptor(DescriptorKeys.Create(_identity, period, Options.AuthorizedClients, _random), Options.IntroductionPoints);
        }

        foreach (ServiceDescriptor over in before.Values)
        {
            Retire(over, now);
        }
    }

    private bool HasNewDirectory(DescriptorSlot slot, ServiceDescriptor descriptor) =>
        descriptor.Directories is { } before
        && _network!.Directories.FindForUpload(slot, descriptor.Keys.Credential.BlindedKey).Any(relay => !before.Contains(relay.RsaIdentity));

    /// <summary>Null when it would be too long: there are too many clients.</summary>
    private DescriptorVersion? Write(ServiceNetwork network, DescriptorSlot slot, ServiceDescriptor descriptor, DateTime utcNow, TimeSpan now)
    {
        BlindedKey name = descriptor.Keys.Credential.BlindedKey;
        IReadOnlyList<Relay> directories = network.Directories.FindForUpload(slot, name);
        ulong revision = descriptor.OnUpload(
            directories.Select(relay => relay.RsaIdentity), utcNow, network.Directories.GetRunStart(slot), _random, now);
        CongestionControlParameters congestion = CongestionControlParameters.FromConsensus(network.View.Consensus.Parameters);
        var content = new DescriptorContent
        {
            IntroductionPoints = [.. descriptor.Points.Where(point => point.Status == IntroductionPointStatus.Established).Select(point => point.Describe())],
            IsSingleOnionService = Options.IsSingleHop,
            FlowControl = congestion.Enabled ? new DescriptorFlowControl("1-2", congestion.SendmeIncrement) : null,
            ProofOfWork = Introductions.DescribePuzzle(),
        };
        descriptor.PublishedEffort = content.ProofOfWork?.SuggestedEffort ?? 0;
        int maxLength = new NetworkParameters(network.View.Consensus.Parameters).HiddenServiceMaxDescriptorLength;
        try
        {
            byte[] text = DescriptorWriter.Write(descriptor.Keys, content, revision, utcNow, _random, maxLength);
            IsTooLong = false;
            return new DescriptorVersion(descriptor, name, text, directories, network.Directories.GetPlacement(slot));
        }
        catch (ArgumentException)
        {
            IsTooLong = true;
            return null;
        }
    }

    private ServiceDescriptor? Find(ServiceIntroductionPoint point) => _descriptors.Values.FirstOrDefault(descriptor => descriptor.Points.Contains(point));

    private void Retire(ServiceDescriptor descriptor, TimeSpan now)
    {
        foreach (ServiceIntroductionPoint point in descriptor.Points)
        {
            _retired.Enqueue(point);
        }

        _wipes.Enqueue((descriptor, now + _keysOutlive));
    }

    private void Retire(ServiceIntroductionPoint point, TimeSpan now)
    {
        _retired.Enqueue(point);
        WipeLater(point, now);
    }

    private void WipeLater(ServiceIntroductionPoint point, TimeSpan now) => _wipes.Enqueue((point, now + _keysOutlive));
}
