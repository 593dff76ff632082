using System.Net;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Overlay;
using Tunic.Primitives.Time;
using Tunic.Publishing.Sites;
using Tunic.Tests.Node;
using Tunic.Tests.Publishing.Support;

namespace Tunic.Tests.Publishing.Sites;

/// <summary>A folder, and a server of it on an address in memory.</summary>
internal sealed class SiteBench : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly MemoryOverlay _overlay = new();
    private SiteServer? _server;
    private HostAndPort? _address;

    internal SiteBench() => Directory.CreateDirectory(Root);

    /// <summary>The folder that is published. Beside it may lie what must not be seen.</summary>
    internal string Root => _directory["site"];

    internal HttpClient Visitor { get; private set; } = null!;

    internal long Requests => _server!.Requests;

    internal string Outside(string name) => _directory[name];

    internal SiteBench With(string name, string content = "content")
    {
        string path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return this;
    }

    internal SiteBench WithLink(string name, string target)
    {
        string path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.CreateSymbolicLink(path, target);
        return this;
    }

    internal async Task<SiteBench> StartAsync(StaticSiteOptions? options = null, SiteServerOptions? limits = null)
    {
        using Ed25519PrivateKey key = Ed25519PrivateKey.Generate(SystemRandomSource.Instance);
        var site = new StaticSite(options ?? new StaticSiteOptions { Folder = Root });
        _server = await SiteServer.StartAsync(site, ListenAsync, limits, log: null, TestContext.Current.CancellationToken);
        Visitor = OnionVisitor.CreateClient(_overlay, _address!);
        return this;

        async Task<IOverlayListener> ListenAsync(CancellationToken cancel)
        {
            IOverlayListener listener = await _overlay.ListenAsync(key, 80, cancel);
            _address = listener.Address;
            return listener;
        }
    }

    internal Task<(HttpStatusCode Status, string Answer)> AskAsync(string requestLine) => OnionVisitor.AskAsync(_overlay, _address!, requestLine);

    internal Task<Stream> ConnectAsync() => _overlay.ConnectAsync(_address!, IsolationKey.None, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Visitor?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _directory.Dispose();
    }
}
