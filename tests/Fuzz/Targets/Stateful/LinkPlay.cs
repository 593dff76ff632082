using System.Net;
using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Time;
using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tests.Fuzz.Targets.Stateful;

/// <summary>
/// The link handshake with a peer whose cells are those of an honest one, until the input says otherwise: it changes, drops, repeats,
/// delays and invents cells.
/// </summary>
internal sealed class LinkPlay : IDisposable
{
    private const int MaxOutput = 16;

    private static readonly IPAddress _ownAddress = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress _peerAddress = IPAddress.Parse("2001:db8::2");

    private readonly InputReader _input;
    private readonly LinkHandshake _ours;
    private readonly LinkHandshake _honest;
    private readonly Queue<(CellHeader Header, byte[] Cell)> _fromHonest = new();
    private TimeSpan _now = TimeSpan.FromSeconds(1);
    private int _sent;

    private LinkPlay(InputReader input)
    {
        _input = input;
        int kind = input.Byte() % 3;
        FuzzRelay? initiator = kind == 0 ? null : FuzzRelay.A;
        var tls = new TlsBinding(FuzzRelay.B.Certificates.Tls.Link.Digest, Export);
        var asInitiator = new LinkInitiatorHandshake(Parameters(tls, initiator?.Certificates, _peerAddress, 1), TimeSpan.Zero);
        var asResponder = new LinkResponderHandshake(Parameters(tls, FuzzRelay.B.Certificates, _ownAddress, 2), TimeSpan.Zero);
        (_ours, _honest) = kind == 2 ? ((LinkHandshake)asResponder, (LinkHandshake)asInitiator) : (asInitiator, asResponder);
    }

    public static IEnumerable<byte[]> Seeds() =>
    [
        [0], [1], [2], // honest from the first cell to the last
        [0, 1, 0, 0, 9, 1], [1, 0, 0, 1, 1, 0, 8, 3], [2, 0, 2, 0, 3, 0, 0, 0], [1, 4, 129, 3, 1, 2, 3], [2, 5, 7, 0, 0],
    ];

    public static void Run(InputReader input)
    {
        using var play = new LinkPlay(input);
        try
        {
            play.Play();
        }
        catch (ChannelProtocolException)
        {
            play.RequireEnded();
        }
    }

    public void Dispose()
    {
        _ours.Dispose();
        _honest.Dispose();
    }

    private static LinkHandshakeParameters Parameters(TlsBinding tls, LinkCertificates? certificates, IPAddress peer, ulong seed) => new()
    {
        Tls = tls,
        PeerAddress = peer,
        Random = new SeededRandomSource(seed),
        Certificates = certificates,
        OwnAddresses = [Equals(peer, _peerAddress) ? _ownAddress : _peerAddress],
        Limits = new LinkHandshakeLimits { MaxCells = 20 },
    };

    private static void Export(string label, ReadOnlySpan<byte> context, Span<byte> output) =>
        HMACSHA256.HashData("secret"u8, [.. Encoding.ASCII.GetBytes(label), .. context], output);

    private void Play()
    {
        for (int steps = 0; steps < 100 && _ours.Result is null; steps++)
        {
            TakeOurs();
            TakeHonest();
            if (_input.IsAtEnd && _fromHonest.Count == 0)
            {
                break;
            }

            Step(_input.IsAtEnd ? 0 : _input.Byte() % 8);
        }

        TakeOurs();
        CheckResult();
    }

    private void Step(int decision)
    {
        switch (decision)
        {
            case 0 or 7:
                Forward(change: false);
                break;
            case 1:
                Forward(change: true);
                break;
            case 2:
                _fromHonest.TryDequeue(out _);
                break;
            case 3 when _fromHonest.TryPeek(out var repeated):
                Receive(repeated.Header.CircuitId, repeated.Header.Command, repeated.Cell.AsSpan(repeated.Header.HeaderLength));
                break;
            case 4:
                Receive(_input.Byte(), (CellCommand)_input.Byte(), _input.Block());
                break;
            case 5:
                _now += TimeSpan.FromSeconds(_input.Byte());
                _ours.OnDeadline(_now);
                break;
            case 6 when _fromHonest.Count > 1:
                _fromHonest.Enqueue(_fromHonest.Dequeue());
                break;
        }
    }

    private void Forward(bool change)
    {
        if (!_fromHonest.TryDequeue(out (CellHeader Header, byte[] Cell) next))
        {
            return;
        }

        byte[] body = next.Cell[next.Header.HeaderLength..];
        if (change)
        {
            _input.Change(body);
        }

        Receive(next.Header.CircuitId, next.Header.Command, body);
    }

    private void Receive(uint circuitId, CellCommand command, ReadOnlySpan<byte> body)
    {
        if (_ours.Result is not null)
        {
            return;
        }

        CellFormat format = _ours.ReceiveFormat;
        var cell = new byte[format.GetCellLength(command, body.Length)];
        format.Write(cell, circuitId, command, body);
        FuzzFailureException.Require(format.TryRead(cell, _ours.MaxVariableLength, out CellHeader header, out _), "a whole cell is not read");
        _ours.OnCell(header, cell, _now, FuzzRelay.Now);
    }

    /// <summary>Carries what we send to the honest peer, which does not mind when it has been told nonsense before.</summary>
    private void TakeOurs()
    {
        while (_ours.TryTakeCell(out byte[]? bytes))
        {
            FuzzFailureException.Require(++_sent <= MaxOutput, "the peer makes us send without end");
            CellFormat format = _ours.Version is null || bytes[2] == (byte)CellCommand.Versions ? CellFormat.Narrow : _ours.ReceiveFormat;
            FuzzFailureException.Require(format.TryRead(bytes, ushort.MaxValue, out CellHeader header, out _), "we send what is no cell");
            try
            {
                _honest.OnCell(header, bytes, _now, FuzzRelay.Now);
            }
            catch (Exception refusal) when (refusal is ChannelProtocolException or InvalidOperationException)
            {
                // we were misled, and it notices
            }
        }
    }

    private void TakeHonest()
    {
        while (_honest.TryTakeCell(out byte[]? bytes))
        {
            CellFormat format = bytes[2] == (byte)CellCommand.Versions ? CellFormat.Narrow : _honest.ReceiveFormat;
            format.TryRead(bytes, ushort.MaxValue, out CellHeader header, out _);
            _fromHonest.Enqueue((header, bytes));
        }
    }

    private void RequireEnded()
    {
        FuzzFailureException.Require(_ours.Result is null, "open, and closed by a violation");
        FuzzFailureException.Require(_ours.NextDeadline is null, "closed, and still waiting");
        CheckResult();
    }

    /// <summary>Nobody is who he has not proved to be: only the honest peer has keys.</summary>
    private void CheckResult()
    {
        if (_ours.Result is not { } result)
        {
            return;
        }

        FuzzFailureException.Require(_ours.NextDeadline is null, "open, and still waiting");
        PeerIdentity expected = (result.Role == LinkRole.Initiator ? FuzzRelay.B : FuzzRelay.A).Certificates.Identity;
        FuzzFailureException.Require(result.Peer is null || result.Peer == expected, "a peer that nobody proved to be");
        FuzzFailureException.Require(result.Role == LinkRole.Responder || result.Peer is not null, "a responder without a proof");
    }
}
