using System.Collections.Concurrent;
using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Relay.DirectoryCache.Serving;

namespace Tunic.Tests.TorRelay.DirectoryCache;

/// <summary>Authorities in memory: a directory server each, asked over HTTP without a network.</summary>
internal sealed class MemoryDirectories : IDirectoryClient
{
    private readonly Dictionary<string, DirectoryServer?> _servers = [];

    /// <summary>Paths asked for, with the name of the authority before them.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>Changes the bytes of an answer on the way; null to leave them.</summary>
    public Func<string, byte[], byte[]>? Alter { get; set; }

    /// <param name="server">Null for one that cannot be reached.</param>
    public DirectoryAuthority Add(string name, RsaIdentity identity, DirectoryServer? server)
    {
        _servers[name] = server;
        return new DirectoryAuthority(name, identity, default, new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.Loopback, 2));
    }

    public void Replace(string name, DirectoryServer? server) => _servers[name] = server;

    public async Task<DirectoryResponse> SendAsync(DirectoryAuthority authority, DirectoryRequest request, CancellationToken cancel)
    {
        Asked.Enqueue($"{authority.Nickname} {request.Path} {string.Join(' ', request.DiffFrom)}".TrimEnd());
        DirectoryServer server = _servers[authority.Nickname] ?? throw new DirectoryException("unreachable");
        return await DirectoryHttp.SendAsync(new Exchange(server, bytes => Alter?.Invoke(authority.Nickname, bytes) ?? bytes), null, request, onProgress: null, cancel);
    }

    /// <summary>Gathers a request; the first read runs the server.</summary>
    private sealed class Exchange(DirectoryServer server, Func<byte[], byte[]> alter) : MemoryStream
    {
        private MemoryStream? _answer;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_answer is null)
            {
                var serving = new Serving(ToArray());
                await new DirectoryConnection(server).ServeAsync(serving, new DirectoryAsker(null, true, true), cancellationToken);
                _answer = new MemoryStream(alter(serving.Written.ToArray()));
            }

            return _answer.Read(buffer.Span);
        }
    }

    private sealed class Serving(byte[] request) : MemoryStream(request)
    {
        public MemoryStream Written { get; } = new();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            Written.WriteAsync(buffer, cancellationToken);
    }
}
