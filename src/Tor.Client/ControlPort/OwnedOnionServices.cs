using Tunic.Primitives.Cryptography;
using Tunic.Tor.Client.OnionServices.Services;
using Tunic.Tor.Protocol.OnionServices;

namespace Tunic.Tor.Client.ControlPort;

/// <summary>The onion services that controllers have added, and whose they are: a service ends with its owner's connection, unless it was detached.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class OwnedOnionServices(OnionServiceHost host)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<OnionAddress, ControlSession?> _owners = [];

    /// <summary>Starts a service.</summary>
    /// <param name="key">Belongs to the service when it was added.</param>
    /// <param name="options">How it behaves.</param>
    /// <param name="owner">Null for nobody's.</param>
    /// <returns>False when its address is taken.</returns>
    internal bool TryAdd(Ed25519PrivateKey key, OnionServiceOptions options, ControlSession? owner)
    {
        lock (_gate)
        {
            if (host.TryAdd(key, options) is not { } added)
            {
                return false;
            }

            _owners.Add(added.Address, owner);
            return true;
        }
    }

    /// <summary>Ends a service of this controller, or one of nobody's.</summary>
    /// <returns>False when there is none.</returns>
    internal async Task<bool> RemoveAsync(OnionAddress address, ControlSession session)
    {
        lock (_gate)
        {
            if (!_owners.TryGetValue(address, out ControlSession? owner) || (owner is not null && owner != session))
            {
                return false;
            }

            _owners.Remove(address);
        }

        await host.RemoveAsync(address);
        return true;
    }

    /// <summary>The controller has gone, and its services with it.</summary>
    internal async Task RemoveAllAsync(ControlSession owner)
    {
        IReadOnlyList<OnionAddress> gone = AddressesOf(owner);
        lock (_gate)
        {
            foreach (OnionAddress address in gone)
            {
                _owners.Remove(address);
            }
        }

        await Task.WhenAll(gone.Select(host.RemoveAsync));
    }

    /// <summary>The services of a controller; null for those of nobody.</summary>
    internal IReadOnlyList<OnionAddress> AddressesOf(ControlSession? owner)
    {
        lock (_gate)
        {
            return [.. _owners.Where(entry => entry.Value == owner).Select(entry => entry.Key)];
        }
    }
}
