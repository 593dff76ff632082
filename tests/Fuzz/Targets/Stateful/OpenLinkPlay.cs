using System.Net;
using Tunic.Primitives.Time;
using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tests.Fuzz.Targets.Stateful;

/// <summary>An open link: what becomes of each cell, and when padding is due, with a peer that sends any cell at any time.</summary>
internal static class OpenLinkPlay
{
    public static IEnumerable<byte[]> Seeds() =>
    [
        [3, 0, 0, 0x80, 0, 0, 1, 3, 1, 0, 5, 0, 10],
        [0, 1, 10, 12, 5, 0, 5, 220, 37, 28, 1, 200, 1, 200],
        [6, 0, 0, 0, 0, 1, 9, 0, 0, 0, 0, 0, 7, 1, 12, 1, 0, 1, 0, 1],
    ];

    public static void Run(InputReader input)
    {
        int flags = input.Byte();
        var link = new LinkResult
        {
            Version = 3 + (flags & 3) % 3,
            Role = (flags & 4) == 0 ? LinkRole.Initiator : LinkRole.Responder,
            Peer = null,
            AuthenticatedToPeer = false,
            ClockSkew = null,
            OwnAddress = IPAddress.Loopback,
            PeerAddresses = [],
            IsCanonical = true,
            IsCanonicalToPeer = true,
            OwnCircuitIds = CircuitIdHalf.Higher,
            PeerCircuitIds = (CircuitIdHalf)(flags >> 6),
        };
        var rules = new OpenLinkRules(link, acceptsCircuits: (flags & 8) != 0);
        CellFormat format = LinkVersions.GetFormat(link.Version);
        TimeSpan now = TimeSpan.FromSeconds(10);
        var padding = new ChannelPaddingSchedule(
            new ChannelPaddingOptions
            {
                LinkVersion = link.Version,
                Mode = (ChannelPaddingMode)(flags >> 4 & 3),
                IsClientLink = (flags & 8) == 0,
                AcceptsNegotiation = (flags & 4) != 0,
            },
            new ChannelPaddingParameters(),
            new SeededRandomSource(1),
            now)
        { Usage = ChannelUsage.UserTraffic };
        var known = new HashSet<uint>();
        for (int steps = 0; steps < 200 && !input.IsAtEnd; steps++)
        {
            now += TimeSpan.FromMilliseconds(input.Byte() * 100);
            bool due = padding.NextDeadline <= now;
            bool pads = padding.OnDeadline(now, hasQueuedCells: (flags & 1) != 0);
            FuzzFailureException.Require(due || !pads, "padding that was not due");
            FuzzFailureException.Require(!pads || padding.NextDeadline is null || padding.NextDeadline > now, "padding without a pause");
            padding.TryTakeNegotiation(out _);
            if (!Receive(input, format, rules, padding, known, now))
            {
                break;
            }
        }
    }

    /// <returns>False when the link closes.</returns>
    private static bool Receive(
        InputReader input, CellFormat format, OpenLinkRules rules, ChannelPaddingSchedule padding, HashSet<uint> known, TimeSpan now)
    {
        uint circuitId = input.UInt32() & format.MaxCircuitId;
        var command = (CellCommand)input.Byte();
        ReadOnlySpan<byte> body = input.Bytes(12);
        var cell = new byte[format.GetCellLength(command, body.Length)];
        format.Write(cell, circuitId, command, body);
        try
        {
            FuzzFailureException.Require(format.TryRead(cell, 100, out CellHeader header, out _), "a whole cell is not read");
            OpenCellVerdict verdict = rules.Judge(header, known.Contains(circuitId));
            FuzzFailureException.Require(verdict != OpenCellVerdict.Circuit || known.Contains(circuitId), "a cell for a circuit that is not there");
            switch (verdict)
            {
                case OpenCellVerdict.CreateCircuit:
                    FuzzFailureException.Require(circuitId != 0 && known.Add(circuitId), "a circuit made twice, or without an id");
                    break;
                case OpenCellVerdict.Circuit when command == CellCommand.Destroy:
                    known.Remove(circuitId);
                    break;
                case OpenCellVerdict.PaddingNegotiate:
                    padding.OnNegotiate(cell.AsSpan(header.HeaderLength));
                    break;
                case OpenCellVerdict.Close:
                    return false;
            }
        }
        catch (ChannelProtocolException)
        {
            return false;
        }

        padding.OnActivity(now);
        return true;
    }
}
