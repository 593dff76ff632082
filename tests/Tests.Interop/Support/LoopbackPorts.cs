using System.Net;
using System.Net.Sockets;

namespace Tunic.Tests.Interop.Support;

/// <summary>Hands out TCP ports of 127.0.0.1 that nothing listens on.</summary>
/// <remarks>
/// They come from below the range that the kernel takes for outgoing connections: a port from within it could be taken again, by any
/// connection on the machine, in the moment before the peer program binds it.
/// </remarks>
public static class LoopbackPorts
{
    private const int First = 12_000;
    private const int End = 32_000;

    private static readonly Lock Gate = new();
    private static int _next = First + (Environment.ProcessId * 397 % (End - First));

    public static int Take() => Take(1)[0];

    public static int[] Take(int count)
    {
        lock (Gate)
        {
            var ports = new List<int>(count);
            for (int tried = 0; ports.Count < count; tried++)
            {
                if (tried > End - First)
                {
                    throw new InvalidOperationException("no free port left on 127.0.0.1");
                }

                _next = _next + 1 < End ? _next + 1 : First;
                if (IsFree(_next))
                {
                    ports.Add(_next);
                }
            }

            return [.. ports];
        }
    }

    private static bool IsFree(int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
