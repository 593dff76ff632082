namespace Tunic.Tor.Protocol.OnionServices;

/// <summary>What somebody who knows a service's address knows of it in one period: the name of its descriptor, and what opens it.</summary>
/// <param name="Period">The period.</param>
/// <param name="BlindedKey">The name.</param>
/// <param name="Subcredential">Part of the keys.</param>
public sealed record PeriodCredential(TimePeriod Period, BlindedKey BlindedKey, Subcredential Subcredential)
{
    /// <summary>The credential of a service.</summary>
    public static PeriodCredential Create(OnionAddress address, TimePeriod period)
    {
        BlindedKey key = BlindedKey.Create(address.Identity, period);
        return new PeriodCredential(period, key, Subcredential.Create(address.Identity, key));
    }
}
