using System.Globalization;
using System.IO.Compression;
using System.Text;
using Tunic.Tor.Network;
using Tunic.Tor.Relay.Exits;

namespace Tunic.Tor.Relay.DirectoryCache.Serving;

/// <summary>Runs one HTTP/1.0 exchange over a stream: a TCP connection or a BEGIN_DIR stream.</summary>
/// <remarks>Thread safe: one object serves all connections.</remarks>
public sealed class DirectoryConnection(DirectoryServer server)
{
    private const int ReadLength = 4 * 1024;
    private const int WriteLength = 16 * 1024;

    private readonly DirectoryServerOptions _options = server.Options;

    /// <summary>Serves one BEGIN_DIR stream: what a relay's data path asks for.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Task ServeAsync(Stream stream, DirectoryStreamOrigin origin, CancellationToken cancel) =>
        ServeAsync(stream, new DirectoryAsker(origin.PreviousHop, IsTunnelled: true, IsAnonymous: !origin.IsFirstHop), cancel);

    /// <summary>Reads a request, answers it and returns; the caller closes the stream. An asker who breaks HTTP, is too slow or goes away gets no answer.</summary>
    /// <param name="stream">A fresh stream.</param>
    /// <param name="asker">Who is at its other end.</param>
    /// <param name="cancel">The relay stops.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task ServeAsync(Stream stream, DirectoryAsker asker, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(_options.RequestTimeLimit, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        try
        {
            DirectoryAnswer? answer = await AnswerAsync(stream, asker, timer, either.Token);
            if (answer is not null)
            {
                await SendAsync(stream, answer, asker, timer, either.Token);
            }
        }
        catch (IOException)
        {
            // The asker has gone; he needs no answer.
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // He is too slow.
        }
    }

    private async Task<DirectoryAnswer?> AnswerAsync(Stream stream, DirectoryAsker asker, CancellationTokenSource timer, CancellationToken cancel)
    {
        using var received = new MemoryStream();
        int headEnd = await ReadHeadAsync(stream, received, cancel);
        if (headEnd < 0)
        {
            return null;
        }

        string head = Encoding.Latin1.GetString(received.GetBuffer(), 0, headEnd);
        if (!DirectoryQuery.TryParse(head, default, asker, out DirectoryQuery? query))
        {
            bool isKnown = head.StartsWith("GET", StringComparison.OrdinalIgnoreCase) || head.StartsWith("POST", StringComparison.OrdinalIgnoreCase);
            return isKnown ? DirectoryAnswer.Short(400, "Bad request") : null;
        }

        if (query.IsPost)
        {
            int limit = server.MaxBodyLength(query.Path);
            if (await ReadBodyAsync(stream, received, headEnd + 4, query, limit, cancel) is not { } body)
            {
                return null;
            }

            query = query with { Body = body };
        }

        timer.CancelAfter(Timeout.InfiniteTimeSpan); // the request is complete; an answer may be waited for
        await ReceiveLoop.LeaveAsync(); // to read votes, to find documents and to compress them takes long
        return await server.HandleAsync(query, cancel);
    }

    /// <summary>Where the blank line begins; negative when the request is too long or ends before it.</summary>
    private async Task<int> ReadHeadAsync(Stream stream, MemoryStream received, CancellationToken cancel)
    {
        var block = new byte[ReadLength];
        while (true)
        {
            int count = await stream.ReadAsync(block, cancel);
            int searchFrom = Math.Max(0, (int)received.Length - 3);
            received.Write(block, 0, count);
            int end = received.GetBuffer().AsSpan(searchFrom, (int)received.Length - searchFrom).IndexOf("\r\n\r\n"u8);
            if (end >= 0 || count == 0 || received.Length >= _options.MaxHeadLength + 4)
            {
                return end < 0 || searchFrom + end > _options.MaxHeadLength ? -1 : searchFrom + end;
            }
        }
    }

    /// <summary>The body; null when it is longer than allowed or ends too early. What nobody takes is not read: the answer says so at once.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(
        Stream stream, MemoryStream received, int start, DirectoryQuery query, int limit, CancellationToken cancel)
    {
        if (!int.TryParse(query.FindHeader("Content-Length") ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out int length))
        {
            return null;
        }

        if (limit == 0)
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        if (length > limit)
        {
            return null;
        }

        int taken = Math.Min(length, (int)received.Length - start);
        byte[] body = received.GetBuffer().AsSpan(start, taken).ToArray();
        while (taken < length)
        {
            if (taken == body.Length)
            {
                // Twice what has come: a stranger who only announces a body gets no memory for it.
                Array.Resize(ref body, taken + Math.Min(length - taken, Math.Max(taken, ReadLength)));
            }

            int count = await stream.ReadAsync(body.AsMemory(taken), cancel);
            if (count == 0)
            {
                return null;
            }

            taken += count;
        }

        return body;
    }

    private async Task SendAsync(
        Stream stream, DirectoryAnswer answer, DirectoryAsker asker, CancellationTokenSource timer, CancellationToken cancel)
    {
        // Encoders write in small pieces: gather them, so that circuits carry full cells.
        using var gathered = new MemoryStream();
        gathered.Write(answer.EncodeHead(asker, _options.Time.GetUtcNow().UtcDateTime));
        using (Stream? encoder = answer.IsEncoded ? null : DirectoryEncodings.CreateEncoder(answer.Encoding, gathered, CompressionLevel.Fastest))
        {
            foreach (ReadOnlyMemory<byte> part in answer.Body)
            {
                for (int taken = 0; taken < part.Length; taken += WriteLength)
                {
                    (encoder ?? gathered).Write(part.Span.Slice(taken, Math.Min(WriteLength, part.Length - taken)));
                    await FlushAsync(minLength: WriteLength);
                }
            }
        }

        await FlushAsync(minLength: 1);
        await stream.FlushAsync(cancel);

        async ValueTask FlushAsync(int minLength)
        {
            if (gathered.Length >= minLength)
            {
                timer.CancelAfter(_options.StallTimeLimit);
                ValueTask writing = stream.WriteAsync(gathered.GetBuffer().AsMemory(0, (int)gathered.Length), cancel);
                bool isWaiting = !writing.IsCompleted;
                await writing;
                gathered.SetLength(0);
                if (isWaiting && !answer.IsEncoded)
                {
                    await ReceiveLoop.LeaveAsync(); // the next part has to be compressed
                }
            }
        }
    }
}
