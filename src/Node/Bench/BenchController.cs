using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tunic.Node.Bench;

/// <summary>A connection to the control port of a measured process, which asks for no login.</summary>
internal sealed class BenchController : IDisposable
{
    private readonly Socket _socket;
    private readonly StreamReader _reader;
    private readonly Queue<string> _events = new();

    private BenchController(Socket socket)
    {
        _socket = socket;
        _reader = new StreamReader(new NetworkStream(socket), Encoding.ASCII);
    }

    /// <summary>Connects as soon as the port is open, and logs in.</summary>
    /// <param name="port">On 127.0.0.1.</param>
    /// <param name="process">Whose port it is.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="IOException">The process has ended.</exception>
    internal static async Task<BenchController> ConnectAsync(int port, BenchProcess process, CancellationToken cancel)
    {
        while (true)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancel);
                var controller = new BenchController(socket);
                await controller.SendAsync("AUTHENTICATE", cancel);
                return controller;
            }
            catch (SocketException) when (!process.HasExited)
            {
                socket.Dispose();
                await Task.Delay(5, cancel);
            }
            catch (SocketException failure)
            {
                socket.Dispose();
                throw new IOException($"the process ended before its control port was open\n{process.LastLines}", failure);
            }
        }
    }

    /// <summary>Sends a command; events that come before its answer are kept.</summary>
    /// <returns>The lines of the answer, without code.</returns>
    /// <exception cref="IOException">Refused.</exception>
    internal async Task<IReadOnlyList<string>> SendAsync(string command, CancellationToken cancel)
    {
        await _socket.SendAsync(Encoding.ASCII.GetBytes(command + "\r\n"), cancel);
        var lines = new List<string>();
        while (true)
        {
            string line = await ReadAsync(cancel);
            if (line.StartsWith("650", StringComparison.Ordinal))
            {
                _events.Enqueue(line);
                continue;
            }

            if (!line.StartsWith("250", StringComparison.Ordinal))
            {
                throw new IOException($"{command.Split(' ')[0]} was answered {line}");
            }

            lines.Add(line[4..]);
            if (line[3] == ' ')
            {
                return lines;
            }
        }
    }

    /// <summary>The next event, without its code.</summary>
    internal async Task<string> NextEventAsync(CancellationToken cancel) =>
        (_events.TryDequeue(out string? kept) ? kept : await ReadAsync(cancel))[4..];

    /// <summary>Waits until the process is ready to carry streams.</summary>
    internal async Task WaitForBootstrapAsync(CancellationToken cancel)
    {
        await SendAsync("SETEVENTS STATUS_CLIENT", cancel);
        string phase = (await SendAsync("GETINFO status/bootstrap-phase", cancel))[0];
        while (!phase.Contains("PROGRESS=100", StringComparison.Ordinal))
        {
            phase = await NextEventAsync(cancel);
        }
    }

    /// <summary>Waits until directories have both descriptors of a service and no upload is under way. HS_DESC must have been asked for.</summary>
    /// <param name="address">Without ".onion"; null for the only service.</param>
    /// <param name="cancel">Ends the wait.</param>
    internal async Task WaitUntilUploadedAsync(string? address, CancellationToken cancel)
    {
        var descriptors = new HashSet<string>();
        int pending = 0;
        do
        {
            string[] words = (await NextEventAsync(cancel)).Split(' '); // HS_DESC action address type directory [descriptor]
            if (words.Length < 5 || words[0] != "HS_DESC" || words[2] != (address ?? words[2]))
            {
                continue;
            }

            switch (words[1])
            {
                case "UPLOAD":
                    pending++;
                    descriptors.Add(words[5]);
                    break;
                case "UPLOADED" or "FAILED":
                    pending--;
                    break;
            }
        }
        while (descriptors.Count < 2 || pending > 0);
    }

    public void Dispose()
    {
        _reader.Dispose();
        _socket.Dispose();
    }

    private async Task<string> ReadAsync(CancellationToken cancel) =>
        await _reader.ReadLineAsync(cancel) ?? throw new IOException("the process closed its control port");
}
