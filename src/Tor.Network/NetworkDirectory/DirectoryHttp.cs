using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Tunic.Tor.Network.NetworkDirectory;

/// <summary>
/// HTTP/1.0 as directories speak it: one request per connection, the answer ends with the connection. Kept apart from
/// HttpClient because nothing here may look up a name, follow a redirect or say more of us than stock tor does.
/// </summary>
public static class DirectoryHttp
{
    private const int MaxHeadLength = 32 * 1024;
    private const int ReadLength = 16 * 1024;

    /// <summary>Sends the request and reads the answer to the end of the stream.</summary>
    /// <param name="stream">A fresh stream to the directory; used up afterwards.</param>
    /// <param name="host">For the Host header: the directory's address, or null over a BEGIN_DIR stream.</param>
    /// <param name="request">What to ask.</param>
    /// <param name="onProgress">Called whenever more of the answer has come; null for nobody.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="DirectoryException">The answer is not HTTP, is cut off, is larger than allowed or cannot be decompressed.</exception>
    /// <exception cref="IOException">The stream broke.</exception>
    public static async Task<DirectoryResponse> SendAsync(
        Stream stream, string? host, DirectoryRequest request, Action? onProgress, CancellationToken cancel)
    {
        await stream.WriteAsync(Format(host, request), cancel);
        await stream.FlushAsync(cancel);
        byte[] answer = await ReadToEndAsync(stream, request.MaxBodyLength, onProgress, cancel);
        return Parse(answer, request.MaxBodyLength);
    }

    /// <summary>The request's bytes.</summary>
    internal static byte[] Format(string? host, DirectoryRequest request)
    {
        var head = new StringBuilder();
        head.Append(request.Body is null ? "GET " : "POST ").Append(request.Path).Append(" HTTP/1.0\r\n");
        if (host is not null)
        {
            head.Append("Host: ").Append(host).Append("\r\n");
        }

        if (request.Body is { } body)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        }
        else
        {
            head.Append("Accept-Encoding: deflate, gzip, identity\r\n");
        }

        if (request.IfModifiedSince is { } since)
        {
            head.Append(CultureInfo.InvariantCulture, $"If-Modified-Since: {since:R}\r\n");
        }

        if (request.DiffFrom.Count > 0)
        {
            head.Append("X-Or-Diff-From-Consensus: ").AppendJoin(' ', request.DiffFrom).Append("\r\n");
        }

        byte[] encoded = Encoding.ASCII.GetBytes(head.Append("\r\n").ToString());
        return request.Body is { } content ? [.. encoded, .. content.Span] : encoded;
    }

    /// <summary>Reads a whole answer.</summary>
    internal static DirectoryResponse Parse(ReadOnlyMemory<byte> answer, int maxBodyLength)
    {
        int headEnd = answer.Span.IndexOf("\r\n\r\n"u8);
        if (headEnd is < 0 or > MaxHeadLength)
        {
            throw new DirectoryException("the directory's answer has no end of header");
        }

        string[] lines = Encoding.Latin1.GetString(answer.Span[..headEnd]).Split("\r\n");
        (int status, string reason) = ParseStatus(lines[0]);
        ReadOnlyMemory<byte> body = answer[(headEnd + 4)..];
        if (FindHeader(lines, "Content-Length") is { } lengthText)
        {
            body = int.TryParse(lengthText, NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length <= body.Length
                ? body[..length]
                : throw new DirectoryException($"the directory's answer is cut off: {body.Length} of {lengthText} bytes");
        }

        DateTime? date = DateTime.TryParse(
            FindHeader(lines, "Date"), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out DateTime parsed) ? parsed : null;
        return new DirectoryResponse(
            status,
            reason,
            date,
            FindHeader(lines, "X-Your-Address-Is"),
            Decompress(FindHeader(lines, "Content-Encoding") ?? "identity", body, maxBodyLength));
    }

    private static (int Status, string Reason) ParseStatus(string line)
    {
        string[] parts = line.Split(' ', 3);
        return parts.Length >= 2
            && parts[0].StartsWith("HTTP/1.", StringComparison.Ordinal)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int status)
            ? (status, parts.Length == 3 ? parts[2] : "")
            : throw new DirectoryException("the directory does not answer in HTTP");
    }

    private static string? FindHeader(string[] lines, string name)
    {
        foreach (string line in lines.AsSpan(1))
        {
            if (line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                return line[(name.Length + 1)..].Trim();
            }
        }

        return null;
    }

    /// <summary>
    /// Undoes the encoding. A directory may send several compressed members one after the other; the limit counts what
    /// comes out of all of them together, so that a bomb cannot be made of many small ones.
    /// </summary>
    private static ReadOnlyMemory<byte> Decompress(string encoding, ReadOnlyMemory<byte> body, int maxLength)
    {
        if (encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return body.Length <= maxLength ? body : throw TooLarge(maxLength);
        }

        if (body.IsEmpty)
        {
            return body;
        }

        bool isGzip = encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase) || encoding.Equals("x-gzip", StringComparison.OrdinalIgnoreCase);
        if (!isGzip && !encoding.Equals("deflate", StringComparison.OrdinalIgnoreCase))
        {
            throw new DirectoryException($"the directory answers in the encoding \"{encoding}\", which we did not ask for");
        }

        using var source = new MemoryStream(body.ToArray(), writable: false);
        using Stream inflater = isGzip ? new GZipStream(source, CompressionMode.Decompress) : new ZLibStream(source, CompressionMode.Decompress);
        using var content = new MemoryStream();
        var block = new byte[ReadLength];
        try
        {
            int count;
            while ((count = inflater.Read(block)) > 0)
            {
                if (content.Length + count > maxLength)
                {
                    throw TooLarge(maxLength);
                }

                content.Write(block, 0, count);
            }
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException) // the latter for a preset dictionary: the source is in memory
        {
            throw new DirectoryException("the directory's answer cannot be decompressed", failure);
        }

        return content.GetBuffer().AsMemory(0, (int)content.Length);
    }

    private static async Task<byte[]> ReadToEndAsync(Stream stream, int maxBodyLength, Action? onProgress, CancellationToken cancel)
    {
        using var answer = new MemoryStream();
        var block = new byte[ReadLength];
        int count;
        while ((count = await stream.ReadAsync(block, cancel)) > 0)
        {
            onProgress?.Invoke();
            if (answer.Length + count > (long)maxBodyLength + MaxHeadLength)
            {
                throw TooLarge(maxBodyLength);
            }

            answer.Write(block, 0, count);
        }

        return answer.ToArray();
    }

    private static DirectoryException TooLarge(int limit) => new($"the directory's answer is larger than {limit} bytes");
}
