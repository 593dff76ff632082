using System.Globalization;
using System.Net;
using System.Text;
using Tunic.Tor.Protocol.Documents.Policies;

namespace Tunic.Tor.Relay.DirectoryCache.Serving;

/// <summary>What a directory answers: status and body, with the headers in stock tor's order.</summary>
public sealed record DirectoryAnswer
{
    private DirectoryAnswer()
    {
    }

    /// <summary>HTTP status.</summary>
    public int Status { get; private init; } = 200;

    /// <summary>The words after the status.</summary>
    public string Reason { get; private init; } = "OK";

    /// <summary>The body in parts, sent one after the other.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Body { get; private init; } = [];

    /// <summary>The encoding that the head states.</summary>
    public DirectoryEncoding Encoding { get; private init; }

    /// <summary>The parts are encoded already; else they are while they are sent.</summary>
    public bool IsEncoded { get; private init; }

    /// <summary>How long others may keep the answer; zero: not at all.</summary>
    public TimeSpan Lifetime { get; private init; }

    /// <summary>The head states the length, where it is known before sending.</summary>
    public bool StatesLength { get; private init; }

    /// <summary>Null for an answer that is a status line only.</summary>
    public string? ContentType { get; private init; }

    /// <summary>Further header lines, without line ends.</summary>
    public IReadOnlyList<string> ExtraHeaders { get; init; } = [];

    /// <summary>An answer without a body.</summary>
    public static DirectoryAnswer Short(int status, string reason) => new() { Status = status, Reason = reason };

    /// <summary>The plain "not here".</summary>
    public static DirectoryAnswer NotFound { get; } = Short(404, "Not found");

    /// <summary>What the asker has is as new.</summary>
    public static DirectoryAnswer NotModified { get; } = Short(304, "Not modified");

    /// <summary>Documents to encode while they are sent.</summary>
    /// <param name="parts">The documents.</param>
    /// <param name="encoding">One that the asker accepts.</param>
    /// <param name="lifetime">How long others may keep them.</param>
    /// <param name="statesLength">Whether an unencoded answer states its length.</param>
    public static DirectoryAnswer Documents(
        IReadOnlyList<ReadOnlyMemory<byte>> parts, DirectoryEncoding encoding, TimeSpan lifetime, bool statesLength = false) => new()
        {
            Body = parts,
            Encoding = encoding,
            Lifetime = lifetime,
            StatesLength = statesLength && encoding == DirectoryEncoding.Identity,
            ContentType = "text/plain",
        };

    /// <summary>A document whose encodings are kept.</summary>
    public static DirectoryAnswer Prepared(ServedText text, DirectoryEncoding encoding, TimeSpan lifetime) => new()
    {
        Body = [text.Encoded(encoding)],
        Encoding = encoding,
        IsEncoded = true,
        Lifetime = lifetime,
        ContentType = "text/plain",
    };

    /// <summary>The status line and all headers with the blank line.</summary>
    /// <param name="asker">Learns his address, unless it is one that says nothing.</param>
    /// <param name="now">UTC.</param>
    public byte[] EncodeHead(DirectoryAsker asker, DateTime now)
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.0 {Status} {Reason}\r\nDate: {now:R}\r\n");
        if (ContentType is not null)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: {ContentType}\r\n");
            if (asker.Address is { } address && !IsNearby(address))
            {
                head.Append(CultureInfo.InvariantCulture, $"X-Your-Address-Is: {address}\r\n");
            }

            head.Append(CultureInfo.InvariantCulture, $"Content-Encoding: {DirectoryEncodings.NameOf(Encoding)}\r\n");
            if (StatesLength)
            {
                head.Append(CultureInfo.InvariantCulture, $"Content-Length: {Body.Sum(part => (long)part.Length)}\r\n");
            }

            head.Append(Lifetime > TimeSpan.Zero
                ? string.Create(CultureInfo.InvariantCulture, $"Expires: {now + Lifetime:R}\r\n")
                : "Pragma: no-cache\r\n");
        }

        foreach (string header in ExtraHeaders)
        {
            head.Append(header).Append("\r\n");
        }

        return System.Text.Encoding.ASCII.GetBytes(head.Append("\r\n").ToString());
    }

    /// <summary>An asker on the same machine or network would learn an address that is none on the Internet.</summary>
    private static bool IsNearby(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return ExitPolicy.PrivateNetworks.Any(network => network.Contains(plain));
    }
}
