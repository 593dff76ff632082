using System.Net;
using System.Net.Sockets;

namespace Tunic.Tor.Client.Listeners;

/// <summary>A connection of an application: its socket, and what was received and not used yet.</summary>
/// <remarks>One reader and one writer at a time. Socket failures are thrown as they are: they mean that the application has gone.</remarks>
public sealed class ProxyConnection : IDisposable
{
    private const int HeadRoom = 1024;
    private const int DrainLength = 4 * 1024;
    private const int MaxDrained = 256 * 1024;
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How often to look whether the application is still there.</summary>
    internal static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(250);

    private readonly InputBuffer _input = new();

    internal ProxyConnection(Socket socket)
    {
        Socket = socket;
        if (socket.AddressFamily != AddressFamily.Unix)
        {
            socket.NoDelay = true;
        }

        ClientEndPoint = socket.RemoteEndPoint as IPEndPoint;
    }

    /// <summary>The application's address and port; null on a Unix socket.</summary>
    public IPEndPoint? ClientEndPoint { get; }

    /// <summary>The application's address.</summary>
    public IPAddress ClientAddress => ClientEndPoint?.Address ?? IPAddress.None;

    /// <summary>What was received and not consumed.</summary>
    internal ReadOnlyMemory<byte> Input => _input.Content;

    /// <summary>The socket, for the pump.</summary>
    internal Socket Socket { get; }

    /// <summary>Ends when the connection has been served.</summary>
    internal Task Serving { get; set; } = Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        Socket.Dispose();
        ReleaseInput();
    }

    /// <summary>Drops bytes from the front of the input.</summary>
    internal void Consume(int count) => _input.Consume(count);

    /// <summary>Drops the input and its memory.</summary>
    internal void ReleaseInput() => _input.Release();

    /// <summary>Adds to the input what the application sends next.</summary>
    /// <param name="limit">Most bytes of input.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <param name="room">How much may come at once; more for bodies.</param>
    /// <returns>False at the end of what it sends, and when the input is full.</returns>
    internal async ValueTask<bool> ReceiveAsync(int limit, CancellationToken cancel, int room = HeadRoom)
    {
        Memory<byte> free = _input.GetRoom(limit, room);
        if (free.IsEmpty)
        {
            return false;
        }

        int received = await Socket.ReceiveAsync(free, SocketFlags.None, cancel);
        _input.Add(received);
        return received > 0;
    }

    /// <summary>Sends all of it.</summary>
    internal async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await Socket.SendAsync(bytes, SocketFlags.None, cancel)..];
        }
    }

    /// <summary>Whether the application has closed its side, or reset the connection. Takes what it sent before into the input, since that hides its end.</summary>
    /// <param name="limit">Most bytes of input; an application that has sent more counts as present.</param>
    internal async ValueTask<bool> HasLeftAsync(int limit)
    {
        try
        {
            while (Socket.Available > 0 && Input.Length < limit)
            {
                await ReceiveAsync(limit, CancellationToken.None); // does not wait
            }

            return Socket.Poll(TimeSpan.Zero, SelectMode.SelectError)
                || (Socket.Poll(TimeSpan.Zero, SelectMode.SelectRead) && Socket.Available == 0);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>Does something that takes time while the application waits, and stops it when the application leaves.</summary>
    /// <param name="limit">Most bytes of input to keep meanwhile.</param>
    /// <param name="work">What to do.</param>
    /// <param name="cancel">Stops it too.</param>
    /// <exception cref="OperationCanceledException">The application has left, or <paramref name="cancel"/>.</exception>
    internal async Task<T> WatchAsync<T>(int limit, Func<CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        // Looking now and then costs nothing when the work is quick, unlike a read that must be cancelled each time.
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task<T> working = work(gone.Token);
        while (!working.IsCompleted)
        {
            await ((Task)working).WaitAsync(WatchInterval, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!working.IsCompleted && await HasLeftAsync(limit))
            {
                await gone.CancelAsync();
                break;
            }
        }

        return await working;
    }

    /// <summary>Sends a last word and closes so that it arrives: input that nobody read would have the system reset the connection.</summary>
    internal async Task CloseAsync(ReadOnlyMemory<byte> last, CancellationToken cancel)
    {
        using CancellationTokenSource timer = ProxyListener.StartTimer(DrainTimeout, cancel);
        await SendAsync(last, timer.Token);
        Socket.Shutdown(SocketShutdown.Send);
        ReleaseInput();
        for (int drained = 0; drained < MaxDrained && await ReceiveAsync(DrainLength, timer.Token);)
        {
            drained += Input.Length;
            Consume(Input.Length);
        }
    }

    /// <summary>Has the application see that what it received is not all.</summary>
    internal void Reset() => Socket.Close(timeout: 0);
}
