using System.Net;
using System.Net.Sockets;
using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tests.Tor.Network.Streams;

/// <summary>An exit's pump between a stream, whose other end the test plays, and a target on loopback.</summary>
public sealed class SocketPumpTests : IDisposable
{
    private const int Length = 200_000; // a stream's window holds it, small socket buffers do not

    private readonly Socket _target;
    private readonly Socket _exitSocket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = 4096 };
    private readonly CircuitStream _stream;
    private readonly Task<CircuitStream> _exitStream;

    public SocketPumpTests()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _exitSocket.Connect(listener.LocalEndPoint!);
        _target = listener.Accept();
        var requested = new TaskCompletionSource<CircuitStream>(TaskCreationOptions.RunContinuationsAsynchronously);
        var client = new LoopbackEnd(CircuitRole.Origin, 1);
        LoopbackEnd? exit = null;
        exit = new LoopbackEnd(CircuitRole.Relay, 2)
        {
            Peer = client,
            OnRequested = (stream, _, _) =>
            {
                exit!.Answer(stream, RelayCommand.Connected, new Connected(IPAddress.Loopback, 60).Encode());
                requested.SetResult(stream);
            },
        };
        client.Peer = exit;
        _stream = client.Open(new Begin("a.example", 80), continueInline: false);
        _exitStream = requested.Task;
    }

    public void Dispose()
    {
        _target.Dispose();
        _exitSocket.Dispose();
    }

    [Fact]
    public async Task A_target_that_does_not_read_is_given_up_some_time_after_the_stream_has_ended()
    {
        Task pump = SocketPump.RunAsync(_exitSocket, await _exitStream, linger: TimeSpan.FromMilliseconds(50));
        await WriteAsync();
        _stream.Close(EndReason.Done);

        await pump.WaitAsync(Application.Limit);
    }

    [Fact]
    public async Task A_target_that_reads_late_gets_all_of_it_and_then_the_end()
    {
        Task pump = SocketPump.RunAsync(_exitSocket, await _exitStream, Timeout.InfiniteTimeSpan);
        await WriteAsync();
        _stream.Close(EndReason.Done);

        var buffer = new byte[16 * 1024];
        int received = 0;
        for (int count; (count = await _target.ReceiveAsync(buffer)) > 0;)
        {
            received += count;
        }

        Assert.Equal(Length, received);
        await pump.WaitAsync(Application.Limit);
    }

    [Fact]
    public async Task The_end_of_a_stream_ends_the_pump_though_the_target_stays()
    {
        Task pump = SocketPump.RunAsync(_exitSocket, await _exitStream, Timeout.InfiniteTimeSpan);

        _stream.Close(EndReason.Done);

        Assert.Equal(0, await _target.ReceiveAsync(new byte[1]));
        await pump.WaitAsync(Application.Limit);
    }

    [Fact]
    public async Task The_end_of_the_target_ends_the_stream()
    {
        Task pump = SocketPump.RunAsync(_exitSocket, await _exitStream, Timeout.InfiniteTimeSpan);

        _target.Shutdown(SocketShutdown.Send);

        Assert.False(await _stream.WaitToReadAsync().AsTask().WaitAsync(Application.Limit));
        Assert.Equal(EndReason.Done, _stream.RemoteEnd?.Reason);
        await pump.WaitAsync(Application.Limit);
    }

    private async Task WriteAsync()
    {
        var bytes = new byte[Length];
        for (int sent = 0; sent < Length && await _stream.WaitToWriteAsync();)
        {
            sent += _stream.Write(bytes.AsSpan(sent));
        }
    }
}
