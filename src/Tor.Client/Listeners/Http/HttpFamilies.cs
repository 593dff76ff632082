using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Socks.Http;

namespace Tunic.Tor.Client.Listeners.Http;

/// <summary>Turns Tor-Family-Preference (proposal 365) into the flags of BEGIN.</summary>
internal static class HttpFamilies
{
    /// <summary>What the exit is told: what the application asks for, within what the port allows.</summary>
    internal static BeginFlags Choose(HttpFamilyPreference preference, BeginFlags port)
    {
        const BeginFlags Exclusive = BeginFlags.IPv6Allowed | BeginFlags.IPv4NotAllowed;
        bool allowsIPv6 = port.HasFlag(BeginFlags.IPv6Allowed);
        return preference switch
        {
            HttpFamilyPreference.IPv4Only => BeginFlags.None,
            HttpFamilyPreference.IPv4Preferred => port & ~BeginFlags.IPv6Preferred,
            HttpFamilyPreference.IPv6Preferred when allowsIPv6 => port | BeginFlags.IPv6Preferred,
            HttpFamilyPreference.IPv6Only when allowsIPv6 => Exclusive,
            _ => port,
        };
    }
}
