using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tests.Simulation;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Relay.Keys;

namespace Tunic.Tests.TorRelay.Keys;

public class RelayKeysTests
{
    private static readonly DateTime Start = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
    private static readonly RelayKeyOptions Options = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_relay_makes_the_files_of_stock_tor()
    {
        var store = new MemoryStateStore();
        using RelayKeys keys = await LoadAsync(store);
        await keys.WriteFingerprintsAsync("me", Cancel);

        Assert.Equal(
            [
                "fingerprint", "fingerprint-ed25519", "keys/ed25519_master_id_public_key", "keys/ed25519_master_id_secret_key",
                "keys/ed25519_signing_cert", "keys/ed25519_signing_secret_key", "keys/secret_id_key", "keys/secret_onion_key",
                "keys/secret_onion_key_ntor", "state",
            ],
            (await store.ListAsync("", Cancel)).Order(StringComparer.Ordinal));
        Assert.Equal($"me {keys.RsaIdentity}\n", await TextAsync(store, "fingerprint"));
        Assert.Equal($"me {keys.Ed25519Identity.ToBase64()}\n", await TextAsync(store, "fingerprint-ed25519"));
        Assert.Equal("LastRotatedOnionKey 2026-03-01 12:00:00\n", await TextAsync(store, "state"));
        Assert.StartsWith("-----BEGIN RSA PRIVATE KEY-----\n", await TextAsync(store, "keys/secret_id_key"), StringComparison.Ordinal);
        Assert.Equal(96, (await store.ReadAsync("keys/ed25519_master_id_secret_key", Cancel))!.Length);
        Assert.StartsWith("== c25519v1: onion ==\0", await TextAsync(store, "keys/secret_onion_key_ntor"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_keeps_every_key_and_writes_nothing()
    {
        var store = new MemoryStateStore();
        using RelayKeys first = await LoadAsync(store);
        Dictionary<string, string> before = await SnapshotAsync(store);
        using RelayKeys second = await LoadAsync(store, now: Start.AddDays(1));

        Assert.Equal(first.RsaIdentity, second.RsaIdentity);
        Assert.Equal(first.Ed25519Identity, second.Ed25519Identity);
        Assert.Equal(first.Current.SigningKey.PublicKey, second.Current.SigningKey.PublicKey);
        Assert.Equal(first.Current.Descriptor.NtorOnion.ToArray(), second.Current.Descriptor.NtorOnion.ToArray());
        Assert.Equal(before, await SnapshotAsync(store));
    }

    [Theory]
    [InlineData("secret_id_key", "does not hold an RSA key of 1024 bits")]
    [InlineData("secret_onion_key", "does not hold an RSA key of 1024 bits")]
    [InlineData("secret_onion_key_ntor", "does not begin with \"== c25519v1: onion ==\"")]
    [InlineData("ed25519_signing_secret_key", "does not begin with \"== ed25519v1-secret: type4 ==\"")]
    [InlineData("ed25519_signing_cert", "does not begin with \"== ed25519v1-cert: type4 ==\"")]
    [InlineData("ed25519_master_id_public_key", "does not begin with \"== ed25519v1-public: type0 ==\"")]
    public async Task A_corrupt_file_is_named_and_nothing_is_overwritten(string file, string complaint)
    {
        var store = new MemoryStateStore();
        (await LoadAsync(store)).Dispose();
        await store.WriteAsync($"keys/{file}", "not a key at all, but longer than a head"u8.ToArray(), Cancel);
        await store.DeleteAsync(file == "secret_onion_key" ? "keys/secret_id_key" : "keys/secret_onion_key", Cancel);
        Dictionary<string, string> before = await SnapshotAsync(store);

        KeyFileException failure = await Assert.ThrowsAsync<KeyFileException>(() => LoadAsync(store));

        Assert.StartsWith($"The key file keys/{file} {complaint}.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, await SnapshotAsync(store));
    }

    [Fact]
    public async Task Files_that_do_not_belong_together_are_refused()
    {
        var store = new MemoryStateStore();
        var other = new MemoryStateStore();
        (await LoadAsync(store)).Dispose();
        (await LoadAsync(other, seed: 2)).Dispose();

        foreach (string file in new[] { "ed25519_signing_cert", "ed25519_signing_secret_key", "ed25519_master_id_public_key" })
        {
            byte[] own = (await store.ReadAsync($"keys/{file}", Cancel))!;
            await store.WriteAsync($"keys/{file}", await other.ReadAsync($"keys/{file}", Cancel), Cancel);
            await Assert.ThrowsAsync<KeyFileException>(() => LoadAsync(store));
            await store.WriteAsync($"keys/{file}", own, Cancel);
        }

        (await LoadAsync(store)).Dispose();
    }

    [Fact]
    public async Task Without_the_identitys_secret_the_signing_key_serves_until_it_ends()
    {
        var store = new MemoryStateStore();
        using RelayKeys made = await LoadAsync(store);
        await store.DeleteAsync("keys/ed25519_master_id_secret_key", Cancel);
        await store.DeleteAsync("keys/ed25519_master_id_public_key", Cancel);
        RelayKeyOptions offline = Options with { HasOfflineMasterKey = true };

        using RelayKeys keys = await LoadAsync(store, offline, now: Start.AddDays(29.5));
        Assert.Equal(made.Ed25519Identity, keys.Ed25519Identity);
        Assert.NotNull(await store.ReadAsync("keys/ed25519_master_id_public_key", Cancel));
        Assert.Null(await store.ReadAsync("keys/ed25519_master_id_secret_key", Cancel));
        await keys.RotateAsync(OnionKeySchedule.Default, Start.AddDays(29.6), Cancel);
        Assert.True(keys.NextRotation > Start.AddDays(29.6));

        KeyFileException failure = await Assert.ThrowsAsync<KeyFileException>(() => LoadAsync(store, now: Start.AddDays(31)));
        Assert.Contains("keys/ed25519_master_id_secret_key, which is missing", failure.Message, StringComparison.Ordinal);
        failure = await Assert.ThrowsAsync<KeyFileException>(() => LoadAsync(store, offline, now: Start.AddDays(31)));
        Assert.Contains("kept offline", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_offline_relay_takes_a_signing_key_that_was_brought()
    {
        var relay = new MemoryStateStore();
        var safe = new MemoryStateStore();
        (await LoadAsync(safe)).Dispose();
        foreach (string name in await safe.ListAsync("", Cancel))
        {
            await relay.WriteAsync(name, await safe.ReadAsync(name, Cancel), Cancel);
        }

        await relay.DeleteAsync("keys/ed25519_master_id_secret_key", Cancel);
        using RelayKeys keys = await LoadAsync(relay, Options with { HasOfflineMasterKey = true });
        using RelayKeys renewed = await LoadAsync(safe, now: Start.AddDays(29.5), seed: 3);
        foreach (string file in new[] { "keys/ed25519_signing_cert", "keys/ed25519_signing_secret_key" })
        {
            await relay.WriteAsync(file, await safe.ReadAsync(file, Cancel), Cancel);
        }

        RelayKeyChanges changes = (await keys.RotateAsync(OnionKeySchedule.Default, Start.AddDays(29.5), Cancel)).Changes;
        Assert.True(changes.HasFlag(RelayKeyChanges.Signing));
        Assert.Equal(renewed.Current.SigningKey.PublicKey, keys.Current.SigningKey.PublicKey);
    }

    [Fact]
    public async Task Onion_keys_are_replaced_kept_for_the_grace_period_and_forgotten()
    {
        var store = new MemoryStateStore();
        using RelayKeys keys = await LoadAsync(store);
        var schedule = new OnionKeySchedule(TimeSpan.FromDays(10), TimeSpan.FromDays(2));
        byte[] ntor = keys.Current.Descriptor.NtorOnion.ToArray();

        Assert.False((await keys.RotateAsync(schedule, Start.AddDays(9.9), Cancel)).Changes.HasFlag(RelayKeyChanges.Onion));
        Assert.True((await keys.RotateAsync(schedule, Start.AddDays(10), Cancel)).Changes.HasFlag(RelayKeyChanges.Onion));
        Assert.NotEqual(ntor, keys.Current.Descriptor.NtorOnion.ToArray());
        Assert.NotNull(await store.ReadAsync("keys/secret_onion_key.old", Cancel));
        Assert.Equal(ntor, (await store.ReadAsync("keys/secret_onion_key_ntor.old", Cancel))![32..64]);
        Assert.Equal("LastRotatedOnionKey 2026-03-11 12:00:00\n", await TextAsync(store, "state"));

        Assert.True((await keys.RotateAsync(schedule, Start.AddDays(12), Cancel)).Changes.HasFlag(RelayKeyChanges.OldOnionForgotten));
        Assert.Null(await store.ReadAsync("keys/secret_onion_key.old", Cancel));
        Assert.Null(await store.ReadAsync("keys/secret_onion_key_ntor.old", Cancel));
    }

    [Fact]
    public async Task The_time_of_the_onion_keys_outlives_a_restart_and_leaves_other_lines_of_the_state_alone()
    {
        var store = new MemoryStateStore();
        await store.WriteAsync("state", "# a comment\nLastRotatedOnionKey 2026-02-10 00:00:00\nGuard in=default\n"u8.ToArray(), Cancel);
        using RelayKeys keys = await LoadAsync(store);

        Assert.True((await keys.RotateAsync(OnionKeySchedule.Default, Start.AddDays(10), Cancel)).Changes.HasFlag(RelayKeyChanges.Onion));
        Assert.Equal("# a comment\nGuard in=default\nLastRotatedOnionKey 2026-03-11 12:00:00\n", await TextAsync(store, "state"));
    }

    [Fact]
    public async Task Link_keys_follow_stock_tors_clock()
    {
        var store = new MemoryStateStore();
        using RelayKeys keys = await LoadAsync(store);
        RelayLinkKeys first = keys.Current.Link;
        Assert.Equal(Start.AddHours(2), keys.NextRotation);
        Assert.Equal(RelayKeyChanges.None, (await keys.RotateAsync(OnionKeySchedule.Default, Start.AddHours(1), Cancel)).Changes);
        Assert.Same(first, keys.Current.Link);

        Assert.Equal(RelayKeyChanges.Link, (await keys.RotateAsync(OnionKeySchedule.Default, Start.AddHours(2), Cancel)).Changes);
        Assert.NotEqual(first.TlsKey.PublicKey, keys.Current.Link.TlsKey.PublicKey);
        Assert.Equal(first.Certificates.AuthenticationKey.PublicKey, keys.Current.Link.Certificates.AuthenticationKey.PublicKey);

        await keys.RotateAsync(OnionKeySchedule.Default, Start.AddHours(45), Cancel);
        Assert.NotEqual(first.Certificates.AuthenticationKey.PublicKey, keys.Current.Link.Certificates.AuthenticationKey.PublicKey);
        Assert.True(keys.Current.Link.Certificates.Link.TryVerify(keys.Current.SigningKey.PublicKey, Start.AddHours(45)));
    }

    [Fact]
    public async Task Link_keys_are_replaced_although_no_file_can_be_written()
    {
        var store = new FailingStateStore(new MemoryStateStore());
        using RelayKeys keys = await LoadAsync(store);
        RelayLinkKeys link = keys.Current.Link;
        byte[] ntor = keys.Current.Descriptor.NtorOnion.ToArray();

        store.IsFailing = true;
        RelayKeyRotation failed = await keys.RotateAsync(OnionKeySchedule.Default, Start.AddDays(29.5), Cancel);
        Assert.Equal(RelayKeyChanges.Link, failed.Changes);
        Assert.Contains("cannot be written", failed.Failure!.Message, StringComparison.Ordinal);
        Assert.NotSame(link, keys.Current.Link);
        Assert.Equal(ntor, keys.Current.Descriptor.NtorOnion.ToArray());

        store.IsFailing = false;
        RelayKeyRotation again = await keys.RotateAsync(OnionKeySchedule.Default, Start.AddDays(29.6), Cancel);
        Assert.Null(again.Failure);
        Assert.True(again.Changes.HasFlag(RelayKeyChanges.Onion | RelayKeyChanges.Signing | RelayKeyChanges.Link));
        using RelayKeys restarted = await LoadAsync(store, now: Start.AddDays(29.7));
        Assert.Equal(keys.Current.Descriptor.NtorOnion.ToArray(), restarted.Current.Descriptor.NtorOnion.ToArray());
        Assert.Equal(keys.Current.SigningKey.PublicKey, restarted.Current.SigningKey.PublicKey);
    }

    [Fact]
    public async Task The_signing_key_is_replaced_a_day_before_it_ends()
    {
        var store = new MemoryStateStore();
        using RelayKeys keys = await LoadAsync(store);
        Ed25519Identity first = keys.Current.SigningKey.PublicKey;
        DateTime end = keys.Current.Descriptor.SigningCertificate.ExpiresAt;

        Assert.False((await keys.RotateAsync(OnionKeySchedule.Default, end.AddHours(-25), Cancel)).Changes.HasFlag(RelayKeyChanges.Signing));
        RelayKeyChanges changes = (await keys.RotateAsync(OnionKeySchedule.Default, end.AddHours(-24), Cancel)).Changes;

        Assert.True(changes.HasFlag(RelayKeyChanges.Signing | RelayKeyChanges.Link));
        Assert.NotEqual(first, keys.Current.SigningKey.PublicKey);
        Ed25519Certificate certificate = keys.Current.Descriptor.SigningCertificate;
        Assert.True(certificate.TryVerify(keys.Ed25519Identity, end));
        using RelayKeys again = await LoadAsync(store, now: end);
        Assert.Equal(keys.Current.SigningKey.PublicKey, again.Current.SigningKey.PublicKey);
    }

    [Fact]
    public async Task Families_need_their_key_files()
    {
        var store = new MemoryStateStore();
        var random = new SeededRandomSource(9);
        Ed25519Identity family = await FamilyKeys.CreateAsync(store, "keys", "MyFamily", random, Cancel);
        await Assert.ThrowsAsync<KeyFileException>(() => FamilyKeys.CreateAsync(store, "keys", "MyFamily", random, Cancel));

        using RelayKeys member = await LoadAsync(store, Options with { FamilyIds = [family] });
        Assert.Equal(family, Assert.Single(member.Current.Descriptor.Families).PublicKey);
        using RelayKeys loner = await LoadAsync(store);
        Assert.Empty(loner.Current.Descriptor.Families);
        KeyFileException failure = await Assert.ThrowsAsync<KeyFileException>(
            () => LoadAsync(store, Options with { FamilyIds = [loner.Ed25519Identity] }));
        Assert.Contains(loner.Ed25519Identity.ToBase64(), failure.Message, StringComparison.Ordinal);
    }

    private static Task<RelayKeys> LoadAsync(IStateStore store, RelayKeyOptions? options = null, DateTime? now = null, ulong seed = 1) =>
        RelayKeys.LoadAsync(store, options ?? Options, new SeededRandomSource(seed + (ulong)(now ?? Start).Ticks), now ?? Start, Cancel);

    private static async Task<string> TextAsync(MemoryStateStore store, string name) => Encoding.Latin1.GetString((await store.ReadAsync(name, Cancel))!);

    private static async Task<Dictionary<string, string>> SnapshotAsync(MemoryStateStore store)
    {
        var content = new Dictionary<string, string>();
        foreach (string name in await store.ListAsync("", Cancel))
        {
            content[name] = await TextAsync(store, name);
        }

        return content;
    }
}
