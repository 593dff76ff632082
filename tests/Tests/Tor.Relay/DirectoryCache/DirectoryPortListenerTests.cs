using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Time;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Relay.DirectoryCache.Serving;

namespace Tunic.Tests.TorRelay.DirectoryCache;

public sealed class DirectoryPortListenerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_address_holds_no_more_than_its_share_of_the_places()
    {
        var limits = new ConnectionLimits(new ConnectionLimitOptions { MaxConnections = 3, MaxPerAddress = 1 }, _ => false, new SeededRandomSource(1));
        var held = new Held();
        using DirectoryPortListener listener = Listen(limits, held);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        Task serving = listener.RunAsync(stop.Token);
        using TcpClient first = await AskAsync(listener);
        await held.Reached.WaitAsync(Cancel);

        // More than there are places: those refused must not use them up.
        for (int count = 0; count < 4; count++)
        {
            using TcpClient refused = await AskAsync(listener);
            Assert.Equal("", await ReadAsync(refused));
        }

        Assert.Equal((1, 4), (limits.Total, limits.Refused));
        held.Release();
        Assert.StartsWith("HTTP/1.0 404", await ReadAsync(first), StringComparison.Ordinal);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
        Assert.Equal(0, limits.Total);
    }

    [Fact]
    public async Task An_exempt_address_may_hold_all_places()
    {
        var limits = new ConnectionLimits(new ConnectionLimitOptions { MaxConnections = 3, MaxPerAddress = 1 }, IPAddress.IsLoopback, new SeededRandomSource(1));
        var held = new Held();
        using DirectoryPortListener listener = Listen(limits, held);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        Task serving = listener.RunAsync(stop.Token);
        var askers = new List<TcpClient>();
        for (int count = 0; count < 3; count++)
        {
            askers.Add(await AskAsync(listener));
            await held.Reached.WaitAsync(Cancel);
        }

        held.Release();

        foreach (TcpClient asker in askers)
        {
            Assert.StartsWith("HTTP/1.0 404", await ReadAsync(asker), StringComparison.Ordinal);
            asker.Dispose();
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
    }

    private static DirectoryPortListener Listen(ConnectionLimits limits, IDirectoryHandler handler, Predicate<IPAddress>? admits = null) => DirectoryPortListener.Bind(
        new IPEndPoint(IPAddress.Loopback, 0),
        new DirectoryServer(StockStore.Create(), new DirectoryServerOptions { Handlers = [handler] }),
        limits,
        admits ?? (_ => true),
        NullLogger.Instance);

    private static async Task<TcpClient> AskAsync(DirectoryPortListener listener)
    {
        var asker = new TcpClient();
        await asker.ConnectAsync(listener.Address, Cancel);
        await asker.GetStream().WriteAsync("GET /tor/held HTTP/1.0\r\n\r\n"u8.ToArray(), Cancel);
        return asker;
    }

    /// <summary>All that is answered; nothing when the connection was reset.</summary>
    private static async Task<string> ReadAsync(TcpClient asker)
    {
        using var reader = new StreamReader(asker.GetStream(), leaveOpen: true);
        try
        {
            return await reader.ReadToEndAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>Holds each request until released.</summary>
    private sealed class Held : IDirectoryHandler
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Counts the requests that have come.</summary>
        public SemaphoreSlim Reached { get; } = new(0);

        public void Release() => _released.SetResult();

        public async ValueTask<DirectoryAnswer?> HandleAsync(DirectoryQuery query, CancellationToken cancel)
        {
            Reached.Release();
            await _released.Task.WaitAsync(cancel);
            return null;
        }
    }
}
