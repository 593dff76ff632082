using Tunic.Primitives.Cryptography;
using Tunic.Tor.Protocol.OnionServices;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>The owner of all onion services of a client.</summary>
/// <remarks>Thread safe.</remarks>
public sealed class OnionServiceHost : IAsyncDisposable
{
    private readonly OnionServiceEnvironment _environment;
    private readonly Lock _gate = new();
    private readonly Dictionary<OnionAddress, OnionService> _services = [];
    private bool _isClosed;

    internal OnionServiceHost(OnionServiceEnvironment environment) => _environment = environment;

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
