using Microsoft.Extensions.Logging;
using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Tor.Relay.Authority;

/// <summary>Talks to the other authorities, to all of them at once. One that does not answer is only logged: it may be down.</summary>
internal sealed partial class AuthorityPeers(IDirectoryClient client, IReadOnlyList<DirectoryAuthority> peers, ILogger log)
{
    /// <summary>Posts the same to all.</summary>
    public Task PostAsync(string path, ReadOnlyMemory<byte> body, CancellationToken cancel) => Task.WhenAll(peers.Select(async peer =>
    {
        if (await SendAsync(peer, new DirectoryRequest(path) { Body = body }, cancel) is { IsSuccess: false } response)
        {
            LogRefused(log, peer.Nickname, path, response.Status, response.Reason);
        }
    }));

    /// <summary>Asks all for the same and passes on what comes.</summary>
    public Task FetchAsync(string path, Action<ReadOnlyMemory<byte>> receive, CancellationToken cancel) => Task.WhenAll(peers.Select(async peer =>
    {
        if (await SendAsync(peer, new DirectoryRequest(path), cancel) is { IsSuccess: true } response)
        {
            receive(response.Body);
        }
    }));

    private async Task<DirectoryResponse?> SendAsync(DirectoryAuthority peer, DirectoryRequest request, CancellationToken cancel)
    {
        try
        {
            return await client.SendAsync(peer, request, cancel);
        }
        catch (DirectoryException failure)
        {
            LogUnreachable(log, request.Path, failure.Message);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The authority {Peer} refuses {Path}: {Status} {Reason}")]
    private static partial void LogRefused(ILogger log, string peer, string path, int status, string reason);

    [LoggerMessage(LogLevel.Information, "{Path}: {Failure}")]
    private static partial void LogUnreachable(ILogger log, string path, string failure);
}
