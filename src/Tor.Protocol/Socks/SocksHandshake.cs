using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Tunic.Tor.Protocol.Socks;

/// <summary>The server side of SOCKS 4, 4a and 5 up to the request (socks-extensions; RFC 1928 and 1929; proposals 304 and 351).</summary>
/// <remarks>
/// Pure: the caller keeps the input, calls <see cref="Advance"/> with all of it, drops what was consumed, sends the reply, and repeats
/// while the outcome is <see cref="SocksOutcome.Continue"/>. Every message is at most 513 bytes, so the input need not be larger.
/// </remarks>
public sealed class SocksHandshake(SocksOptions options)
{
    /// <summary>Longest message of a client; an input of this size that is still incomplete is not SOCKS.</summary>
    public const int MaxMessageLength = 513;

    private const int MaxSocks4Length = 512;
    private const int Socks4UserOffset = 8;
    private const int Socks5AddressOffset = 4;
    private const int MaxHostLength = 255;
    private const byte NoAuthentication = 0;
    private const byte UsernamePassword = 2;
    private const byte NoMethod = 0xFF;
    private const byte AuthenticationVersion = 1;

    private static readonly SocksAction MoreNeeded = new(SocksOutcome.NeedMore, 0, default);

    private Stage _stage = Stage.Start;
    private SocksIsolation _isolation = SocksIsolation.None;

    private enum Stage
    {
        Start,
        Authentication,
        Request,
        Done,
    }

    private static ReadOnlySpan<byte> ExtensionMarker => "<torS0X>"u8;

    /// <summary>Takes the next step.</summary>
    /// <param name="input">Everything that arrived and was not consumed yet.</param>
    /// <exception cref="InvalidOperationException">The handshake is over.</exception>
    public SocksAction Advance(ReadOnlySpan<byte> input)
    {
        if (_stage == Stage.Done)
        {
            throw new InvalidOperationException("the handshake is over");
        }

        if (input.Length < 2)
        {
            return MoreNeeded;
        }

        return _stage switch
        {
            Stage.Authentication => Authenticate(input),
            Stage.Request when input[0] == AuthenticationVersion && !_isolation.IsAuthenticated => Authenticate(input),
            Stage.Request => ReadRequest(input),
            _ => Start(input),
        };
    }

    private SocksAction Start(ReadOnlySpan<byte> input)
    {
        switch (input[0])
        {
            case 4:
                return ReadSocks4(input);
            case 5:
                return ChooseMethod(input);
            case (byte)'G' or (byte)'H' or (byte)'P' or (byte)'C':
                return Close(input.Length, NotHttp(), "an HTTP request on a SOCKS port: use the HTTP proxy port");
            default:
                return Close(input.Length, [], "neither SOCKS 4 nor SOCKS 5");
        }
    }

    private SocksAction ReadSocks4(ReadOnlySpan<byte> input)
    {
        bool isNamed = input.Length >= Socks4UserOffset && !input[4..7].ContainsAnyExcept((byte)0) && input[7] != 0;
        int userEnd = FindZero(input, Socks4UserOffset);
        int end = userEnd >= 0 && isNamed ? FindZero(input, userEnd + 1) : userEnd;
        if (end < 0 && input.Length < MaxSocks4Length)
        {
            return MoreNeeded;
        }

        if (end < 0 || end >= MaxSocks4Length || end - userEnd - 1 > MaxHostLength)
        {
            return Refuse4(input, "message too long");
        }

        return AcceptSocks4(input, userEnd, isNamed ? input[(userEnd + 1)..end] : default, end + 1);
    }

    private SocksAction AcceptSocks4(ReadOnlySpan<byte> input, int userEnd, ReadOnlySpan<byte> name, int consumed)
    {
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(input[2..]);
        uint address = BinaryPrimitives.ReadUInt32BigEndian(input[4..]);
        bool isNamed = consumed > userEnd + 1;
        var command = (SocksCommand)input[1];
        if (address == 0 || (port == 0 && command != SocksCommand.Resolve))
        {
            return Refuse4(input, "port or address is zero");
        }

        if (command is not (SocksCommand.Connect or SocksCommand.Resolve))
        {
            return Refuse4(input, "command not supported");
        }

        if (!isNamed && options.RejectAddresses)
        {
            return Refuse4(input, "an address instead of a name, which SafeSocks refuses");
        }

        TargetAddress? target = isNamed ? ParseHost(name, port) : TargetAddress.FromAddress(new IPAddress(input.Slice(4, 4)), port);
        if (target is null)
        {
            return Refuse4(input, "malformed host name");
        }

        _isolation = new SocksIsolation { Username = SocksIsolation.Decode(input[Socks4UserOffset..userEnd]) };
        return Accept(consumed, new SocksRequest(isNamed ? SocksVersion.Socks4A : SocksVersion.Socks4, command, target, _isolation) { IsAddressOnly = !isNamed });
    }

    private static int FindZero(ReadOnlySpan<byte> input, int start)
    {
        int found = input.Length > start ? input[start..].IndexOf((byte)0) : -1;
        return found < 0 ? -1 : start + found;
    }

    private SocksAction ChooseMethod(ReadOnlySpan<byte> input)
    {
        int count = input[1];
        if (count == 0)
        {
            return Close(input.Length, [], "no authentication method offered");
        }

        if (input.Length < 2 + count)
        {
            return MoreNeeded;
        }

        ReadOnlySpan<byte> methods = input.Slice(2, count);
        bool offersNone = methods.Contains(NoAuthentication);
        if (methods.Contains(UsernamePassword) && !(offersNone && options.PreferNoAuthentication))
        {
            _stage = Stage.Authentication;
            return new SocksAction(SocksOutcome.Continue, 2 + count, new byte[] { 5, UsernamePassword });
        }

        if (offersNone)
        {
            _stage = Stage.Request;
            return new SocksAction(SocksOutcome.Continue, 2 + count, new byte[] { 5, NoAuthentication });
        }

        return Close(input.Length, [5, NoMethod], "no authentication method that we know");
    }

    /// <summary>RFC 1929, and two liberties that programs in use need: it may come uninvited, and both fields may be empty.</summary>
    private SocksAction Authenticate(ReadOnlySpan<byte> input)
    {
        if (input[0] != AuthenticationVersion)
        {
            return Refuse5(input, SocksStatus.GeneralError, "unknown version of username/password authentication");
        }

        int nameLength = input[1];
        if (input.Length < 3 + nameLength || input.Length < 3 + nameLength + input[2 + nameLength])
        {
            return MoreNeeded;
        }

        ReadOnlySpan<byte> name = input.Slice(2, nameLength);
        ReadOnlySpan<byte> password = input.Slice(3 + nameLength, input[2 + nameLength]);
        bool isExtended = name.StartsWith(ExtensionMarker);
        if (isExtended && !name[ExtensionMarker.Length..].SequenceEqual("0"u8))
        {
            // Another format, or an object of an RPC session, which we do not have: to ignore it could put streams together that must be apart.
            return Refuse5(input, SocksStatus.GeneralError, "an extended SOCKS parameter that is not supported");
        }

        _isolation = new SocksIsolation
        {
            IsAuthenticated = true,
            Username = SocksIsolation.Decode(name),
            Password = SocksIsolation.Decode(password),
            IsExtended = isExtended,
        };
        _stage = Stage.Request;
        return new SocksAction(SocksOutcome.Continue, 3 + nameLength + password.Length, new byte[] { AuthenticationVersion, 0 });
    }

    private SocksAction ReadRequest(ReadOnlySpan<byte> input)
    {
        if (input[0] != 5)
        {
            return Refuse5(input, SocksStatus.GeneralError, "a request of another SOCKS version");
        }

        if (input.Length <= Socks5AddressOffset)
        {
            return MoreNeeded;
        }

        int addressLength = input[3] switch
        {
            1 => 4,
            3 => 1 + input[Socks5AddressOffset],
            4 => 16,
            _ => 0,
        };
        if (addressLength == 0)
        {
            return Refuse5(input, SocksStatus.GeneralError, "unknown address type");
        }

        int end = Socks5AddressOffset + addressLength + 2;
        return input.Length < end ? MoreNeeded : AcceptSocks5(input, input.Slice(Socks5AddressOffset, addressLength), end);
    }

    private SocksAction AcceptSocks5(ReadOnlySpan<byte> input, ReadOnlySpan<byte> address, int consumed)
    {
        var command = (SocksCommand)input[1];
        switch (command)
        {
            case SocksCommand.Connect or SocksCommand.Resolve or SocksCommand.ResolvePtr:
                break;
            case SocksCommand.Bind or SocksCommand.UdpAssociate:
                return Refuse5(input, SocksStatus.CommandNotSupported, "command not supported");
            default:
                return Refuse5(input, SocksStatus.GeneralError, "unknown command"); // as stock does, whose parser knows no others
        }

        ushort port = BinaryPrimitives.ReadUInt16BigEndian(input[(consumed - 2)..]);
        bool isBinary = input[3] != 3;
        TargetAddress? target = isBinary ? TargetAddress.FromAddress(new IPAddress(address), port) : ParseHost(address[1..], port);
        if (command == SocksCommand.ResolvePtr && target?.Address is null)
        {
            return Refuse5(input, SocksStatus.AddressTypeNotSupported, "RESOLVE_PTR of something that is not an address");
        }

        if (target is null || (command == SocksCommand.Connect && port == 0))
        {
            return Refuse5(input, SocksStatus.GeneralError, "malformed host name, or port zero");
        }

        if (isBinary && command != SocksCommand.ResolvePtr && options.RejectAddresses)
        {
            return Refuse5(input, SocksStatus.NotAllowed, "an address instead of a name, which SafeSocks refuses");
        }

        return Accept(consumed, new SocksRequest(SocksVersion.Socks5, command, target, _isolation) { IsAddressOnly = isBinary });
    }

    private static TargetAddress? ParseHost(ReadOnlySpan<byte> name, ushort port)
    {
        Span<char> text = stackalloc char[MaxHostLength];
        int length = Encoding.Latin1.GetChars(name, text);
        return TargetAddress.TryParse(text[..length], port, out TargetAddress? target) ? target : null;
    }

    private SocksAction Accept(int consumed, SocksRequest request)
    {
        _stage = Stage.Done;
        return new SocksAction(SocksOutcome.Request, consumed, default, request);
    }

    private SocksAction Refuse4(ReadOnlySpan<byte> input, string error) =>
        Close(input.Length, SocksRequest.EncodeStatus(SocksVersion.Socks4, SocksStatus.GeneralError), "SOCKS4: " + error);

    private SocksAction Refuse5(ReadOnlySpan<byte> input, SocksStatus status, string error) =>
        Close(input.Length, SocksRequest.EncodeStatus(SocksVersion.Socks5, status), "SOCKS5: " + error);

    private SocksAction Close(int consumed, byte[] reply, string error)
    {
        _stage = Stage.Done;
        return new SocksAction(SocksOutcome.Close, consumed, reply, Error: error);
    }

    /// <summary>The browser shows this to whoever entered the SOCKS port as an HTTP proxy.</summary>
    private static byte[] NotHttp()
    {
        const string Body = "This port speaks SOCKS, not HTTP.\n\n"
            + "Your program uses it as an HTTP proxy. Enter it as a SOCKS5 proxy instead, or use the port of the HTTP proxy\n"
            + "(HTTPTunnelPort in a torrc).\n";
        return Encoding.ASCII.GetBytes(
            "HTTP/1.0 501 Tor is not an HTTP Proxy\r\nContent-Type: text/plain; charset=us-ascii\r\n"
            + $"Content-Length: {Body.Length}\r\nConnection: close\r\n\r\n{Body}");
    }
}
