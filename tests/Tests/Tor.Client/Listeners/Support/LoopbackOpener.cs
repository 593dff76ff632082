using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Overlay;
using Tunic.Tor.Client.Streams;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tests.Tor.Client.Listeners.Support;

/// <summary>A client whose circuits are in memory: every name leads to the same port of 127.0.0.1.</summary>
internal sealed class LoopbackOpener : IStreamOpener, IAsyncDisposable
{
    private readonly ConcurrentDictionary<IsolationKey, (LoopbackEnd Client, LoopbackEnd Exit)> _circuits = new();
    private readonly ConcurrentBag<LoopbackEnd> _broken = [];
    private readonly ConcurrentDictionary<Task, bool> _exits = new();
    private int _seed;
    private int _exitSockets;

    /// <summary>Told of all that happens here, and at the listener.</summary>
    internal Changes Changes { get; } = new();

    /// <summary>What was asked for, in order.</summary>
    internal ConcurrentQueue<StreamRequest> Requests { get; } = new();

    /// <summary>What was looked up, in order.</summary>
    internal ConcurrentQueue<(string Name, IsolationKey Isolation)> Lookups { get; } = new();

    /// <summary>Runs before a stream is opened; may wait and throw.</summary>
    internal Func<StreamRequest, CancellationToken, Task>? BeforeOpen { get; set; }

    /// <summary>Answers lookups.</summary>
    internal Func<string, CancellationToken, Task<Resolved>> Resolve { get; set; } =
        (_, _) => throw new StreamException(ErrorKind.RemoteRefused, EndReason.ResolveFailed, "no such name");

    /// <summary>Streams open at the client's end of all circuits.</summary>
    internal int StreamCount => _circuits.Values.Sum(circuit => circuit.Client.StreamCount);

    /// <summary>Sockets open at the exits.</summary>
    internal int ExitSocketCount => Volatile.Read(ref _exitSockets);

    internal int CircuitCount => _circuits.Count;

    /// <summary>Whether on every stream, in both directions, as much waits to be read as its window allows.</summary>
    internal bool IsStuck => _circuits.Values.All(circuit => circuit.Client.IsStuck && circuit.Exit.IsStuck);

    public async Task<CircuitStream> OpenAsync(StreamRequest request, CancellationToken cancel)
    {
        Requests.Enqueue(request);
        Changes.Tell();
        if (BeforeOpen is { } before)
        {
            await before(request, cancel);
        }

        LoopbackEnd client = _circuits.GetOrAdd(request.Isolation, _ => CreateCircuit()).Client;
        CircuitStream stream = client.Open(new Begin(request.Target.Host, request.Target.Port, request.Families), request.ContinueInline);
        try
        {
            await stream.Answer.WaitAsync(cancel);
            return stream;
        }
        catch (OperationCanceledException)
        {
            stream.Close(EndReason.Misc);
            throw;
        }
    }

    public Task<Resolved> ResolveAsync(string nameOrAddress, IsolationKey isolation, CancellationToken cancel)
    {
        Lookups.Enqueue((nameOrAddress, isolation));
        Changes.Tell();
        return Resolve(nameOrAddress, cancel);
    }

    /// <summary>Ends all circuits, as when their guard dies.</summary>
    internal void BreakCircuits()
    {
        foreach (IsolationKey key in _circuits.Keys)
        {
            if (_circuits.TryRemove(key, out (LoopbackEnd Client, LoopbackEnd Exit) circuit))
            {
                circuit.Client.Stop();
                circuit.Exit.Stop();
                _broken.Add(circuit.Client);
                _broken.Add(circuit.Exit);
            }
        }

        Changes.Tell();
    }

    public async ValueTask DisposeAsync()
    {
        BreakCircuits();
        foreach (LoopbackEnd end in _broken)
        {
            await end.Running;
        }

        await Task.WhenAll(_exits.Keys);
    }

    private (LoopbackEnd Client, LoopbackEnd Exit) CreateCircuit()
    {
        LoopbackEnd? exit = null;
        var client = new LoopbackEnd(CircuitRole.Origin, (ulong)Interlocked.Increment(ref _seed)) { Changed = Changes.Tell };
        exit = new LoopbackEnd(CircuitRole.Relay, (ulong)Interlocked.Increment(ref _seed))
        {
            Peer = client,
            Changed = Changes.Tell,
            OnRequested = (stream, _, body) =>
            {
                Task task = Task.Run(() => ServeAsync(exit!, stream, Begin.Decode(body)));
                _exits.TryAdd(task, true);
                task.ContinueWith(ended => _exits.TryRemove(ended, out bool _), TaskScheduler.Default);
            },
        };
        client.Peer = exit;
        return (client, exit);
    }

    private async Task ServeAsync(LoopbackEnd exit, CircuitStream stream, Begin begin)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Interlocked.Increment(ref _exitSockets);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, begin.Port);
            exit.Answer(stream, RelayCommand.Connected, new Connected(IPAddress.Loopback, 60).Encode());
            await SocketPump.RunAsync(socket, stream, Timeout.InfiniteTimeSpan);
        }
        catch (SocketException)
        {
            stream.Close(EndReason.ConnectRefused);
        }
        finally
        {
            socket.Dispose();
            Interlocked.Decrement(ref _exitSockets);
            Changes.Tell();
        }
    }
}
