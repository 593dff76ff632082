using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tor.Relay.Keys;

/// <summary>A relay's keys, in files that stock tor can take over and the other way round; replaced on stock tor's schedule.</summary>
/// <remarks><see cref="Current"/> may be read by any thread; loading and rotating is for one caller at a time.</remarks>
public sealed class RelayKeys : IDisposable
{
    private const string RsaIdentityFile = "secret_id_key";

    private static readonly TimeSpan _signingKeyRetry = TimeSpan.FromHours(1);

    private readonly IStateStore _store;
    private readonly RelayKeyOptions _options;
    private readonly RandomSource _random;
    private readonly RelayKeyFiles _files;
    private readonly OnionKeyClock _onionClock;
    private readonly RsaPrivateKey _identity;
    private readonly IReadOnlyList<Ed25519PrivateKey> _families;
    private readonly List<IDisposable> _replaced = [];
    private SigningKeys _signing;
    private OnionKeys _onion;
    private OnionKeySchedule _schedule = OnionKeySchedule.Default;
    private Ed25519PrivateKey _authenticationKey;
    private DateTime _onionKeysMade;
    private DateTime _authenticationKeyMade;
    private DateTime _tlsKeyMade;
    private DateTime _signingKeyDue;
    private volatile RelayKeySet _current;

    private RelayKeys(
        IStateStore store,
        RelayKeyFiles files,
        RelayKeyOptions options,
        RandomSource random,
        RsaPrivateKey identity,
        SigningKeys signing,
        OnionKeys onion,
        IReadOnlyList<Ed25519PrivateKey> families,
        DateTime onionKeysMade,
        DateTime now)
    {
        (_store, _files, _options, _random) = (store, files, options, random);
        (_identity, _signing, _onion, _families) = (identity, signing, onion, families);
        _onionClock = new OnionKeyClock(store);
        _onionKeysMade = onionKeysMade;
        _authenticationKey = Ed25519PrivateKey.Generate(random);
        _authenticationKeyMade = now;
        _tlsKeyMade = now;
        _signingKeyDue = signing.DueFor(options);
        _current = CreateSet(CreateLinkKeys(now), onion.CreateRing(random));
    }

    /// <summary>The keys to use now.</summary>
    public RelayKeySet Current => _current;

    /// <summary>The fingerprint; never changes.</summary>
    public RsaIdentity RsaIdentity => _identity.PublicKey.Identity;

    /// <summary>The Ed25519 identity; never changes.</summary>
    public Ed25519Identity Ed25519Identity => _signing.Identity;

    /// <summary>When to call <see cref="RotateAsync"/> again, UTC.</summary>
    public DateTime NextRotation => new[]
    {
        _signingKeyDue,
        _authenticationKeyMade + LinkCertificates.LinkLifetime - _options.AuthenticationKeySlop,
        _tlsKeyMade + _options.TlsKeyLifetime,
        _onionKeysMade + (_onion.OldNtor is null ? _schedule.Lifetime : _schedule.GracePeriod),
    }.Min();

    /// <summary>Reads the keys from the store; makes and stores the missing ones.</summary>
    /// <param name="store">Holds the folder of keys and the state file.</param>
    /// <param name="options">Where and how long.</param>
    /// <param name="random">Makes keys.</param>
    /// <param name="now">UTC.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="KeyFileException">A file is bad or a needed one is missing. Nothing was written.</exception>
    public static async Task<RelayKeys> LoadAsync(
        IStateStore store, RelayKeyOptions options, RandomSource random, DateTime now, CancellationToken cancel)
    {
        var files = new RelayKeyFiles(store, options.Folder);
        RsaPrivateKey? identity = await files.ReadRsaAsync(RsaIdentityFile, cancel);
        if (identity is null)
        {
            identity = RsaPrivateKey.Generate(TlsCertificates.IdentityKeyBits);
            files.Write(RsaIdentityFile, identity);
        }

        SigningKeys signing = await SigningKeys.LoadAsync(files, options, now, random, cancel);
        OnionKeys onion = await OnionKeys.LoadAsync(files, random, cancel);
        IReadOnlyList<Ed25519PrivateKey> families = await FamilyKeys.LoadAsync(store, options, cancel);
        var clock = new OnionKeyClock(store);
        DateTime? made = await clock.ReadAsync(now, cancel);
        await files.CommitAsync(cancel);
        if (made is null)
        {
            await clock.WriteAsync(now, cancel);
        }

        return new RelayKeys(store, files, options, random, identity, signing, onion, families, made ?? now, now);
    }

    /// <summary>Writes the files "fingerprint" and "fingerprint-ed25519", for people and scripts.</summary>
    /// <exception cref="IOException">They cannot be written.</exception>
    public async Task WriteFingerprintsAsync(string nickname, CancellationToken cancel)
    {
        await _store.WriteAsync("fingerprint", Encoding.ASCII.GetBytes($"{nickname} {RsaIdentity}\n"), cancel);
        await _store.WriteAsync("fingerprint-ed25519", Encoding.ASCII.GetBytes($"{nickname} {Ed25519Identity.ToBase64()}\n"), cancel);
    }

    /// <summary>Replaces the keys that are due. Call at <see cref="NextRotation"/>, and when a consensus brings another schedule.</summary>
    /// <param name="schedule">Of the newest consensus.</param>
    /// <param name="now">UTC.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The changes, and what failed: a key that cannot be stored stays as it is, and keeps no other from being replaced.</returns>
    public async Task<RelayKeyRotation> RotateAsync(OnionKeySchedule schedule, DateTime now, CancellationToken cancel)
    {
        _schedule = schedule;
        Wipe(_replaced);
        (RelayKeyChanges changes, TunicException? failure) = await TryAsync(() => RotateOnionKeysAsync(now, cancel));
        if (changes != RelayKeyChanges.None)
        {
            _replaced.Add(_current.NtorKeys);
            _current = CreateSet(_current.Link, _onion.CreateRing(_random));
        }

        RelayKeyRotation signing = await TryAsync(() => RenewSigningKeyAsync(now, cancel));
        changes |= signing.Changes | RotateLinkKeys(now, signing.Changes);
        return new RelayKeyRotation(changes, failure ?? signing.Failure);
    }

    /// <summary>Wipes all secrets. Nothing may use them any more.</summary>
    public void Dispose()
    {
        Wipe(_replaced);
        Wipe([_current.NtorKeys, _current.Link.TlsKey, _authenticationKey, _signing.Signing, _identity, _onion.Tap, _onion.Ntor, .. _onion.Outdated, .. _families]);
    }

    private static async Task<RelayKeyRotation> TryAsync(Func<Task<RelayKeyChanges>> rotate)
    {
        try
        {
            return new RelayKeyRotation(await rotate(), Failure: null);
        }
        catch (TunicException failure) when (failure is KeyFileException or CorruptStateException)
        {
            return new RelayKeyRotation(RelayKeyChanges.None, failure);
        }
    }

    /// <summary>They live in memory only, so that no file can keep them from being replaced.</summary>
    private RelayKeyChanges RotateLinkKeys(DateTime now, RelayKeyChanges changes)
    {
        if (now >= _tlsKeyMade + _options.TlsKeyLifetime || changes.HasFlag(RelayKeyChanges.Signing))
        {
            _replaced.Add(_current.Link.TlsKey);
            RotateAuthenticationKey(now, changes);
            _current = CreateSet(CreateLinkKeys(now), _current.NtorKeys);
            _tlsKeyMade = now;
            return RelayKeyChanges.Link;
        }

        return RelayKeyChanges.None;
    }

    private static void Wipe(List<IDisposable> secrets)
    {
        foreach (IDisposable secret in secrets)
        {
            secret.Dispose();
        }

        secrets.Clear();
    }

    private async Task<RelayKeyChanges> RotateOnionKeysAsync(DateTime now, CancellationToken cancel)
    {
        if (now >= _onionKeysMade + _schedule.Lifetime)
        {
            OnionKeys next = _onion.Replace(_files, _random);
            await _files.CommitAsync(cancel);
            await _onionClock.WriteAsync(now, cancel);
            _replaced.AddRange(_onion.Outdated);
            _onion = next;
            _onionKeysMade = now;
            return RelayKeyChanges.Onion;
        }

        if (_onion.OldNtor is not null && now >= _onionKeysMade + _schedule.GracePeriod)
        {
            OnionKeys next = await _onion.ForgetOldAsync(_files, cancel);
            _replaced.AddRange(_onion.Outdated);
            _onion = next;
            return RelayKeyChanges.OldOnionForgotten;
        }

        return RelayKeyChanges.None;
    }

    private async Task<RelayKeyChanges> RenewSigningKeyAsync(DateTime now, CancellationToken cancel)
    {
        if (await _signing.RenewAsync(_files, _options, now, _random, cancel) is not { } renewed)
        {
            // Without the identity's secret the key stays until it ends; somebody may bring new files in the meantime.
            _signingKeyDue = _signing.DueFor(_options) is var due && due > now ? due : now + _signingKeyRetry;
            return RelayKeyChanges.None;
        }

        await _files.CommitAsync(cancel);
        _replaced.Add(_signing.Signing);
        _signing = renewed;
        _signingKeyDue = renewed.DueFor(_options);
        return RelayKeyChanges.Signing;
    }

    private void RotateAuthenticationKey(DateTime now, RelayKeyChanges changes)
    {
        if (now < _authenticationKeyMade + LinkCertificates.LinkLifetime - _options.AuthenticationKeySlop && !changes.HasFlag(RelayKeyChanges.Signing))
        {
            return;
        }

        _replaced.Add(_authenticationKey);
        _authenticationKey = Ed25519PrivateKey.Generate(_random);
        _authenticationKeyMade = now;
    }

    private RelayLinkKeys CreateLinkKeys(DateTime now)
    {
        RsaPrivateKey tlsKey = RsaPrivateKey.Generate(TlsCertificates.LinkKeyBits);
        using RsaPrivateKey unused = RsaPrivateKey.Generate(TlsCertificates.IdentityKeyBits);
        TlsCertificates tls = TlsCertificates.Create(_identity, tlsKey.PublicKey, unused.PublicKey, now, _random);
        LinkCertificates certificates = LinkCertificates.Create(
            tls, _signing.Certificate, _signing.Signing, _authenticationKey, _identity, now);
        return new RelayLinkKeys(certificates, tlsKey);
    }

    private RelayKeySet CreateSet(RelayLinkKeys link, NtorKeyRing ring)
    {
        return new RelayKeySet
        {
            Link = link,
            NtorKeys = ring,
            Descriptor = new RelayDescriptorKeys
            {
                Identity = _identity,
                TapOnion = _onion.Tap,
                NtorOnion = _onion.NtorSecret,
                Signing = _signing.Signing,
                SigningCertificate = _signing.Certificate,
                Families = _families,
                OnionKeyLifetime = _schedule.Lifetime,
            },
        };
    }
}
