using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Descriptors;

namespace Tunic.Tor.Relay.Descriptors;

/// <summary>Writes a relay's descriptor and extra-info document (dir-spec, "Server descriptor format"; router.c).</summary>
public static class RelayDescriptorBuilder
{
    /// <summary>Writes both documents and reads them back, so that nothing leaves that nobody would accept.</summary>
    /// <param name="options">What the operator says.</param>
    /// <param name="measurements">What the relay has measured.</param>
    /// <param name="keys">What it signs with.</param>
    /// <param name="now">UTC; the second is what counts as published.</param>
    /// <exception cref="ArgumentException">The options make a descriptor that authorities would refuse: the message says why.</exception>
    public static RelayDescriptorDocuments Build(
        RelayDescriptorOptions options, RelayMeasurements measurements, RelayDescriptorKeys keys, DateTime now)
    {
        DateTime published = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
        byte[] extraInfoText = ExtraInfoWriter.Write(
            options.Nickname, published, FitStatistics(measurements.Statistics), keys.Identity, keys.Signing, keys.SigningCertificate);
        if (!ExtraInfo.TryParse(extraInfoText, out ExtraInfo? extraInfo, out DocumentFault? fault))
        {
            throw new ArgumentException($"the extra-info document would be refused: {fault.Reason}", nameof(measurements));
        }

        byte[] text = RouterDescriptorWriter.Write(Declare(options, measurements, keys.Identity.PublicKey.Identity, extraInfo), keys);
        if (text.Length > RouterDescriptor.MaxLength)
        {
            throw new ArgumentException($"the descriptor would be {text.Length} bytes long, over the limit of {RouterDescriptor.MaxLength}: shorten the exit policy or the family", nameof(options));
        }

        return RouterDescriptor.TryParse(text, out RouterDescriptor? descriptor, out fault)
            ? new RelayDescriptorDocuments(descriptor, extraInfo)
            : throw new ArgumentException($"the descriptor would be refused: {fault.Reason}", nameof(options));
    }

    private static RelayDeclaration Declare(
        RelayDescriptorOptions options, RelayMeasurements measurements, RsaIdentity identity, ExtraInfo extraInfo) => new()
        {
            Nickname = options.Nickname,
            Address = options.Address,
            OnionRouterPort = options.OnionRouterPort,
            DirectoryPort = options.DirectoryPort,
            IPv6Address = options.IPv6Address,
            Platform = options.Platform,
            Protocols = options.Protocols,
            Published = extraInfo.Published,
            UptimeSeconds = (long)measurements.Uptime.TotalSeconds,
            BandwidthRate = options.BandwidthRate,
            BandwidthBurst = options.BandwidthBurst,
            BandwidthObserved = measurements.IsHibernating ? 0 : measurements.BandwidthObserved,
            ExtraInfoDigest = extraInfo.Digest,
            ExtraInfoSha256 = extraInfo.Sha256,
            CachesExtraInfo = options.CachesExtraInfo,
            Family = WriteFamily(options.Family, identity),
            IsHibernating = measurements.IsHibernating,
            IsHiddenServiceDirectory = options.IsHiddenServiceDirectory,
            IsTunnelledDirectoryServer = options.IsTunnelledDirectoryServer,
            Contact = options.Contact,
            ExitPolicy = options.ExitPolicy,
            IPv6ExitPolicy = options.ExitsOverIPv6 ? options.ExitPolicy.Summarize(isIPv6: true) : null,
        };

    /// <summary>The relay itself is part of the list, so that all relays of a family write the same; a family of one is none.</summary>
    private static string[] WriteFamily(IReadOnlyList<RsaIdentity> others, RsaIdentity identity)
    {
        RsaIdentity[] members = [.. others.Append(identity).Distinct().Order()];
        return members.Length == 1 ? [] : [.. members.Select(member => $"${member}")];
    }

    /// <summary>Drops the last lines when the document would be too long, as stock tor does.</summary>
    private static IEnumerable<string> FitStatistics(IReadOnlyList<string> lines)
    {
        const int RoomForKeysAndSignatures = 2_000;
        int room = ExtraInfo.MaxLength - RoomForKeysAndSignatures;
        foreach (string line in lines)
        {
            room -= System.Text.Encoding.UTF8.GetByteCount(line) + 1;
            if (room < 0)
            {
                yield break;
            }

            yield return line;
        }
    }
}
