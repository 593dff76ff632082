using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Overlay;
using Tunic.Primitives.Time;
using Tunic.Publishing.Transport;

namespace Tunic.Tests.Publishing.Support;

/// <summary>An application of ASP.NET on an address in memory.</summary>
internal sealed class OnionHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OnionHost(WebApplication app, HostAndPort address) => (_app, Address) = (app, address);

    internal HostAndPort Address { get; }

    internal ICollection<string> Urls => _app.Urls;

    internal static MemoryOverlay Overlay { get; } = new();

    /// <param name="configure">Says what the application does.</param>
    /// <param name="prepare">Changes the builder first.</param>
    internal static async Task<OnionHost> StartAsync(Action<WebApplication> configure, Action<WebApplicationBuilder>? prepare = null)
    {
        using Ed25519PrivateKey key = Ed25519PrivateKey.Generate(SystemRandomSource.Instance);
        HostAndPort? address = null;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        prepare?.Invoke(builder);
        builder.WebHost.ListenOnOnion(async cancel =>
        {
            IOverlayListener listener = await Overlay.ListenAsync(key, 80, cancel);
            address = listener.Address;
            return listener;
        });
        WebApplication app = builder.Build();
        configure(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new OnionHost(app, address!);
    }

    internal HttpClient CreateVisitor() => OnionVisitor.CreateClient(Overlay, Address);

    internal Task StopAsync(CancellationToken cancel = default) => _app.StopAsync(cancel);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
