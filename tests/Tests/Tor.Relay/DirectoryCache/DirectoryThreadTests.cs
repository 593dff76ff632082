using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Tunic.Primitives.Time;
using Tunic.Tor.Relay.DirectoryCache;
using Tunic.Tor.Relay.DirectoryCache.Serving;

namespace Tunic.Tests.TorRelay.DirectoryCache;

/// <summary>Where sockets continue inline, one thread serves many of them (docs/decisions/0006): nothing that computes may run there.</summary>
public sealed class DirectoryThreadTests : IDirectoryHandler
{
    private static readonly DirectoryAsker Stranger = new(IPAddress.Parse("203.0.114.9"), IsTunnelled: false, IsAnonymous: false);

    private readonly ConcurrentQueue<bool> _isPooled = [];

    [Fact]
    public async Task A_request_is_answered_and_compressed_on_the_thread_pool()
    {
        var server = new DirectoryServer(StockStore.Create(), new DirectoryServerOptions { Handlers = [this] });
        await using var stream = new InlineStream("GET /tor/test.z HTTP/1.0\r\nAccept-Encoding: deflate\r\n\r\n", OnRead);

        await Task.Run(() => new DirectoryConnection(server).ServeAsync(stream, Stranger, TestContext.Current.CancellationToken));

        Assert.True(stream.Written > 64 * 1024);
        Assert.True(_isPooled.Count > 2); // the handler, and the first and later parts of the answer
        Assert.All(_isPooled, Assert.True);
    }

    public ValueTask<DirectoryAnswer?> HandleAsync(DirectoryQuery query, CancellationToken cancel)
    {
        OnRead();
        return ValueTask.FromResult<DirectoryAnswer?>(DirectoryAnswer.Documents(
            [.. Enumerable.Range(0, 8).Select(seed => Noise((ulong)seed))], DirectoryEncoding.Deflate, TimeSpan.Zero));
    }

    private void OnRead() => _isPooled.Enqueue(Thread.CurrentThread.IsThreadPoolThread);

    private static ReadOnlyMemory<byte> Noise(ulong seed)
    {
        var bytes = new byte[16 * 1024];
        new SeededRandomSource(seed).Fill(bytes);
        return bytes;
    }

    /// <summary>Completes each read and write on a thread of its own, and goes on there. What is written next tells on which thread it was made.</summary>
    private sealed class InlineStream(string request, Action onWrite) : MemoryStream
    {
        private byte[] _request = Encoding.ASCII.GetBytes(request);

        public int Written { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = _request.Length;
            _request.CopyTo(buffer);
            _request = [];
            return new ValueTask<int>(CompleteElsewhere(count));
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            onWrite();
            Written += buffer.Length;
            return new ValueTask(CompleteElsewhere(0));
        }

        private static Task<int> CompleteElsewhere(int result)
        {
            var completion = new TaskCompletionSource<int>(); // its continuation runs inline
            new Thread(() => completion.SetResult(result)) { IsBackground = true }.Start();
            return completion.Task;
        }
    }
}
