using System.Net;
using Tunic.Primitives.Time;
using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;
using static Tunic.Tests.Fuzz.Targets.CellTargets;

namespace Tunic.Tests.Fuzz.Targets;

/// <summary>Relay messages and the payload that holds them.</summary>
internal static class RelayMessageTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        new("begin", ReadBegin, () => Begins.Select(m => m.Encode()), nameof(Begin)),
        Message("connected", Connected.Decode, m => m.Encode(), Connecteds, nameof(Connected)),
        Message("end", End.Decode, EncodeEnd, Ends, nameof(End)),
        new("sendme", ReadSendme, () => [new Sendme(new byte[20]).Encode(), new Sendme(new byte[16]).Encode(), []], nameof(Sendme)),
        Message("extend2", Extend2.Decode, m => m.Encode(), [new Extend2(Specifiers, new Create2(HandshakeType.Ntor, new byte[84]))], nameof(Extend2)),
        Message("extended2", Extended2.Decode, m => m.Encode(), [new Extended2(new byte[64])], nameof(Extended2)),
        Message("truncated", Truncated.Decode, m => m.Reason is null ? [] : m.Encode(), [new Truncated(DestroyReason.Requested)], nameof(Truncated)),
        Message("resolve", Resolve.Decode, m => m.Encode(), [new Resolve("example.com"), Resolve.Reverse(IPAddress.Loopback)], nameof(Resolve)),
        Message("resolved", Resolved.Decode, EncodeResolved, Resolveds, nameof(Resolved), nameof(ResolvedAnswer)),
        Message("xon", Xon.Decode, m => m.Encode(), [new Xon(1000)], nameof(Xon)),
        new("xoff", input => Xoff.Decode(input.Span), () => [Xoff.Encode()], nameof(Xoff)),
        new("relay-payload", ReadPayload, PayloadSeeds, "RelayCellFormat*", nameof(RelayCommandExtensions)),
    ];

    private static IEnumerable<Begin> Begins =>
    [
        new("example.com", 80), new("192.0.2.1", 443, BeginFlags.None), new("[2001:db8::1]", 65535, (BeginFlags)7),
    ];

    private static IEnumerable<Connected> Connecteds =>
    [
        new(), new(IPAddress.Parse("192.0.2.1"), 300), new(IPAddress.Parse("2001:db8::1"), 60),
    ];

    private static IEnumerable<End> Ends =>
    [
        new(EndReason.Done), new(EndReason.ExitPolicy, IPAddress.Parse("192.0.2.1"), 300), new(EndReason.ExitPolicy, IPAddress.Parse("2001:db8::1"), 60),
    ];

    private static IEnumerable<Resolved> Resolveds =>
    [
        new([ResolvedAnswer.From(IPAddress.Parse("192.0.2.1"), 60), ResolvedAnswer.From(IPAddress.Parse("2001:db8::1"), 60)]),
        new([ResolvedAnswer.From("example.com", 60)]),
        new([ResolvedAnswer.FromError(isTransient: true, 60)]),
    ];

    private static void ReadBegin(ReadOnlyMemory<byte> input)
    {
        // A colon in a name is tolerated as stock exits do, and resolves to nothing: with the port behind it, it may read as an IPv6 address.
        if (!Begin.Decode(input.Span).Host.Contains(':') || IPAddress.TryParse(Begin.Decode(input.Span).Host, out _))
        {
            RoundTrip.Check(input.Span, Begin.Decode, m => m.Encode());
        }
    }

    private static byte[] EncodeEnd(End end) => end.Reason is null ? [] : end.Encode();

    private static byte[] EncodeResolved(Resolved resolved)
    {
        _ = resolved.Error;
        foreach (ResolvedAnswer answer in resolved.Answers)
        {
            _ = (answer.Address, answer.HostName, answer.IsError);
        }

        return resolved.Encode();
    }

    private static void ReadSendme(ReadOnlyMemory<byte> input)
    {
        Sendme message = Sendme.Decode(input.Span);
        FuzzFailureException.Require(message.Tag.Length is 0 or Sendme.CgoTagLength or Sendme.Tor1TagLength, "a tag of another length");
        byte[] written = message.Encode();
        FuzzFailureException.Require(Sendme.Decode(written).Tag.SequenceEqual(message.Tag), "a tag that reads back differently");
    }

    private static IEnumerable<byte[]> PayloadSeeds()
    {
        foreach (RelayCellFormat format in (RelayCellFormat[])[RelayCellFormat.V0, RelayCellFormat.V1])
        {
            foreach (RelayCommand command in (RelayCommand[])[RelayCommand.Data, RelayCommand.Sendme, RelayCommand.Extend2])
            {
                var payload = new byte[1 + Cell.BodyLength];
                payload[0] = (byte)(format == RelayCellFormat.V1 ? 1 : 0);
                format.Write(payload.AsSpan(1), command, (ushort)(command.HasStreamId ? 7 : 0), new byte[20], new SeededRandomSource(1));
                yield return payload;
            }
        }
    }

    private static void ReadPayload(ReadOnlyMemory<byte> input)
    {
        if (input.Length != 1 + Cell.BodyLength)
        {
            return;
        }

        RelayCellFormat format = (input.Span[0] & 1) == 0 ? RelayCellFormat.V0 : RelayCellFormat.V1;
        ReadOnlySpan<byte> payload = input.Span[1..];
        if (!format.TryReadHeader(payload, out RelayHeader header))
        {
            return;
        }

        ReadOnlySpan<byte> body = payload.Slice(header.BodyOffset, header.BodyLength);
        FuzzFailureException.Require(format == RelayCellFormat.V0 || header.Command.HasStreamId || header.StreamId == 0, "a stream id where none belongs");
        if (format == RelayCellFormat.V1 && header.Command.HasStreamId && header.StreamId == 0)
        {
            return; // can be read, and is refused by the rules of the circuit; we never write it
        }

        Span<byte> written = stackalloc byte[Cell.BodyLength];
        format.Write(written, header.Command, header.StreamId, body, new SeededRandomSource(1));
        FuzzFailureException.Require(format.TryReadHeader(written, out RelayHeader again) && again == header, "a header that reads back differently");
    }
}
