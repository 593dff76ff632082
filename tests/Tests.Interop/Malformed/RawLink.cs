using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>A link that sends any bytes it likes: a client's to an OR port, which keeps in words what comes back, or a relay's from a client.</summary>
internal sealed class RawLink : IAsyncDisposable
{
    /// <summary>How long it waits for an answer that a case says will come, or for the end of a link that is not open yet.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly TcpClient _connection;
    private readonly SslStream _tls;
    private readonly Dictionary<uint, RawPath> _paths = [];
    private readonly List<string> _answers = [];
    private byte[] _buffer = new byte[20_000];
    private int _length;
    private bool _hasVersions;
    private bool _isOpen;
    private bool _isClosed;
    private uint _probe = 0xffff_fff0;

    private RawLink(TcpClient connection, SslStream tls)
    {
        _connection = connection;
        _tls = tls;
    }

    /// <summary>How cells are framed after VERSIONS.</summary>
    internal CellFormat Format { get; private set; } = CellFormat.Wide;

    /// <summary>The peer has closed it.</summary>
    internal bool IsClosed => _isClosed;

    /// <summary>Keeps what the peer says, when somebody wants it.</summary>
    internal LinkCapture? Capture { get; set; }

    /// <summary>TLS with the next that connects, and nothing said in it.</summary>
    internal static async Task<RawLink> AcceptAsync(TcpListener listener, X509Certificate2 certificate)
    {
        TcpClient connection = await listener.AcceptTcpClientAsync();
        connection.NoDelay = true;
        var tls = new SslStream(connection.GetStream());
        await tls.AuthenticateAsServerAsync(certificate);
        return new RawLink(connection, tls);
    }

    /// <summary>TLS, and nothing said in it.</summary>
    internal static async Task<RawLink> ConnectAsync(int port)
    {
        var connection = new TcpClient { NoDelay = true };
        await connection.ConnectAsync(IPAddress.Loopback, port);
        var tls = new SslStream(connection.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "www.example.com",
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null, // relays sign their own
        });
        return new RawLink(connection, tls);
    }

    /// <summary>A link on which circuits may be made.</summary>
    internal static async Task<RawLink> OpenAsync(int port)
    {
        RawLink link = await ConnectAsync(port);
        await link.SendVersionsAsync(3, 4, 5);
        await link.SendNetInfoAsync();
        return link;
    }

    internal Task SendVersionsAsync(params ushort[] versions) => SendVersionsAsync(new Versions(versions).Encode());

    /// <summary>Sends VERSIONS with this body and waits for the peer's NETINFO, or for the end.</summary>
    internal async Task SendVersionsAsync(byte[] body)
    {
        Format = body is [0, 3] ? CellFormat.Narrow : CellFormat.Wide;
        await SendAsync(CellFormat.Narrow, 0, CellCommand.Versions, body);
        while (await ReadAsync(Limit) is { Command: not CellCommand.NetInfo })
        {
        }
    }

    internal async Task SendNetInfoAsync()
    {
        await SendAsync(0, CellCommand.NetInfo, new NetInfo(0, IPAddress.Loopback, []).Encode());
        _isOpen = true;
    }

    internal Task SendAsync(uint circuitId, CellCommand command, byte[] body) => SendAsync(Format, circuitId, command, body);

    internal Task SendAsync(CellFormat format, uint circuitId, CellCommand command, byte[] body)
    {
        var cell = new byte[format.GetCellLength(command, body.Length)];
        format.Write(cell, circuitId, command, body);
        return SendAsync(cell);
    }

    internal async Task SendAsync(byte[] bytes)
    {
        try
        {
            await _tls.WriteAsync(bytes);
        }
        catch (IOException)
        {
            // the peer has closed; what it said before is still to be read
        }
    }

    /// <summary>Messages on this circuit are the path's to put into words.</summary>
    internal void Add(RawPath path) => _paths[path.Id] = path;

    /// <summary>The next cell; null when the link is closed, or when nothing comes for so long.</summary>
    internal async Task<RawCell?> ReadAsync(TimeSpan limit)
    {
        using var timer = new CancellationTokenSource(limit);
        try
        {
            while (true)
            {
                if (TryTake() is { } cell)
                {
                    return cell;
                }

                Array.Resize(ref _buffer, Math.Max(_buffer.Length, _length + 16_384));
                int read = await _tls.ReadAsync(_buffer.AsMemory(_length), timer.Token);
                if (read == 0)
                {
                    break;
                }

                _length += read;
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (IOException)
        {
            // reset: closed too
        }

        if (!_isClosed)
        {
            _isClosed = true;
            _answers.Add("closed");
        }

        return null;
    }

    /// <summary>Reads until so many answers have come.</summary>
    internal Task WaitForAnswersAsync(int count = 1) => WaitAsync(() => _answers.Count >= count);

    /// <summary>Reads until it is so, the link is closed, or nothing comes any more.</summary>
    internal async Task WaitAsync(Func<bool> isSo)
    {
        while (!isSo() && !_isClosed)
        {
            if (await ReadAsync(Limit) is { } cell)
            {
                Keep(cell);
            }
            else if (!_isClosed)
            {
                return;
            }
        }
    }

    /// <summary>All that has been answered. An open link is asked twice for a circuit, so that whatever was sent before has been handled.</summary>
    internal async Task<string> FinishAsync()
    {
        if (!_isOpen)
        {
            while (await ReadAsync(TimeSpan.FromSeconds(2)) is { } cell)
            {
                Keep(cell);
            }
        }

        for (int round = 0; round < 2 && _isOpen && !_isClosed; round++)
        {
            await ProbeAsync();
        }

        return _answers.Count > 0 ? string.Join(", ", _answers) : _isOpen ? "nothing" : "waits";
    }

    public async ValueTask DisposeAsync()
    {
        await _tls.DisposeAsync();
        _connection.Dispose();
    }

    /// <summary>Asks for a circuit, and keeps what comes until that is answered.</summary>
    private async Task ProbeAsync()
    {
        uint probe = Format == CellFormat.Wide ? ++_probe : 0x8ff0 + (++_probe & 0xf);
        await SendAsync(probe, CellCommand.CreateFast, new byte[20]);
        while (await ReadAsync(Limit) is { } cell && cell.CircuitId != probe)
        {
            Keep(cell);
        }
    }

    private void Keep(RawCell cell)
    {
        string? words = cell.Command switch
        {
            CellCommand.Padding or CellCommand.VPadding or CellCommand.Versions or CellCommand.Certs or CellCommand.AuthChallenge or CellCommand.NetInfo => null,
            CellCommand.Relay or CellCommand.Destroy when _paths.TryGetValue(cell.CircuitId, out RawPath? path) => path.Describe(cell),
            CellCommand.Destroy => string.Create(CultureInfo.InvariantCulture, $"DESTROY {cell.Body[0]}"),
            _ => OpenLinkCases.NameOf(cell.Command),
        };
        if (words is not null)
        {
            _answers.Add(words);
        }
    }

    private RawCell? TryTake()
    {
        CellFormat format = _hasVersions ? Format : CellFormat.Narrow;
        if (!format.TryRead(_buffer.AsSpan(0, _length), ushort.MaxValue, out CellHeader header, out int length))
        {
            return null;
        }

        var cell = new RawCell(header.CircuitId, header.Command, _buffer.AsSpan(header.HeaderLength, header.BodyLength).ToArray());
        _buffer.AsSpan(length, _length - length).CopyTo(_buffer);
        _length -= length;
        _hasVersions = true;
        Capture?.Add(cell);
        return cell;
    }
}
