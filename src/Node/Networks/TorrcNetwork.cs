using System.Net;
using Tunic.Node.Configuration.Torrc;
using Tunic.Tor.Network.NetworkDirectory.Profiles;
using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Node.Networks;

/// <summary>The network that a torrc describes: its own DirAuthority lines, else the public one.</summary>
internal static class TorrcNetwork
{
    internal static NetworkProfile Create(TorrcNetworkOptions options)
    {
        DirectoryAuthority[] authorities = [.. options.Authorities.Where(line => line.V3Identity is not null).Select(ToAuthority)];
        bool isOwn = options.Authorities.Count > 0;
        FallbackDirectory[] fallbacks = [.. options.Fallbacks.Select(ToFallback)];
        return new NetworkProfile
        {
            Name = isOwn ? "torrc" : PublicTorNetwork.Name,
            Authorities = isOwn ? authorities : PublicTorNetwork.Profile.Authorities,
            Fallbacks = fallbacks.Length > 0 || isOwn || !options.UseDefaultFallbacks ? fallbacks : PublicTorNetwork.Profile.Fallbacks,
            AuthorityFallbackRate = options.DirAuthorityFallbackRate,
            HasLiveness = authorities.Length > 0 && !authorities.Any(authority => PublicTorNetwork.Profile.TrustedIdentities.Contains(authority.V3Identity)),
            IsTestNetwork = options.IsTestingNetwork,
            IsPrivate = options.IsTestingNetwork || (isOwn && options.ExtendAllowPrivateAddresses),
        };
    }

    private static DirectoryAuthority ToAuthority(DirAuthorityLine line) => new(
        line.Nickname ?? line.DirEndpoint.ToString(),
        line.V3Identity!.Value,
        line.Identity,
        new IPEndPoint(line.DirEndpoint.Address, line.OrPort),
        line.DirEndpoint)
    {
        IPv6Address = line.Ipv6OrEndpoint,
        Weight = line.Weight,
    };

    private static FallbackDirectory ToFallback(FallbackDirLine line) => new(
        line.Identity,
        line.Ipv6OrEndpoint is { } ipv6 ? [new IPEndPoint(line.Address, line.OrPort), ipv6] : [new IPEndPoint(line.Address, line.OrPort)])
    {
        Weight = line.Weight,
    };
}
