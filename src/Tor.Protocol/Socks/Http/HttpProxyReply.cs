using System.Text;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Protocol.Socks.Http;

/// <summary>What the proxy itself says to its client: short plain text, nothing that a browser would run.</summary>
public static class HttpProxyReply
{
    /// <summary>
    /// The headers of proposal 365 that we understand. Sent only with answers to CONNECT and OPTIONS, which no web page can read; an answer
    /// to a web page's own request must not tell what proxy we are.
    /// </summary>
    private const string Capabilities = "Tor-Capabilities: Proxy-Authorization Tor-Family-Preference Tor-Stream-Isolation X-Tor-Stream-Isolation\r\n";

    /// <summary>The tunnel is open.</summary>
    public static ReadOnlyMemory<byte> Connected { get; } = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\n" + Capabilities + "\r\n");

    /// <summary>The answer to OPTIONS about the proxy itself.</summary>
    public static ReadOnlyMemory<byte> Options(bool connectOnly) => Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nAllow: OPTIONS, CONNECT" + (connectOnly ? "" : ", GET, HEAD, POST, PUT, PATCH, DELETE")
        + "\r\n" + Capabilities + "Content-Length: 0\r\nConnection: close\r\n\r\n");

    /// <summary>An error with a sentence for the person at the browser.</summary>
    /// <param name="status">400 to 599.</param>
    /// <param name="reason">The words of the status line.</param>
    /// <param name="sentence">What is wrong and what to do; ASCII.</param>
    public static byte[] Error(int status, string reason, string sentence) => Build(status, reason, "", sentence);

    /// <summary>The stream ended before it was connected.</summary>
    /// <param name="end">Why.</param>
    /// <param name="isConnect">The answer is to CONNECT: then the reason stands in a header too (proposal 365).</param>
    public static byte[] ForEnd(EndReason end, bool isConnect)
    {
        (int status, string reason, string sentence) = Describe(end);
        string headers = isConnect ? $"{Capabilities}Tor-Request-Failed: end/{Name(end)}\r\n" : "";
        return Build(status, reason, headers, sentence);
    }

    /// <summary>The request never became a stream.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="isConnect">As for <see cref="ForEnd"/>.</param>
    public static byte[] ForLocalReason(LocalEndReason reason, bool isConnect)
    {
        (int status, string words, string name, string sentence) = reason switch
        {
            LocalEndReason.NetworkUnreachable => (503, "Service Unavailable", "NET_UNREACHABLE", "The network is not known yet. Try again in a moment."),
            LocalEndReason.PrivateAddress => (403, "Forbidden", "PRIVATE_ADDR", "The host is a private address, which only programs near it can reach."),
            LocalEndReason.EntryPolicy => (403, "Forbidden", "ENTRYPOLICY", "This proxy does not connect to such hosts."),
            LocalEndReason.BadOnionAddress => (403, "Forbidden", "ENTRYPOLICY", "This is not an onion address: a letter is wrong or missing."),
            LocalEndReason.OnionServiceNotFound => (502, "Bad Gateway", "CANT_ATTACH", "The onion service was not found: it is not there now, or never was."),
            LocalEndReason.OnionServiceIsInvalid => (502, "Bad Gateway", "CANT_ATTACH", "What the onion service says of itself makes no sense."),
            LocalEndReason.OnionServiceIntroductionFailed => (502, "Bad Gateway", "CANT_ATTACH", "The onion service could not be told that you are there. Try again in a moment."),
            LocalEndReason.OnionServiceIntroductionTimedOut => (504, "Gateway Timeout", "CANT_ATTACH", "The onion service's introduction points do not answer. Try again in a moment."),
            LocalEndReason.OnionServiceRendezvousFailed => (504, "Gateway Timeout", "CANT_ATTACH", "The onion service did not answer. Try again in a moment."),
            LocalEndReason.OnionServiceMissingClientAuthorization => (403, "Forbidden", "CANT_ATTACH", "The onion service lets in only those it knows, and you have no key for it."),
            LocalEndReason.OnionServiceWrongClientAuthorization => (403, "Forbidden", "CANT_ATTACH", "The onion service does not take your key."),
            _ => (502, "Bad Gateway", "CANT_ATTACH", "No circuit could be built. Try again."),
        };
        string headers = isConnect ? $"{Capabilities}Tor-Request-Failed: c-tor/{name}\r\n" : "";
        return Build(status, words, headers, sentence);
    }

    private static byte[] Build(int status, string reason, string headers, string sentence)
    {
        string body = sentence + "\n";
        return Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status} {reason}\r\n{headers}Content-Type: text/plain; charset=us-ascii\r\nX-Content-Type-Options: nosniff\r\n"
            + $"Content-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");
    }

    /// <summary>The status numbers are stock's.</summary>
    private static (int Status, string Reason, string Sentence) Describe(EndReason end) => end switch
    {
        EndReason.ResolveFailed => (503, "Service Unavailable", "The name of the host could not be resolved."),
        EndReason.NoRoute => (503, "Service Unavailable", "The exit relay found no route to the host."),
        EndReason.ConnectRefused => (403, "Forbidden", "The host refused the connection."),
        EndReason.ConnectionReset => (403, "Forbidden", "The host reset the connection."),
        EndReason.ExitPolicy => (403, "Forbidden", "No exit relay that was tried connects to this host and port."),
        EndReason.Timeout => (504, "Gateway Timeout", "The host did not answer in time."),
        EndReason.Destroy => (502, "Bad Gateway", "The circuit broke. Try again."),
        EndReason.Done => (502, "Bad Gateway", "The connection was closed before it was open."),
        EndReason.Hibernating => (502, "Bad Gateway", "The exit relay is going to sleep. Try again."),
        EndReason.Internal or EndReason.ResourceLimit => (502, "Bad Gateway", "The exit relay has a problem. Try again."),
        EndReason.TorProtocol => (502, "Bad Gateway", "The exit relay broke the protocol. Try again."),
        _ => (500, "Internal Server Error", "The connection failed. Try again."),
    };

    private static string Name(EndReason end) => end switch
    {
        EndReason.ConnectionReset => "CONNRESET",
        _ => end.ToString().ToUpperInvariant(),
    };
}
