using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Parameters;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Protocol.OnionServices.Directories;

/// <summary>Who holds which descriptors by one consensus, for a client that looks for one and a service that uploads its two.</summary>
/// <remarks>Safe to share between threads; make a new one for each network view. A ring is made when it is first needed.</remarks>
public sealed class DescriptorDirectories
{
    private readonly NetworkParameters _parameters;
    private readonly Lazy<DirectoryRing> _first;
    private readonly Lazy<DirectoryRing> _second;

    /// <param name="view">A reasonably live consensus and its microdescriptors.</param>
    /// <param name="isTestNetwork">TestingTorNetwork.</param>
    public DescriptorDirectories(NetworkView view, bool isTestNetwork)
    {
        Consensus consensus = view.Consensus;
        _parameters = new NetworkParameters(consensus.Parameters);
        Schedule = PeriodSchedule.Of(consensus, isTestNetwork);
        First = DescriptorPlacement.First(consensus, Schedule);
        Second = DescriptorPlacement.Second(consensus, Schedule);
        _first = new(() => new DirectoryRing(view.Relays, First));
        _second = new(() => new DirectoryRing(view.Relays, Second));
    }

    /// <summary>Periods and runs by the consensus.</summary>
    public PeriodSchedule Schedule { get; }

    /// <summary>Period and value of a service's first descriptor.</summary>
    public DescriptorPlacement First { get; }

    /// <summary>Period and value of its second descriptor.</summary>
    public DescriptorPlacement Second { get; }

    /// <summary>The period by which a client looks for descriptors.</summary>
    public TimePeriod FetchPeriod => Schedule.CurrentPeriod;

    /// <summary>The placement of one of the two descriptors.</summary>
    public DescriptorPlacement GetPlacement(DescriptorSlot slot) => slot == DescriptorSlot.First ? First : Second;

    /// <summary>The start of the run from which the revision counter of a descriptor counts.</summary>
    public DateTime GetRunStart(DescriptorSlot slot) => slot == DescriptorSlot.First ? Schedule.PreviousRunStart : Schedule.CurrentRunStart;

    /// <summary>Where directories stand for a client that asks.</summary>
    public DescriptorPlacement FetchPlacement => GetPlacement(FetchSlot);

    private DescriptorSlot FetchSlot => Schedule.IsBetweenPeriodAndSharedRandom ? DescriptorSlot.Second : DescriptorSlot.First;

    /// <summary>Where a client can ask for a descriptor. Which of them it asks first is for it to choose at random.</summary>
    /// <param name="key">The service's key of <see cref="FetchPeriod"/>.</param>
    public IReadOnlyList<Relay> FindForFetch(BlindedKey key) =>
        GetRing(FetchSlot).FindResponsible(key, _parameters.HiddenServiceReplicas, _parameters.HiddenServiceSpreadFetch);

    /// <summary>Where a service uploads a descriptor.</summary>
    /// <param name="slot">Which descriptor.</param>
    /// <param name="key">The service's key of the slot's period.</param>
    public IReadOnlyList<Relay> FindForUpload(DescriptorSlot slot, BlindedKey key) =>
        GetRing(slot).FindResponsible(key, _parameters.HiddenServiceReplicas, _parameters.HiddenServiceSpreadStore);

    private DirectoryRing GetRing(DescriptorSlot slot) => (slot == DescriptorSlot.First ? _first : _second).Value;
}
