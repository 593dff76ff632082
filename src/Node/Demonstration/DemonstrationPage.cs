using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tunic.Tor.Network;

namespace Tunic.Node.Demonstration;

/// <summary>The web site of the demonstration: one page on 127.0.0.1 that tells who came. Remembers the last visitor's port, by which his process is found.</summary>
internal sealed class DemonstrationPage : IAsyncDisposable
{
    private const int MaxHeadLength = 8 * 1024;
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(30);

    private readonly Socket _socket = OwnListeners.Open(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly CancellationTokenSource _stop = new(); // holds no timer, so it needs no dispose
    private readonly Task _serving;

    internal DemonstrationPage()
    {
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
        _serving = ServeAsync();
    }

    internal int Port { get; }

    internal Uri Url => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}/"));

    /// <summary>Told of each visit while the connection is open; the socket's other end is given.</summary>
    internal Action<IPEndPoint>? OnVisit { get; set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket visitor = await _socket.AcceptAsync(_stop.Token);
            _ = Task.Run(() => AnswerAsync(visitor)); // ends by its time limit, and touches nothing of ours
        }
    }

    private async Task AnswerAsync(Socket visitor)
    {
        using (visitor)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            limit.CancelAfter(RequestLimit);
            try
            {
                await ReadHeadAsync(visitor, limit.Token);
                var from = (IPEndPoint)visitor.RemoteEndPoint!;
                OnVisit?.Invoke(from);
                byte[] body = Encoding.UTF8.GetBytes(
                    $"<!doctype html><title>Tunic</title><h1>It works</h1><p>This page came to you through three relays. All it knows of you is that an exit connected from {from}.</p>\n");
                string head = string.Create(
                    CultureInfo.InvariantCulture,
                    $"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
                await visitor.SendAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. body], limit.Token);
                visitor.Shutdown(SocketShutdown.Send);
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException)
            {
                // the visitor left
            }
        }
    }

    private static async Task ReadHeadAsync(Socket visitor, CancellationToken cancel)
    {
        var head = new byte[MaxHeadLength];
        int length = 0;
        while (length < head.Length && head.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            int count = await visitor.ReceiveAsync(head.AsMemory(length), cancel);
            if (count == 0)
            {
                return;
            }

            length += count;
        }
    }
}
