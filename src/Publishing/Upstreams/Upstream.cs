using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Tunic.Publishing.Upstreams;

/// <summary>A server that is there already and is to be published, byte for byte.</summary>
/// <remarks>
/// Nothing is rewritten: an HTTP server sees the onion address as <c>Host</c>, as people ask for it. One that answers to certain names only must
/// be told of it.
/// </remarks>
/// <param name="Target">An <see cref="IPEndPoint"/> or a <see cref="UnixDomainSocketEndPoint"/>.</param>
/// <param name="IsHttp">It speaks HTTP, so that a visitor can be told in words when it is not there.</param>
public sealed record Upstream(EndPoint Target, bool IsHttp)
{
    private const string HttpPrefix = "http://";
    private const string TcpPrefix = "tcp://";
    private const string UnixPrefix = "unix:";

    private const string Forms = "Write http://127.0.0.1:3000, tcp://127.0.0.1:22, a port of this machine such as 3000, or unix:/path/of/socket.";

    /// <summary>Reads an upstream: <c>http://address[:port]</c>, <c>tcp://address:port</c>, <c>address:port</c>, a port of this machine, or <c>unix:/path</c>.</summary>
    /// <exception cref="PublishingException">It is none; the message says why and what to write.</exception>
    public static Upstream Parse(string text)
    {
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            return new Upstream(ParseSocket(text[UnixPrefix.Length..]), IsHttp: false);
        }

        if (text.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            throw new PublishingException($"\"{text}\" cannot be published: onion addresses are encrypted by themselves, so give the server's http:// port.");
        }

        if (text.StartsWith(HttpPrefix, StringComparison.OrdinalIgnoreCase))
        {
            string rest = text[HttpPrefix.Length..];
            return new Upstream(ParseAddress(rest.EndsWith('/') ? rest[..^1] : rest, text, defaultPort: 80), IsHttp: true);
        }

        string address = text.StartsWith(TcpPrefix, StringComparison.OrdinalIgnoreCase) ? text[TcpPrefix.Length..] : text;
        return new Upstream(ParseAddress(address, text, defaultPort: null), IsHttp: false);
    }

    /// <summary>Connects once, so that a server that is not there is known before visitors come.</summary>
    /// <exception cref="PublishingException">It cannot be reached; the message says why.</exception>
    public async Task CheckAsync(CancellationToken cancel)
    {
        try
        {
            using Socket socket = await ConnectAsync(cancel);
        }
        catch (SocketException failure)
        {
            throw new PublishingException($"{this} cannot be reached: {Describe(failure)}.", failure);
        }
    }

    /// <summary>The target as text: <c>127.0.0.1:3000</c>, or the path of a socket.</summary>
    public override string ToString() => Target.ToString()!;

    /// <summary>Connects.</summary>
    /// <exception cref="SocketException">It cannot be reached.</exception>
    internal async Task<Socket> ConnectAsync(CancellationToken cancel)
    {
        Socket socket = Target is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(Target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(Target, cancel);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    internal static string Describe(SocketException failure) => failure.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "nobody listens there; start the server first",
        SocketError.AddressNotAvailable => "there is no such socket; start the server first",
        SocketError.AccessDenied => "this user may not use that socket; change its owner or mode",
        _ => failure.Message,
    };

    private static UnixDomainSocketEndPoint ParseSocket(string path)
    {
        if (!path.StartsWith('/'))
        {
            throw new PublishingException($"\"{UnixPrefix}{path}\" names no socket: write {UnixPrefix} and its full path, which begins with /.");
        }

        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentOutOfRangeException tooLong)
        {
            throw new PublishingException($"The path \"{path}\" is too long for a socket: move it to a shorter one, of at most 107 bytes.", tooLong);
        }
    }

    private static IPEndPoint ParseAddress(string address, string whole, ushort? defaultPort)
    {
        if (address.Contains('/', StringComparison.Ordinal))
        {
            throw new PublishingException($"\"{whole}\" has a path, but a whole server is published: leave out what follows the port.");
        }

        if (defaultPort is null && TryParsePort(address, out ushort onlyPort))
        {
            return new IPEndPoint(IPAddress.Loopback, onlyPort);
        }

        int colon = address.LastIndexOf(':');
        bool hasPort = colon >= 0 && !address.EndsWith(']');
        ushort port = defaultPort ?? 0;
        if ((hasPort && !TryParsePort(address[(colon + 1)..], out port)) || port == 0)
        {
            throw new PublishingException($"\"{whole}\" has no port from 1 to 65535. {Forms}");
        }

        string host = (hasPort ? address[..colon] : address).Trim('[', ']');
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return new IPEndPoint(IPAddress.Loopback, port);
        }

        return IPAddress.TryParse(host, out IPAddress? parsed)
            ? new IPEndPoint(parsed, port)
            : throw new PublishingException($"\"{host}\" in \"{whole}\" is no IP address; names are not looked up, so that nobody learns what is published. {Forms}");
    }

    private static bool TryParsePort(string text, [NotNullWhen(true)] out ushort port) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port > 0;
}
