using System.Security.Cryptography;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>The keys that open services which let in only those they know: at most one for each service.</summary>
/// <remarks>Thread safe. Owns the keys, and wipes them when they go.</remarks>
public sealed class ClientAuthorizations : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<OnionAddress, ClientAuthorizationKey> _keys = [];

    /// <summary>The services that there are keys for.</summary>
    public IReadOnlyList<OnionAddress> Addresses
    {
        get
        {
            lock (_gate)
            {
                return [.. _keys.Keys];
            }
        }
    }

    /// <summary>Takes a key over; one that was there before goes.</summary>
    /// <returns>True when there was none.</returns>
    public bool Set(OnionAddress address, ClientAuthorizationKey key)
    {
        lock (_gate)
        {
            bool isNew = !_keys.Remove(address, out ClientAuthorizationKey? before);
            before?.Dispose();
            _keys.Add(address, key);
            return isNew;
        }
    }

    /// <summary>Takes these over; those that were there before go.</summary>
    public void Replace(IReadOnlyDictionary<OnionAddress, ClientAuthorizationKey> keys)
    {
        lock (_gate)
        {
            Dispose();
            foreach ((OnionAddress address, ClientAuthorizationKey key) in keys)
            {
                _keys.Add(address, key);
            }
        }
    }

    /// <summary>Forgets a key.</summary>
    /// <returns>False when there was none.</returns>
    public bool Remove(OnionAddress address)
    {
        lock (_gate)
        {
            bool isKnown = _keys.Remove(address, out ClientAuthorizationKey? key);
            key?.Dispose();
            return isKnown;
        }
    }

    /// <summary>Does something with the private key for a service, 32 bytes, or with no bytes when there is none.</summary>
    public T Use<T>(OnionAddress address, Func<byte[], T> action)
    {
        byte[] key;
        lock (_gate)
        {
            key = _keys.TryGetValue(address, out ClientAuthorizationKey? known) ? known.ExportPrivateKey() : [];
        }

        try
        {
            return action(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Wipes all keys.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (ClientAuthorizationKey key in _keys.Values)
            {
                key.Dispose();
            }

            _keys.Clear();
        }
    }
}
