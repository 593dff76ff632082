using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tor.Client.OnionServices.Services;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Tests.Tor.Client.OnionServices.Services;

public sealed class OnionServiceFilesTests
{
    private readonly MemoryStateStore _store = new();
    private readonly SeededRandomSource _random = new(11);

    private CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_directory_gets_stocks_files_and_the_next_start_finds_the_same_key()
    {
        using Ed25519PrivateKey made = await new OnionServiceFiles(_store).LoadKeyAsync(_random, Cancel);
        using Ed25519PrivateKey found = await new OnionServiceFiles(_store).LoadKeyAsync(_random, Cancel);

        Assert.Equal(made.PublicKey, found.PublicKey);
        Assert.Equal(["hostname", "hs_ed25519_public_key", "hs_ed25519_secret_key"], (await _store.ListAsync("", Cancel)).Order(StringComparer.Ordinal));
        byte[] secret = (await _store.ReadAsync("hs_ed25519_secret_key", Cancel))!;
        Assert.Equal("== ed25519v1-secret: type0 ==\0\0\0", Encoding.ASCII.GetString(secret, 0, 32));
        Assert.Equal(made.ExportExpanded(), secret[32..]);
        byte[] known = (await _store.ReadAsync("hs_ed25519_public_key", Cancel))!;
        Assert.Equal("== ed25519v1-public: type0 ==\0\0\0", Encoding.ASCII.GetString(known, 0, 32));
        Assert.Equal(made.PublicKey.ToArray(), known[32..]);
        Assert.Equal($"{new OnionAddress(made.PublicKey)}\n", Encoding.ASCII.GetString((await _store.ReadAsync("hostname", Cancel))!));
    }

    [Fact]
    public async Task A_secret_key_alone_is_enough()
    {
        using Ed25519PrivateKey made = await new OnionServiceFiles(_store).LoadKeyAsync(_random, Cancel);
        await _store.DeleteAsync("hs_ed25519_public_key", Cancel);
        await _store.DeleteAsync("hostname", Cancel);

        using Ed25519PrivateKey found = await new OnionServiceFiles(_store).LoadKeyAsync(_random, Cancel);

        Assert.Equal(made.PublicKey, found.PublicKey);
        Assert.Equal(3, (await _store.ListAsync("", Cancel)).Count);
    }

    [Theory]
    [InlineData("hs_ed25519_secret_key", 95)]
    [InlineData("hs_ed25519_secret_key", 20)]
    [InlineData("hs_ed25519_public_key", 63)]
    [InlineData("hs_ed25519_secret_key", 0)]
    public async Task A_key_file_that_makes_no_sense_stops_the_start_and_stays_as_it_is(string file, int length)
    {
        (await new OnionServiceFiles(_store).LoadKeyAsync(_random, Cancel)).Dispose();
        byte[] cut = (await _store.ReadAsync(file, Cancel))![..length];
        await _store.WriteAsync(file, cut, Cancel);

        await Assert.ThrowsAsync<CorruptStateException>(() => new OnionServiceFiles(_store).LoadKeyAsync(_random, Cancel));

        Assert.Equal(cut, await _store.ReadAsync(file, Cancel));
    }

    [Fact]
    public async Task Keys_that_do_not_belong_together_stop_the_start()
    {
        (await new OnionServiceFiles(_store).LoadKeyAsync(_random, Cancel)).Dispose();
        byte[] known = (await _store.ReadAsync("hs_ed25519_public_key", Cancel))!;
        known[40] ^= 1;
        await _store.WriteAsync("hs_ed25519_public_key", known, Cancel);

        await Assert.ThrowsAsync<CorruptStateException>(() => new OnionServiceFiles(_store).LoadKeyAsync(_random, Cancel));
    }

    [Fact]
    public async Task Clients_are_read_and_files_that_are_none_are_left_out_with_a_warning()
    {
        using ClientAuthorizationKey key = ClientAuthorizationKey.Generate(_random);
        await WriteAsync("authorized_clients/b.auth", ClientAuthorizationText.FormatPublicKey(key.PublicKey.Span) + "\n");
        await WriteAsync("authorized_clients/a.auth", "descriptor:x25519:short");
        await WriteAsync("authorized_clients/readme", "text");
        await WriteAsync("authorized_clients/.auth", ClientAuthorizationText.FormatPublicKey(key.PublicKey.Span));
        List<string> warnings = [];

        IReadOnlyList<ReadOnlyMemory<byte>> clients = await new OnionServiceFiles(_store).LoadClientsAsync(warnings.Add, Cancel);

        Assert.Equal(key.PublicKey.ToArray(), Assert.Single(clients).ToArray());
        Assert.Equal(3, warnings.Count);
    }

    [Fact]
    public async Task An_instance_behind_a_frontend_needs_its_addresses()
    {
        var files = new OnionServiceFiles(_store);
        await Assert.ThrowsAsync<CorruptStateException>(() => files.LoadBalancingAsync(Cancel));
        using Ed25519PrivateKey key = Ed25519PrivateKey.Generate(_random);
        await WriteAsync("ob_config", $"MasterOnionAddress {new OnionAddress(key.PublicKey)}\n");

        Assert.Equal([new OnionAddress(key.PublicKey)], (await files.LoadBalancingAsync(Cancel)).Masters);
    }

    private ValueTask WriteAsync(string name, string text) => _store.WriteAsync(name, Encoding.ASCII.GetBytes(text), Cancel);
}
