using System.Net;
using System.Net.Sockets;
using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Hosting;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Relay;
using Tunic.Tor.Relay.Circuits;
using Tunic.Tor.Relay.Descriptors;
using Tunic.Tor.Relay.Exits;
using Tunic.Tor.Relay.Keys;

namespace Tunic.Node.TorProgram;

/// <summary>What a torrc means for the relay.</summary>
internal static class TorRelaySettings
{
    /// <summary>What stock appends to the operator's rules (tor(1), "ExitPolicy").</summary>
    private const string DefaultPolicy =
        "reject *:25,reject *:119,reject *:135-139,reject *:445,reject *:563,reject *:1214,reject *:4661-4666,reject *:6346-6429,reject *:6699,reject *:6881-6999,accept *:*";

    /// <summary>tor(1), "ReducedExitPolicy".</summary>
    private const string ReducedPolicyPorts =
        "20-21,22,23,43,53,79,80-81,88,110,143,194,220,389,443,464,465,531,543-544,554,563,587,636,706,749,853,873,902-904,981,989-990,991,992,993,994,995,"
        + "1194,1220,1293,1500,1533,1677,1723,1755,1863,2082,2083,2086-2087,2095-2096,2102-2104,3128,3389,3690,4321,4643,5050,5190,5222-5223,5228,5900,"
        + "6660-6669,6679,6697,8000,8008,8074,8080,8082,8087-8088,8232-8233,8332-8333,8443,8888,9418,9999,10000,11371,19294,19638,50002,64738";

    /// <exception cref="TorrcException">The address is not known, or a list cannot be read.</exception>
    internal static RelaySettings Create(TorrcOptions options)
    {
        (TorrcRelayOptions relay, TorrcNetworkOptions network) = (options.Relay, options.Network);
        (IPAddress address, IPEndPoint? ipv6) = FindAddresses(options);
        ExitPolicy policy = CreatePolicy(options.Exit, options.Exit.RejectLocalInterfaces ? LocalAddresses.Find(options) : []);
        ServerPort advertised = relay.OrPorts.FirstOrDefault(port => !port.NoAdvertise) ?? relay.OrPorts[0];
        return new RelaySettings
        {
            IsTestNetwork = network.IsTestingNetwork,
            RefusesUnknownRelays = options.Exit.RefuseUnknown,
            MaxOnionServiceCacheBytes = relay.MaxHsDirCacheBytes,
            Publishes = relay.PublishDescriptor,
            AssumesReachable = (relay.AssumeReachable, relay.AssumeReachableIPv6 ?? relay.AssumeReachable),
            Keys = CreateKeys(relay),
            DirectoryPolicy = relay.DirPolicy,
            Defenses = TorDefenses.Create(options.Defenses),
            ObservationTime = relay.MinTimeToReportBandwidth,
            DirectoryPorts = [.. relay.DirPorts.Where(port => !port.NoListen).Select(EndPointOf)],
            Relay = new RelayOptions
            {
                OrPorts = [.. relay.OrPorts.Where(port => !port.NoListen).Select(EndPointOf)],
                BandwidthRate = network.BandwidthRate,
                BandwidthBurst = network.BandwidthBurst,
                RelayBandwidthRate = relay.BandwidthRate > 0 ? relay.BandwidthRate : null,
                RelayBandwidthBurst = relay.BandwidthBurst > 0 ? relay.BandwidthBurst : null,
                CountsPrivateBandwidth = network.CountPrivateBandwidth,
                Connections = TorDefenses.CreateLimits(options.Defenses),
                Channels = TorChannels.Create(network),
                Circuits = CreateCircuits(options),
                Exit = new ExitOptions
                {
                    Policy = policy,
                    AllowPrivateAddresses = !options.Exit.RejectPrivate,
                    AllowIPv6 = options.Exit.IPv6,
                    Dns = options.Exit.Dns,
                },
            },
            Descriptor = new RelayDescriptorOptions
            {
                Nickname = relay.Nickname,
                Contact = relay.ContactInfo,
                Address = address,
                IPv6Address = ipv6,
                OnionRouterPort = (ushort)advertised.Port,
                DirectoryPort = (ushort)(relay.DirPorts.FirstOrDefault(port => !port.NoAdvertise)?.Port ?? 0),
                BandwidthRate = Clamp(Math.Min(relay.MaxAdvertisedBandwidth, relay.BandwidthRate > 0 ? Math.Min(relay.BandwidthRate, network.BandwidthRate) : network.BandwidthRate)),
                BandwidthBurst = Clamp(relay.BandwidthBurst > 0 ? Math.Min(relay.BandwidthBurst, network.BandwidthBurst) : network.BandwidthBurst),
                ExitPolicy = policy,
                ExitsOverIPv6 = options.Exit.IPv6,
                Family = [.. relay.MyFamily.Select(ReadFamilyMember)],
                IsTunnelledDirectoryServer = relay.DirCache,
            },
        };
    }

    internal static RelayKeyOptions CreateKeys(TorrcRelayOptions relay) => new()
    {
        Folder = TorStorage.KeyFolder,
        SigningKeyLifetime = relay.SigningKeyLifetime,
        FamilyIds = relay.FamilyIds,
        AcceptsAnyFamily = relay.AcceptsAnyFamily,
        FamilyFolder = relay.FamilyKeyDirectory is null ? TorStorage.KeyFolder : TorStorage.FamilyKeyFolder,
    };

    /// <summary>The rules that hold, in their order: private addresses, this machine's, the operator's, stock's.</summary>
    /// <param name="exit">What the torrc says.</param>
    /// <param name="local">Addresses of this machine that are refused (<c>ExitPolicyRejectLocalInterfaces</c>).</param>
    internal static ExitPolicy CreatePolicy(TorrcExitOptions exit, IReadOnlyList<IPAddress> local)
    {
        if (!(exit.ExitRelay ?? (exit.Policy.Rules.Count > 0 || exit.ReducedPolicy)))
        {
            return ExitPolicy.RejectAll;
        }

        ExitPolicy before = Parse(exit.RejectPrivate ? "reject private:*" : "");
        ExitPolicy after = Parse(exit.ReducedPolicy
            ? string.Join(',', ReducedPolicyPorts.Split(',').Select(ports => $"accept *:{ports}")) + ",reject *:*"
            : DefaultPolicy);
        IEnumerable<ExitPolicyRule> own = local.Select(address =>
            new ExitPolicyRule(false, new AddressPattern(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128), ExitPolicyRule.AllPorts));
        return new ExitPolicy([.. before.Rules, .. own, .. exit.Policy.Rules, .. after.Rules]);
    }

    private static ExitPolicy Parse(string text) => ExitPolicyParser.TryParseConfiguration(text, out ExitPolicy policy)
        ? policy
        : throw new ArgumentException($"'{text}' is no policy", nameof(text));

    private static IPEndPoint EndPointOf(ServerPort port) => new(port.Address ?? (port.IPv6Only ? IPAddress.IPv6Any : IPAddress.Any), port.Port);

    private static RelayCircuitOptions CreateCircuits(TorrcOptions options) => new()
    {
        ExtendToPrivateAddresses = options.Network.ExtendAllowPrivateAddresses,
        ExtendOverIPv6 = options.Relay.OrPorts.Any(port => port.Address?.AddressFamily == AddressFamily.InterNetworkV6),
    };

    private static int Clamp(long bytesPerSecond) => (int)Math.Clamp(bytesPerSecond, 1, int.MaxValue);

    private static RsaIdentity ReadFamilyMember(string text) =>
        RsaIdentity.TryParseHex(text.TrimStart('$').Split('=', '~')[0], out RsaIdentity identity)
            ? identity
            : throw TorrcException.Invalid($"MyFamily entry '{text}' is no fingerprint.");

    /// <summary>Address lines, else where the OR port listens, else the address of the interface that leads out.</summary>
    private static (IPAddress Address, IPEndPoint? IPv6) FindAddresses(TorrcOptions options)
    {
        IPAddress[] written = [.. options.Relay.Addresses.SelectMany(Resolve)];
        ServerPort? ipv6Port = options.Relay.OrPorts.FirstOrDefault(port => port.Address?.AddressFamily == AddressFamily.InterNetworkV6 && !port.NoAdvertise);
        IPAddress? ipv4 = written.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork)
            ?? options.Relay.OrPorts.Select(port => port.Address).FirstOrDefault(address => address?.AddressFamily == AddressFamily.InterNetwork && !address.Equals(IPAddress.Any))
            ?? LocalAddresses.OfInterfaces().FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork);
        return ipv4 is null
            ? throw TorrcException.Invalid("This machine's public address is not known: name it with Address.")
            : (ipv4, ipv6Port is null || options.Relay.AddressDisableIPv6 ? null : new IPEndPoint(ipv6Port.Address!, ipv6Port.Port));
    }

    private static IPAddress[] Resolve(string text)
    {
        if (IPAddress.TryParse(text.Trim('[', ']'), out IPAddress? address))
        {
            return [address];
        }

        try
        {
            return Dns.GetHostAddresses(text);
        }
        catch (Exception failure) when (failure is SocketException or ArgumentException)
        {
            throw TorrcException.Invalid($"Could not resolve local Address '{text}'. Failing.");
        }
    }
}
