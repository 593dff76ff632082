using System.Net;
using Tunic.Tor.Protocol.Documents.Policies;

namespace Tunic.Tor.Protocol.Voting.Flags;

/// <summary>Whether an exit policy is worth the flag Exit: ports 80 and 443 to at least one /8 of IPv4 each (policies.c).</summary>
public static class GeneralExit
{
    private const int EighthBits = 8;

    /// <summary>Whether it is.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="allowPrivate">Private networks count too (DirAllowPrivateAddresses).</param>
    public static bool Is(ExitPolicy policy, bool allowPrivate) =>
        !policy.RejectsEverything(isIPv6: false) && Reaches(policy, 80, allowPrivate) && Reaches(policy, 443, allowPrivate);

    private static bool Reaches(ExitPolicy policy, ushort port, bool allowPrivate)
    {
        Span<bool> rejected = stackalloc bool[256];
        foreach (ExitPolicyRule rule in policy.Rules)
        {
            if (rule.Addresses.IsIPv6 || !rule.Ports.Contains(port))
            {
                continue;
            }

            int prefix = rule.Addresses.PrefixLength;
            int first = rule.Addresses.Address.GetAddressBytes()[0];
            int last = first;
            if (prefix < EighthBits)
            {
                int host = 0xff >> prefix;
                first &= ~host;
                last = first | host;
            }

            for (int network = first; network <= last; network++)
            {
                if (rejected[network] || (!allowPrivate && InternalAddress.Contains(new IPAddress([(byte)network, 0, 0, 0]))))
                {
                    continue;
                }

                if (!rule.IsAccept)
                {
                    rejected[network] = true;
                }
                else if (prefix <= EighthBits)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
