using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Tunic.Primitives.Time;
using Tunic.Tests.Interop.Support;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.Links;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>A relay that says what it likes to one client, which knows it as its only directory.</summary>
internal sealed class HostileRelay : IOnlyDirectory
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Longer than a client takes to begin anew.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(8);

    /// <summary>A client tells that it has taken the first 50 with SENDME.</summary>
    private const int EnoughData = 60;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly HostileIdentities _identities;
    private readonly HostileRelayCase _played;
    private RawLink _link = null!;
    private RelayHopCipher? _cipher;
    private byte[] _create = [];
    private byte[]? _answer;
    private bool _isConnected;

    internal HostileRelay(HostileIdentities identities, HostileRelayCase played)
    {
        _identities = identities;
        _played = played;
        _listener.Start();
    }

    /// <summary>Of the client's circuit.</summary>
    internal uint CircuitId { get; private set; }

    /// <summary>Of the client's directory stream.</summary>
    internal ushort StreamId { get; private set; }

    /// <summary>Set by a case after which there is nothing that a good relay would say.</summary>
    internal bool FallsSilent { get; set; }

    /// <summary>CERTS as a good relay sends it.</summary>
    internal Certs Certs => Shown.Link.ToCerts(LinkRole.Responder);

    internal Certs CertsOfStranger => _identities.Stranger.Link.ToCerts(LinkRole.Responder);

    /// <summary>Keeps what the client says, when somebody wants it.</summary>
    internal LinkCapture? Capture { get; init; }

    public string[] TorrcLines =>
    [
        string.Create(
            CultureInfo.InvariantCulture,
            $"DirAuthority hostile orport={((IPEndPoint)_listener.LocalEndpoint).Port} no-v2 v3ident={new string('A', 40)} 127.0.0.1:9 {(_played.IsExpected ? Shown : _identities.Own).Link.Identity.RsaIdentity}"),
        "ClientBootstrapConsensusMaxInProgressTries 1",
    ];

    private HostileIdentity Shown => _played.Shown?.Invoke(_identities) ?? _identities.Own;

    /// <summary>"nothing" when the client goes on as if nothing had happened, else the first thing that it does.</summary>
    public async Task<string> TellAsync(PeerProcess client)
    {
        _link = await RawLink.AcceptAsync(_listener, Shown.Tls).WaitAsync(Limit);
        _link.Capture = Capture;
        await _link.ReadAsync(Limit); // VERSIONS
        if (_played.Stage > HostileRelayStage.Link)
        {
            await ShakeHandsAsync(Certs.Encode());
            Assert.Equal("CREATE_FAST", await ReadAsync(Limit));
        }

        if (_played.Stage > HostileRelayStage.Creation)
        {
            await AnswerCreateAsync();
            Assert.Equal("BEGIN_DIR", await ReadAsync(Limit));
        }

        await _played.Play(this);
        string answer = await FinishAsync();
        return client.HasExited ? "ended" : answer;
    }

    /// <summary>All that a relay says before circuits are made.</summary>
    internal async Task ShakeHandsAsync(byte[] certs)
    {
        await SendVersionsAsync([0, 3, 0, 4, 0, 5]);
        await SendAsync(CellCommand.Certs, certs);
        await SendAsync(CellCommand.AuthChallenge, [.. new byte[32], 0, 1, 0, 3]);
        await SendNetInfoAsync();
    }

    internal Task SendVersionsAsync(byte[] body) => _link.SendAsync(CellFormat.Narrow, 0, CellCommand.Versions, body);

    internal Task SendNetInfoAsync() =>
        SendAsync(CellCommand.NetInfo, new NetInfo((uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds(), IPAddress.Loopback, [IPAddress.Loopback]).Encode());

    /// <summary>Bytes that need not be a cell.</summary>
    internal Task SendAsync(byte[] bytes) => _link.SendAsync(bytes);

    internal Task SendAsync(CellCommand command, byte[] body, uint circuitId = 0) => _link.SendAsync(circuitId, command, body);

    internal Task AnswerCreateAsync() => SendAsync(CellCommand.CreatedFast, _answer ??= MakeAnswer(), CircuitId);

    /// <summary>CONNECTED, the first time.</summary>
    internal Task AnswerBeginAsync()
    {
        bool isFirst = !_isConnected;
        _isConnected = true;
        return isFirst ? SendAsync(RelayCommand.Connected, StreamId, []) : Task.CompletedTask;
    }

    /// <summary>A message on the client's circuit.</summary>
    internal Task SendAsync(RelayCommand command, ushort streamId, byte[] body, CellCommand cell = CellCommand.Relay)
    {
        var payload = new byte[Cell.BodyLength];
        RelayCellFormat.V0.Write(payload, command, streamId, body, SystemRandomSource.Instance);
        return SendAsync(payload, cell);
    }

    /// <summary>A payload that the client recognises, whatever it holds.</summary>
    internal Task SendAsync(byte[] payload, CellCommand cell)
    {
        _cipher!.OriginateBackward(payload, cell, default);
        return SendAsync(cell, payload, CircuitId);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        if (_link is not null)
        {
            await _link.DisposeAsync();
        }
    }

    private async Task<string> FinishAsync()
    {
        if (!FallsSilent && _played.Stage == HostileRelayStage.Creation)
        {
            await AnswerCreateAsync();
        }
        else if (!FallsSilent && _played.Stage == HostileRelayStage.Stream)
        {
            await AnswerBeginAsync();
            await SendAsync(RelayCommand.Data, StreamId, "HTTP/1.0 200 OK\r\n\r\n"u8.ToArray());
            for (int i = 0; i < EnoughData; i++)
            {
                await SendAsync(RelayCommand.Data, StreamId, [.. Enumerable.Repeat((byte)'x', RelayCellFormat.V0.MaxBodyLength(true))]);
            }
        }

        string next = await ReadAsync(Silence);
        return next == Expected(_played.Stage) ? "nothing" : next;
    }

    /// <summary>What a client does next that has heard nothing wrong.</summary>
    private static string Expected(HostileRelayStage stage) => stage switch
    {
        HostileRelayStage.Link => "CREATE_FAST",
        HostileRelayStage.Creation => "BEGIN_DIR",
        _ => "SENDME",
    };

    /// <summary>The next thing that the client does, besides what it does in any case.</summary>
    private async Task<string> ReadAsync(TimeSpan limit)
    {
        while (await _link.ReadAsync(limit) is { } cell)
        {
            if (Take(cell) is { } words)
            {
                return words;
            }
        }

        return _link.IsClosed ? "closed" : "waits";
    }

    private string? Take(RawCell cell)
    {
        switch (cell.Command)
        {
            case CellCommand.Versions or CellCommand.NetInfo or CellCommand.Padding or CellCommand.PaddingNegotiate:
                return null;
            case CellCommand.Destroy:
                return string.Create(CultureInfo.InvariantCulture, $"DESTROY {cell.Body[0]}");
            case CellCommand.Relay or CellCommand.RelayEarly when cell.CircuitId == CircuitId && _cipher is not null:
                return TakeMessage(cell);
            case CellCommand.CreateFast when _create.Length == 0:
                (CircuitId, _create) = (cell.CircuitId, cell.Body);
                break;
        }

        return OpenLinkCases.NameOf(cell.Command);
    }

    private string? TakeMessage(RawCell cell)
    {
        Assert.True(_cipher!.DecryptForward(cell.Body, cell.Command, default));
        Assert.True(RelayCellFormat.V0.TryReadHeader(cell.Body, out RelayHeader header));
        Capture?.Add(header, cell);
        if (header.Command == RelayCommand.BeginDir && StreamId == 0)
        {
            StreamId = header.StreamId;
        }

        return header.Command switch
        {
            RelayCommand.Data => null, // the request
            RelayCommand.End => string.Create(CultureInfo.InvariantCulture, $"END {cell.Body[header.BodyOffset]}"),
            _ => RawPath.NameOf(header.Command),
        };
    }

    private byte[] MakeAnswer()
    {
        var keys = new byte[HopCiphers.KeyMaterialLength(RelayCryptography.Tor1)];
        var answer = new byte[CreatedFast.HandshakeLength];
        Assert.True(CreateFastServerHandshake.TryRespond(SystemRandomSource.Instance, _create.AsSpan(0, CreateFastClientHandshake.RequestLength), answer, keys));
        _cipher = HopCiphers.CreateRelay(RelayCryptography.Tor1, keys);
        return answer;
    }
}
