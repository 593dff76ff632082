namespace Tunic.Tor.Relay.Descriptors;

/// <summary>Decides when a relay needs a new descriptor (router.c, mark_my_descriptor_dirty_if_too_old and its neighbours).</summary>
/// <remarks>Pure; one user at a time. Times are UTC.</remarks>
internal sealed class DescriptorSchedule(bool isTestNetwork)
{
    private static readonly TimeSpan _longestLife = TimeSpan.FromHours(18);
    private static readonly TimeSpan _unlistedLife = TimeSpan.FromMinutes(90);
    private static readonly TimeSpan _bandwidthPause = TimeSpan.FromHours(3);
    private static readonly TimeSpan _bandwidthWatch = TimeSpan.FromHours(24);

    private DateTime? _made;
    private DateTime _bandwidthChanged = DateTime.MinValue;
    private int _bandwidth;
    private string? _reason = "it just started";

    /// <summary>Why a new one is due; null when the last one will do.</summary>
    public string? DueReason => _reason;

    /// <summary>Something that the descriptor says has changed.</summary>
    public void MarkDirty(string reason) => _reason ??= reason;

    /// <summary>A new descriptor was made.</summary>
    public void OnMade(DateTime now, int bandwidth)
    {
        _made = now;
        _bandwidth = bandwidth;
        _reason = null;
    }

    /// <summary>Looks at the age of the descriptor and at how the live consensus lists the relay.</summary>
    /// <param name="now">UTC.</param>
    /// <param name="listing">Null when there is no live consensus.</param>
    public void CheckAge(DateTime now, ConsensusListing? listing)
    {
        if (_made is not { } made)
        {
            return;
        }

        if (now - made > _longestLife)
        {
            MarkDirty("it is time for a new one");
        }
        else if (listing is not null && now - made > _unlistedLife)
        {
            if (!listing.IsListed)
            {
                MarkDirty("the consensus does not list this relay");
            }
            else if (listing.IsStale && listing.ValidAfter > made)
            {
                MarkDirty("the consensus calls the descriptor stale");
            }
        }
    }

    /// <summary>A relay that has not run for a day publishes again when its bandwidth doubles or halves.</summary>
    public void CheckBandwidth(DateTime now, RelayMeasurements measurements)
    {
        if (_made is null || (measurements.Uptime > _bandwidthWatch && !measurements.IsHibernating))
        {
            return;
        }

        int current = measurements.IsHibernating ? 0 : measurements.BandwidthObserved;
        bool hasChanged = (current == 0) != (_bandwidth == 0) || current / 2 > _bandwidth || current < _bandwidth / 2;
        if (hasChanged && (isTestNetwork || _bandwidth == 0 || now - _bandwidthChanged > _bandwidthPause))
        {
            MarkDirty("the bandwidth has changed");
            _bandwidthChanged = now;
        }
    }
}
