using System.Net;
using System.Net.Sockets;

namespace Tunic.Node.Demonstration;

/// <summary>Ports of 127.0.0.1 that nobody listens on now. Below the range that the system gives to outgoing connections, which could take one in the meantime.</summary>
internal static class FreePorts
{
    private const int First = 20_000;
    private const int End = 32_000;

    internal static int[] Take(int count)
    {
        var ports = new List<int>(count);
        int next = Random.Shared.Next(First, End);
        for (int tried = 0; ports.Count < count; tried++)
        {
            if (tried > End - First)
            {
                throw new IOException($"no {count} ports of 127.0.0.1 between {First} and {End} are free.");
            }

            next = next + 1 < End ? next + 1 : First;
            if (IsFree(next))
            {
                ports.Add(next);
            }
        }

        return [.. ports];
    }

    internal static bool IsFree(int port)
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
