using System.Globalization;
using Tunic.Primitives.Time;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>A circuit of a <see cref="RawLink"/>, on which anything may be said.</summary>
internal sealed class RawPath
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Of the stream with which a path asks its last hop whether everything before has been handled.</summary>
    private const ushort ProbeStream = 0x7777;

    private readonly RawLink _link;
    private readonly List<ClientHopCipher> _hops = [];
    private bool _isProbeAnswered;
    private bool _hasEnded;

    private RawPath(RawLink link, uint id)
    {
        _link = link;
        Id = id;
    }

    internal uint Id { get; }

    /// <summary>One hop, with CREATE_FAST.</summary>
    internal static async Task<RawPath> CreateAsync(RawLink link, uint id = 0x8000_0001)
    {
        var path = new RawPath(link, id);
        using var handshake = new CreateFastClientHandshake(SystemRandomSource.Instance);
        await link.SendAsync(id, CellCommand.CreateFast, handshake.Request.ToArray());
        RawCell answer = await link.ReadAsync(Limit) ?? throw new IOException("no answer to CREATE_FAST");
        Assert.Equal((id, CellCommand.CreatedFast), (answer.CircuitId, answer.Command));
        path.AddHop(keys => handshake.TryComplete(answer.Body.AsSpan(0, CreatedFast.HandshakeLength), keys));
        link.Add(path);
        return path;
    }

    /// <summary>One hop more, with ntor.</summary>
    internal async Task ExtendAsync(HopTarget target)
    {
        using var handshake = new NtorClientHandshake(SystemRandomSource.Instance, target.RsaIdentity, target.NtorOnionKey.Span);
        var extend = new Extend2(target.Specifiers, new Create2(HandshakeType.Ntor, handshake.Request));
        await SendAsync(RelayCommand.Extend2, 0, extend.Encode(), CellCommand.RelayEarly);
        RawCell answer = await _link.ReadAsync(Limit) ?? throw new IOException("no answer to EXTEND2");
        (_, RelayHeader header) = Open(answer);
        Assert.Equal(RelayCommand.Extended2, header.Command);
        Extended2 extended = Extended2.Decode(answer.Body.AsSpan(header.BodyOffset, header.BodyLength));
        AddHop(keys => handshake.TryComplete(extended.Handshake.Span, keys));
    }

    internal Task SendAsync(RelayCommand command, ushort streamId, byte[] body, CellCommand cell = CellCommand.Relay)
    {
        var payload = new byte[Cell.BodyLength];
        RelayCellFormat.V0.Write(payload, command, streamId, body, SystemRandomSource.Instance);
        return SendAsync(payload, cell);
    }

    /// <summary>Sends a payload that the last hop recognises, whatever it holds.</summary>
    internal Task SendAsync(byte[] payload, CellCommand cell = CellCommand.Relay)
    {
        _hops[^1].Originate(payload, cell, default);
        for (int hop = _hops.Count - 2; hop >= 0; hop--)
        {
            _hops[hop].EncryptForward(payload, cell);
        }

        return _link.SendAsync(Id, cell, payload);
    }

    /// <summary>Sends a cell that no hop recognises.</summary>
    internal Task SendUnrecognizedAsync() => _link.SendAsync(Id, CellCommand.Relay, [.. Enumerable.Repeat((byte)0xee, Cell.BodyLength)]);

    /// <summary>Sends what is answered, and waits for the answer.</summary>
    internal async Task AskAsync(RelayCommand command, ushort streamId, byte[] body)
    {
        await SendAsync(command, streamId, body);
        await WaitForAnswersAsync();
    }

    /// <summary>Reads until so many answers have come.</summary>
    internal Task WaitForAnswersAsync(int count = 1) => _link.WaitForAnswersAsync(count);

    /// <summary>Returns when the last hop has handled everything, or the circuit has ended.</summary>
    internal async Task SettleAsync()
    {
        await SendAsync(RelayCommand.Resolve, ProbeStream, "127.0.0.1\0"u8.ToArray());
        await _link.WaitAsync(() => _isProbeAnswered || _hasEnded);
    }

    /// <summary>Takes a cell of this circuit and puts it into words: its name, what its first field says, and the hop when that is not the last
    /// one. Null for what was not asked for by a case.</summary>
    internal string? Describe(RawCell cell)
    {
        if (cell.Command == CellCommand.Destroy)
        {
            _hasEnded = true;
            return string.Create(CultureInfo.InvariantCulture, $"DESTROY {cell.Body[0]}");
        }

        (int hop, RelayHeader header) = Open(cell);
        if (header.StreamId == ProbeStream)
        {
            _isProbeAnswered = true;
            return null;
        }

        ReadOnlySpan<byte> body = cell.Body.AsSpan(header.BodyOffset, header.BodyLength);
        string words = header.Command is RelayCommand.End or RelayCommand.Truncated or RelayCommand.Resolved
            ? string.Create(CultureInfo.InvariantCulture, $"{NameOf(header.Command)} {(body.IsEmpty ? "empty" : body[0])}")
            : NameOf(header.Command);
        return hop == _hops.Count - 1 ? words : $"{words} of the hop before";
    }

    /// <summary>A command as the specification writes it.</summary>
    internal static string NameOf(RelayCommand command) => command == RelayCommand.BeginDir ? "BEGIN_DIR" : command.ToString().ToUpperInvariant();

    private (int Hop, RelayHeader Header) Open(RawCell cell)
    {
        for (int hop = 0; hop < _hops.Count; hop++)
        {
            if (_hops[hop].DecryptBackward(cell.Body, CellCommand.Relay, default))
            {
                Assert.True(RelayCellFormat.V0.TryReadHeader(cell.Body, out RelayHeader header));
                _link.Capture?.Add(header, cell);
                return (hop, header);
            }
        }

        throw new InvalidOperationException("a relay cell that no hop has sent");
    }

    private void AddHop(Func<byte[], bool> complete)
    {
        var keys = new byte[HopCiphers.KeyMaterialLength(RelayCryptography.Tor1)];
        Assert.True(complete(keys));
        _hops.Add(HopCiphers.CreateClient(RelayCryptography.Tor1, keys));
    }
}
