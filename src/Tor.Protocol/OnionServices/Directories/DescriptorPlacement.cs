using System.Buffers.Binary;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.OnionServices.Directories;

/// <summary>
/// What decides which directories hold the descriptors of a period: the period, and a random value that nobody could know when choosing
/// where to run a directory (rend-spec-v3, "Where to publish a hidden service descriptor").
/// </summary>
/// <param name="Period">The period.</param>
/// <param name="SharedRandom">The value of the shared random protocol.</param>
public sealed record DescriptorPlacement(TimePeriod Period, Digest256 SharedRandom)
{
    private const int NumberLength = sizeof(ulong);

    /// <summary>Where a service's first descriptor goes, whose value is always the previous one.</summary>
    public static DescriptorPlacement First(Consensus consensus, PeriodSchedule schedule)
    {
        TimePeriod period = schedule.IsBetweenPeriodAndSharedRandom ? schedule.CurrentPeriod.Previous : schedule.CurrentPeriod;
        return new DescriptorPlacement(period, consensus.PreviousSharedRandom ?? DisasterSharedRandom(period));
    }

    /// <summary>Where its second descriptor goes, whose value is always the current one.</summary>
    public static DescriptorPlacement Second(Consensus consensus, PeriodSchedule schedule)
    {
        TimePeriod period = schedule.IsBetweenPeriodAndSharedRandom ? schedule.CurrentPeriod : schedule.CurrentPeriod.Next;
        return new DescriptorPlacement(period, consensus.CurrentSharedRandom ?? DisasterSharedRandom(period));
    }

    /// <summary>Where a client looks: at the descriptor of the current period, whichever of the two it is.</summary>
    public static DescriptorPlacement Fetch(Consensus consensus, PeriodSchedule schedule) =>
        schedule.IsBetweenPeriodAndSharedRandom ? Second(consensus, schedule) : First(consensus, schedule);

    /// <summary>What takes the place of a value that the authorities could not agree on.</summary>
    public static Digest256 DisasterSharedRandom(TimePeriod period) =>
        Hash([.. "shared-random-disaster"u8, .. Number(period.LengthMinutes), .. Number(period.Number)]);

    /// <summary>Where on the ring a copy of a descriptor belongs: the directories that follow hold it.</summary>
    /// <param name="key">The name of the descriptor.</param>
    /// <param name="replica">Which copy, from 1.</param>
    public Digest256 GetServiceIndex(BlindedKey key, int replica) => Hash(
    [
        .. "store-at-idx"u8, .. key.Key.ToArray(), .. Number((ulong)replica), .. Number(Period.LengthMinutes), .. Number(Period.Number),
    ]);

    /// <summary>Where on the ring a directory stands. Length and number of the period come in the other order here.</summary>
    /// <param name="directory">Its Ed25519 identity.</param>
    public Digest256 GetDirectoryIndex(Ed25519Identity directory) => Hash(
    [
        .. "node-idx"u8, .. directory.ToArray(), .. SharedRandom.ToArray(), .. Number(Period.Number), .. Number(Period.LengthMinutes),
    ]);

    private static byte[] Number(ulong value)
    {
        var bytes = new byte[NumberLength];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }

    private static Digest256 Hash(ReadOnlySpan<byte> message)
    {
        Span<byte> digest = stackalloc byte[Sha3.Hash256Length];
        Sha3.Hash256(message, digest);
        return new Digest256(digest);
    }
}
