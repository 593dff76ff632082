using System.Net;
using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tests.Tor.Protocol.Links;

/// <summary>An initiator and a responder joined in memory, with a hook in each direction that may change, drop or add cells.</summary>
internal sealed class LinkPair : IDisposable
{
    public static readonly IPAddress InitiatorAddress = IPAddress.Parse("192.0.2.1");
    public static readonly IPAddress ResponderAddress = IPAddress.Parse("2001:db8::2");

    private static readonly IPAddress _otherAddress = IPAddress.Parse("198.51.100.7");

    public LinkPair(
        TestRelay? initiator = null,
        TestRelay? responder = null,
        Func<LinkHandshakeParameters, LinkHandshakeParameters>? changeInitiator = null,
        Func<LinkHandshakeParameters, LinkHandshakeParameters>? changeResponder = null)
    {
        TestRelay relay = responder ?? TestRelay.B;
        var tls = new TlsBinding(relay.Tls.Link.Digest, CreateExporter("tls secret"));
        LinkHandshakeParameters forInitiator = new()
        {
            Tls = tls,
            PeerAddress = ResponderAddress,
            Random = new SeededRandomSource(10),
            Certificates = initiator?.Certificates,
            OwnAddresses = [InitiatorAddress],
        };
        LinkHandshakeParameters forResponder = new()
        {
            Tls = tls,
            PeerAddress = InitiatorAddress,
            Random = new SeededRandomSource(11),
            Certificates = relay.Certificates,
            OwnAddresses = [_otherAddress, ResponderAddress],
        };
        Initiator = new LinkInitiatorHandshake(changeInitiator?.Invoke(forInitiator) ?? forInitiator, TimeSpan.Zero);
        Responder = new LinkResponderHandshake(changeResponder?.Invoke(forResponder) ?? forResponder, TimeSpan.Zero);
    }

    public LinkInitiatorHandshake Initiator { get; }

    public LinkResponderHandshake Responder { get; }

    /// <summary>What becomes of a cell of the initiator.</summary>
    public Func<TestCell, IEnumerable<TestCell>> FromInitiator { get; set; } = cell => [cell];

    /// <summary>What becomes of a cell of the responder.</summary>
    public Func<TestCell, IEnumerable<TestCell>> FromResponder { get; set; } = cell => [cell];

    public TimeSpan Now { get; set; } = TimeSpan.FromSeconds(1);

    public DateTime InitiatorTime { get; set; } = TestRelay.Now;

    public DateTime ResponderTime { get; set; } = TestRelay.Now;

    public static TlsKeyExporter CreateExporter(string secret) => (label, context, output) =>
        HMACSHA256.HashData(Encoding.ASCII.GetBytes(secret), [.. Encoding.ASCII.GetBytes(label), .. context], output);

    /// <summary>Gives one end a cell, framed as it expects.</summary>
    public void Receive(LinkHandshake end, CellCommand command, ReadOnlySpan<byte> body, uint circuitId = 0)
    {
        CellFormat format = end.ReceiveFormat;
        var cell = new byte[format.GetCellLength(command, body.Length)];
        format.Write(cell, circuitId, command, body);
        Assert.True(format.TryRead(cell, end.MaxVariableLength, out CellHeader header, out int length));
        Assert.Equal(cell.Length, length);
        end.OnCell(header, cell, Now, ReferenceEquals(end, Initiator) ? InitiatorTime : ResponderTime);
    }

    /// <summary>Carries cells both ways until none is left.</summary>
    public void Run()
    {
        while (Move(Initiator, Responder, FromInitiator) | Move(Responder, Initiator, FromResponder))
        {
        }
    }

    public void Dispose()
    {
        Initiator.Dispose();
        Responder.Dispose();
    }

    private bool Move(LinkHandshake from, LinkHandshake to, Func<TestCell, IEnumerable<TestCell>> change)
    {
        if (!from.TryTakeCell(out byte[]? bytes))
        {
            return false;
        }

        CellFormat format = bytes[2] == (byte)CellCommand.Versions ? CellFormat.Narrow : from.ReceiveFormat;
        Assert.True(format.TryRead(bytes, ushort.MaxValue, out CellHeader header, out int length));
        Assert.Equal(bytes.Length, length);
        foreach (TestCell cell in change(new TestCell(header.Command, bytes[header.HeaderLength..])))
        {
            Receive(to, cell.Command, cell.Body, cell.CircuitId);
        }

        return true;
    }
}
