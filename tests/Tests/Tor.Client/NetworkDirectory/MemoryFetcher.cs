using Tunic.Primitives.Keys;
using Tunic.Tests.TorRelay.DirectoryCache;
using Tunic.Tor.Client.NetworkDirectory;
using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Tests.Tor.Client.NetworkDirectory;

/// <summary>A client's directories in memory: our own servers, asked in the order given, the first that was not left and is not to be avoided.</summary>
internal sealed class MemoryFetcher(MemoryDirectories servers, IReadOnlyList<DirectoryAuthority> directories) : IDirectoryFetcher
{
    private readonly HashSet<RsaIdentity> _left = [];
    private DirectoryAuthority? _present;

    internal List<DirectoryRequest> Requests { get; } = [];

    internal List<DirectoryReply> Replies { get; } = [];

    /// <summary>True: with all directories left or avoided it begins again with the first, as a client does that knows few.</summary>
    internal bool Stays { get; set; }

    /// <summary>Changes an answer on the way.</summary>
    internal Func<DirectoryRequest, DirectoryResponse, DirectoryResponse> Alter { get; set; } = (_, response) => response;

    public async Task<DirectoryReply> FetchAsync(
        DirectoryRequest request, IReadOnlyCollection<RsaIdentity> avoid, int attempts, CancellationToken cancel)
    {
        _present = directories.FirstOrDefault(directory => !_left.Contains(directory.RelayIdentity) && !avoid.Contains(directory.RelayIdentity))
            ?? (Stays ? directories[0] : null)
            ?? throw new DirectoryException("no directory is left");
        Requests.Add(request);
        DirectoryResponse response = Alter(request, await servers.SendAsync(_present, request, cancel));
        Replies.Add(new DirectoryReply(response, _present.RelayIdentity));
        return Replies[^1];
    }

    public Task ForgetAsync()
    {
        _left.Add(_present!.RelayIdentity);
        return Task.CompletedTask;
    }
}
