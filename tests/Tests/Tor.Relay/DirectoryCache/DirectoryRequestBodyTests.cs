using System.Net;
using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Time;
using Tunic.Tor.Relay.DirectoryCache.Serving;

namespace Tunic.Tests.TorRelay.DirectoryCache;

public sealed class DirectoryRequestBodyTests
{
    private const int MaxLength = 1 << 24;
    private static readonly DirectoryAsker Stranger = new(IPAddress.Parse("203.0.114.9"), IsTunnelled: false, IsAnonymous: false);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task Memory_for_a_body_follows_the_bytes_that_have_come(int sent)
    {
        var handler = new Taker();
        var stream = new Upload(MaxLength, new byte[sent]);

        await ServeAsync(stream, handler);

        Assert.Null(handler.Body); // it ends too early
        Assert.InRange(stream.LargestBuffer, 1, sent + (8 * 1024));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4_096)]
    [InlineData(4_097)]
    [InlineData(1_000_000)]
    [InlineData(MaxLength)]
    public async Task A_body_arrives_whole_and_without_what_follows_it(int length)
    {
        var handler = new Taker();
        byte[] body = new byte[length];
        new SeededRandomSource((ulong)length).Fill(body);

        await ServeAsync(new Upload(length, [.. body, 1, 2, 3]), handler);

        Assert.Equal(SHA256.HashData(body), SHA256.HashData(handler.Body!.Value.Span));
    }

    private static Task ServeAsync(Stream stream, IDirectoryHandler handler)
    {
        var server = new DirectoryServer(StockStore.Create(), new DirectoryServerOptions { Handlers = [handler] });
        return new DirectoryConnection(server).ServeAsync(stream, Stranger, TestContext.Current.CancellationToken);
    }

    private sealed class Taker : IDirectoryHandler
    {
        public ReadOnlyMemory<byte>? Body { get; private set; }

        public int MaxBodyLength(string path) => MaxLength;

        public ValueTask<DirectoryAnswer?> HandleAsync(DirectoryQuery query, CancellationToken cancel)
        {
            Body = query.Body;
            return ValueTask.FromResult<DirectoryAnswer?>(DirectoryAnswer.NotFound);
        }
    }

    /// <summary>Announces so many bytes, sends others, and remembers how much room it was given for them.</summary>
    private sealed class Upload(int announced, byte[] body)
        : MemoryStream([.. Encoding.ASCII.GetBytes($"POST /tor/post/vote HTTP/1.0\r\nContent-Length: {announced}\r\n\r\n"), .. body])
    {
        public int LargestBuffer { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            LargestBuffer = Math.Max(LargestBuffer, buffer.Length);
            return base.ReadAsync(buffer, cancellationToken);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }
}
