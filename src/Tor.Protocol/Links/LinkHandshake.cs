using System.Diagnostics.CodeAnalysis;
using System.Net;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Protocol.Links;

/// <summary>The handshake that turns a TLS connection into a link (tor-spec, "Connections"): what both ends have in common. The
/// transport feeds one received cell after the other, sends what <see cref="TryTakeCell"/> gives, and goes on with
/// <see cref="OpenLinkRules"/> as soon as <see cref="Result"/> is there.</summary>
/// <remarks>Pure: no lock, no task, no clock. After an exception only dispose makes sense. The answers to what a peer may do wrong are
/// those of stock tor (channeltls.c), save that NETINFO and unknown cells before VERSIONS close the link at both ends.</remarks>
public abstract class LinkHandshake : IDisposable
{
    // A peer's time says nothing any more when the handshake took longer than this (channel_tls_process_netinfo_cell).
    private static readonly TimeSpan _skewTimeLimit = TimeSpan.FromSeconds(180);

    private readonly Queue<byte[]> _output = new();
    private readonly LinkTranscript _sent = new();
    private readonly LinkTranscript _received = new();
    private readonly TimeSpan _startedAt;
    private int _cellCount;
    private bool _ended;
    private bool _netInfoSent;

    private protected LinkHandshake(LinkHandshakeParameters parameters, LinkRole role, TimeSpan now)
    {
        if (parameters.Certificates is not null && parameters.Tls.Exporter is null)
        {
            throw new ArgumentException("a relay needs the TLS key exporter", nameof(parameters));
        }

        Parameters = parameters;
        Role = role;
        _startedAt = now;
    }

    /// <summary>Which end we are.</summary>
    public LinkRole Role { get; }

    /// <summary>How the next received cell is framed: changes once, with the peer's VERSIONS.</summary>
    public CellFormat ReceiveFormat => Version is { } version ? LinkVersions.GetFormat(version) : CellFormat.Narrow;

    /// <summary>What to allow to <see cref="CellFormat.TryRead"/>.</summary>
    public int MaxVariableLength => Parameters.Limits.MaxVariableLength;

    /// <summary>The negotiated link version; null before the peer's VERSIONS.</summary>
    public int? Version { get; private set; }

    /// <summary>The outcome; null until the peer's NETINFO has been accepted. What is still to be taken must be sent all the same.</summary>
    public LinkResult? Result { get; private set; }

    /// <summary>Monotonic time at which to call <see cref="OnDeadline"/>; null when the handshake has ended.</summary>
    public TimeSpan? NextDeadline => _ended ? null : _startedAt + Parameters.Limits.TimeLimit;

    private protected LinkHandshakeParameters Parameters { get; }

    /// <summary>The peer's CERTS after all checks; null before.</summary>
    private protected PeerCertificates? PeerCertificates { get; private set; }

    private protected abstract PeerIdentity? ProvedPeer { get; }

    private protected abstract bool AuthenticatedToPeer { get; }

    private protected Digest256 SentDigest => _sent.GetDigest();

    private protected Digest256 ReceivedDigest => _received.GetDigest();

    /// <summary>Takes one received cell.</summary>
    /// <param name="header">As <see cref="CellFormat.TryRead"/> of <see cref="ReceiveFormat"/> gave it.</param>
    /// <param name="cell">The whole framed cell, header included; not kept.</param>
    /// <param name="now">Monotonic time.</param>
    /// <param name="utcNow">For the validity of certificates, for NETINFO and its skew.</param>
    /// <exception cref="ChannelProtocolException">The peer broke the protocol, or is not who was expected: close the link.</exception>
    /// <exception cref="InvalidOperationException">The handshake has ended.</exception>
    public void OnCell(CellHeader header, ReadOnlySpan<byte> cell, TimeSpan now, DateTime utcNow)
    {
        if (_ended)
        {
            throw new InvalidOperationException("the link handshake has ended");
        }

        try
        {
            Process(header, cell, now, utcNow);
        }
        catch (MalformedMessageException problem)
        {
            _ended = true;
            throw new ChannelProtocolException($"{header.Command} cannot be read", problem);
        }
        catch (ChannelProtocolException)
        {
            _ended = true;
            throw;
        }
    }

    /// <summary>Ends the handshake when its time is over; else does nothing.</summary>
    /// <param name="now">Monotonic time.</param>
    /// <exception cref="ChannelProtocolException">The time limit has passed: close the link.</exception>
    public void OnDeadline(TimeSpan now)
    {
        if (NextDeadline <= now)
        {
            _ended = true;
            throw new ChannelProtocolException($"no link after {Parameters.Limits.TimeLimit.TotalSeconds:0} s");
        }
    }

    /// <summary>Takes the next framed cell to send, in order.</summary>
    public bool TryTakeCell([NotNullWhen(true)] out byte[]? cell) => _output.TryDequeue(out cell);

    /// <summary>Frees the running digests. May be called again.</summary>
    public void Dispose()
    {
        _ended = true;
        _sent.Dispose();
        _received.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The version is known: send what follows.</summary>
    private protected abstract void OnVersion(DateTime utcNow);

    private protected abstract void OnCerts(PeerCertificates certificates, DateTime utcNow);

    private protected abstract void OnAuthChallenge(AuthChallenge challenge, DateTime utcNow);

    private protected abstract void OnAuthenticate(Authenticate authenticate);

    /// <summary>Throws when the peer may not finish yet.</summary>
    private protected abstract void RequireFinishable();

    private protected void SendVersions() =>
        Send(CellFormat.Narrow, CellCommand.Versions, new Versions(LinkVersions.Supported).Encode());

    private protected void Send(CellCommand command, byte[] body) => Send(ReceiveFormat, command, body);

    /// <summary>Sends NETINFO, once; an anonymous initiator tells neither time nor address.</summary>
    private protected void SendNetInfo(DateTime utcNow)
    {
        if (_netInfoSent)
        {
            return;
        }

        _netInfoSent = true;
        bool anonymous = Parameters.Certificates is null;
        uint timestamp = anonymous ? 0 : (uint)(utcNow - DateTime.UnixEpoch).TotalSeconds;
        IPAddress peer = Unmap(Parameters.PeerAddress);
        Send(CellCommand.NetInfo, new NetInfo(timestamp, peer, anonymous ? [] : Parameters.OwnAddresses).Encode());
    }

    private static IPAddress Unmap(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private void Send(CellFormat format, CellCommand command, byte[] body)
    {
        var cell = new byte[format.GetCellLength(command, body.Length)];
        format.Write(cell, 0, command, body);
        _sent.Add(cell); // what follows AUTH_CHALLENGE or AUTHENTICATE is added as well, when nobody asks for the digest any more
        _output.Enqueue(cell);
    }

    private void Process(CellHeader header, ReadOnlySpan<byte> cell, TimeSpan now, DateTime utcNow)
    {
        if (++_cellCount > Parameters.Limits.MaxCells)
        {
            throw new ChannelProtocolException($"more than {Parameters.Limits.MaxCells} cells in a link handshake");
        }

        RequireAllowed(header);
        if (CellFormat.IsVariableLength(header.Command) && header.Command != CellCommand.Authenticate)
        {
            _received.Add(cell);
        }

        ReadOnlySpan<byte> body = cell.Slice(header.HeaderLength, header.BodyLength);
        switch (header.Command)
        {
            case CellCommand.Versions:
                ProcessVersions(Versions.Decode(body), utcNow);
                break;
            case CellCommand.Certs:
                ProcessCerts(header, body, utcNow);
                break;
            case CellCommand.AuthChallenge:
                RequireNoCircuit(header);
                OnAuthChallenge(AuthChallenge.Decode(body), utcNow);
                break;
            case CellCommand.Authenticate:
                OnAuthenticate(Authenticate.Decode(body));
                break;
            case CellCommand.NetInfo when Version is null:
                break; // as stock does, channel_tls_process_netinfo_cell
            case CellCommand.NetInfo:
                ProcessNetInfo(NetInfo.Decode(body), now, utcNow);
                break;
            default:
                break; // VPADDING, AUTHORIZE, and variable-length cells of the future
        }
    }

    private void RequireAllowed(CellHeader header)
    {
        bool allowed = Version is null
            ? header.Command is CellCommand.Versions or CellCommand.VPadding or CellCommand.Authorize or CellCommand.NetInfo
            : CellFormat.IsVariableLength(header.Command) || header.Command == CellCommand.NetInfo;
        if (!allowed)
        {
            throw new ChannelProtocolException(
                $"{header.Command} in a link handshake {(Version is null ? "before VERSIONS" : "before NETINFO")}");
        }
    }

    private static void RequireNoCircuit(CellHeader header)
    {
        if (header.CircuitId != 0)
        {
            throw new ChannelProtocolException($"{header.Command} with circuit id {header.CircuitId}");
        }
    }

    private void ProcessVersions(Versions versions, DateTime utcNow)
    {
        if (Version is not null)
        {
            return;
        }

        int version = LinkVersions.Negotiate(versions)
            ?? throw new ChannelProtocolException($"no common link version: the peer has {string.Join(", ", versions.Numbers)}");
        if (Role == LinkRole.Responder)
        {
            SendVersions(); // before the version counts: VERSIONS has its own framing
        }

        Version = version;
        OnVersion(utcNow);
    }

    private void ProcessCerts(CellHeader header, ReadOnlySpan<byte> body, DateTime utcNow)
    {
        RequireNoCircuit(header);
        if (PeerCertificates is not null)
        {
            throw new ChannelProtocolException("a second CERTS");
        }

        LinkRole peerRole = Role == LinkRole.Initiator ? LinkRole.Responder : LinkRole.Initiator;
        PeerCertificates = PeerCertificates.Verify(Certs.Decode(body), peerRole, Parameters.Tls.CertificateDigest, utcNow);
        OnCerts(PeerCertificates, utcNow);
    }

    private void ProcessNetInfo(NetInfo netInfo, TimeSpan now, DateTime utcNow)
    {
        RequireFinishable();
        IPAddress ownAddress = netInfo.PeerAddress
            ?? throw new ChannelProtocolException("NETINFO with our address in an unknown form");
        SendNetInfo(utcNow); // unless it has gone out already
        (CircuitIdHalf own, CircuitIdHalf peer) = ChooseCircuitIds(Version!.Value);
        bool isTimeKnown = netInfo.Timestamp != 0 && now - _startedAt < _skewTimeLimit;
        Result = new LinkResult
        {
            Version = Version.Value,
            Role = Role,
            Peer = ProvedPeer,
            AuthenticatedToPeer = AuthenticatedToPeer,
            ClockSkew = isTimeKnown ? utcNow - DateTime.UnixEpoch.AddSeconds(netInfo.Timestamp) : null,
            OwnAddress = ownAddress,
            PeerAddresses = netInfo.Addresses,
            IsCanonical = netInfo.Addresses.Contains(Unmap(Parameters.PeerAddress)),
            IsCanonicalToPeer = Parameters.OwnAddresses.Contains(ownAddress),
            OwnCircuitIds = own,
            PeerCircuitIds = peer,
        };
        _ended = true;
    }

    // channel_set_circid_type of stock tor. Keys of equal length and exponent compare as their DER does.
    private (CircuitIdHalf Own, CircuitIdHalf Peer) ChooseCircuitIds(int version)
    {
        bool isHigher = Role == LinkRole.Initiator;
        if (version < LinkVersions.WideCircuitIds && ProvedPeer is null)
        {
            return (CircuitIdHalf.None, CircuitIdHalf.Any);
        }

        if (version < LinkVersions.WideCircuitIds && Parameters.Certificates is { } own)
        {
            isHigher = own.RsaKey.Pkcs1Der.AsSpan().SequenceCompareTo(PeerCertificates!.RsaKey.Pkcs1Der) >= 0;
        }

        return isHigher ? (CircuitIdHalf.Higher, CircuitIdHalf.Lower) : (CircuitIdHalf.Lower, CircuitIdHalf.Higher);
    }
}
