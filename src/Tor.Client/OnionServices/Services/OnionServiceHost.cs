using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Overlay;
using Tunic.Tor.Client.Listeners;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Descriptors;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>The owner of all onion services of a client.</summary>
/// <remarks>Thread safe.</remarks>
public sealed class OnionServiceHost : IAsyncDisposable
{
    private readonly OnionServiceEnvironment _environment;
    private readonly Lock _gate = new();
    private readonly Dictionary<OnionAddress, OnionService> _services = [];
    private readonly DescriptorPosts _posts;
    private bool _isClosed;

    internal OnionServiceHost(OnionServiceEnvironment environment)
    {
        _environment = environment;
        _posts = new DescriptorPosts(environment, notice => DescriptorChanged?.Invoke(notice));
    }

    /// <summary>Raised with what happens to descriptors of any service; on any thread.</summary>
    public event Action<DescriptorUploadNotice>? DescriptorChanged;

    /// <summary>The services that run now.</summary>
    public IReadOnlyList<OnionService> Services
    {
        get
        {
            lock (_gate)
            {
                return [.. _services.Values];
            }
        }
    }

    /// <summary>Starts a service. It does its work as soon as the network is known.</summary>
    /// <param name="identity">Its key; belongs to the service from here on.</param>
    /// <param name="options">How it behaves.</param>
    /// <returns>Null when a service with this address runs already, or everything is being stopped; the key stays the caller's then.</returns>
    /// <exception cref="ArgumentException">There is no port.</exception>
    public OnionService? TryAdd(Ed25519PrivateKey identity, OnionServiceOptions options)
    {
        if (options.Ports.Count == 0)
        {
            throw new ArgumentException("an onion service needs a port", nameof(options));
        }

        OnionService service;
        lock (_gate)
        {
            if (_isClosed || _services.ContainsKey(new OnionAddress(identity.PublicKey)))
            {
                return null;
            }

            service = new OnionService(identity, options, _environment);
            service.DescriptorChanged += notice => DescriptorChanged?.Invoke(notice);
            _services.Add(service.Address, service);
        }

        service.Start();
        return service;
    }

    /// <summary>Starts a service whose visitors this process takes itself. Returns when a directory has taken its descriptor; it stands among <see cref="Services"/> from the start.</summary>
    /// <param name="identity">Its key; stays the caller's, the service has a copy.</param>
    /// <param name="port">What visitors ask for.</param>
    /// <param name="options">How it behaves; its ports, if it has any, stand beside this one. Null for the defaults. One that does not publish is not waited for.</param>
    /// <param name="cancel">Ends the attempt, and the service with it.</param>
    /// <exception cref="ListenerException">A service with this address runs already.</exception>
    /// <exception cref="CircuitEndedException">The client, or the service, was ended meanwhile.</exception>
    public Task<IOverlayListener> ListenAsync(Ed25519PrivateKey identity, ushort port, OnionServiceOptions? options, CancellationToken cancel) =>
        OnionListener.OpenAsync(this, identity, port, options ?? new OnionServiceOptions { Ports = [] }, cancel);

    /// <summary>Ends a service, and the circuits of its visitors.</summary>
    /// <returns>False when there is none with this address.</returns>
    public async Task<bool> RemoveAsync(OnionAddress address)
    {
        OnionService? service;
        lock (_gate)
        {
            if (!_services.Remove(address, out service))
            {
                return false;
            }
        }

        await service.DisposeAsync();
        return true;
    }

    /// <summary>Ends this service, and no other that has its address now.</summary>
    internal async Task RemoveAsync(OnionService service)
    {
        lock (_gate)
        {
            if (_services.GetValueOrDefault(service.Address) == service)
            {
                _services.Remove(service.Address);
            }
        }

        await service.DisposeAsync();
    }

    /// <summary>What visitors of a service of ours fetch now; null when there is no such service, or nothing yet.</summary>
    internal ReadOnlyMemory<byte>? FindDescriptor(OnionAddress address)
    {
        OnionService? service;
        lock (_gate)
        {
            service = _services.GetValueOrDefault(address);
        }

        return service?.CurrentDescriptor;
    }

    /// <summary>Uploads a descriptor that another program has made. What becomes of it is told by <see cref="DescriptorChanged"/>.</summary>
    /// <param name="address">Whose it is said to be.</param>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="directories">Where to; none for those that hold it by the consensus.</param>
    /// <returns>False while the network is not known, or when too many are under way.</returns>
    internal bool TryPost(OnionAddress address, OnionServiceDescriptor descriptor, IReadOnlyList<Relay> directories) =>
        _posts.TryPost(address, descriptor, directories);

    /// <summary>Ends all services.</summary>
    public async ValueTask DisposeAsync()
    {
        OnionService[] services;
        lock (_gate)
        {
            _isClosed = true;
            services = [.. _services.Values];
            _services.Clear();
        }

        await _posts.DisposeAsync();
        await Task.WhenAll(services.Select(service => service.DisposeAsync().AsTask()));
    }

    /// <summary>The network has changed.</summary>
    internal void OnNetworkChanged()
    {
        foreach (OnionService service in Services)
        {
            service.OnNetworkChanged();
        }
    }
}
