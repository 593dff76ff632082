using System.Net;
using System.Net.Sockets;

namespace Tunic.Tor.Network.NetworkDirectory;

/// <summary>Asks authorities over TCP on their directory port, as relays do: what they fetch and publish is public.</summary>
/// <param name="timeLimit">From connecting to the end of the answer.</param>
/// <param name="time">Measures it.</param>
public sealed class DirectoryPortClient(TimeSpan timeLimit, TimeProvider time) : IDirectoryClient
{
    /// <inheritdoc/>
    public async Task<DirectoryResponse> SendAsync(DirectoryAuthority authority, DirectoryRequest request, CancellationToken cancel)
    {
        IPEndPoint address = authority.DirectoryAddress;
        using var timer = new CancellationTokenSource(timeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(address, either.Token);
            await using var stream = new NetworkStream(socket, ownsSocket: false);
            return await DirectoryHttp.SendAsync(stream, address.ToString(), request, onProgress: null, either.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new DirectoryException($"no answer from {authority.Nickname} at {address} within {timeLimit.TotalSeconds:0} s");
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            throw new DirectoryException($"{authority.Nickname} at {address} cannot be reached: {failure.Message}", failure);
        }
    }
}
