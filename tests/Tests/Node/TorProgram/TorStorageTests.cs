using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Storage;
using Tunic.Node.TorProgram;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tests.Node.Configuration.Torrc;
using Tunic.Tor.Relay.Keys;

namespace Tunic.Tests.Node.TorProgram;

public sealed class TorStorageTests : IDisposable
{
    private static readonly DateTime Now = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_relay_is_who_it_is_by_the_keys_in_KeyDirectory()
    {
        TorrcOptions first = Read("");
        using (RelayKeys before = await LoadAsync(first))
        {
            Directory.Move(_directory["data/keys"], _directory["elsewhere"]);
            using RelayKeys after = await LoadAsync(Read($"KeyDirectory {_directory["elsewhere"]}"));

            Assert.Equal(before.RsaIdentity, after.RsaIdentity);
            Assert.Equal(before.Ed25519Identity, after.Ed25519Identity);
        }

        Assert.False(Directory.Exists(_directory["data/keys"]));
        Assert.False(Directory.Exists(_directory["elsewhere/keys"]));
    }

    [Fact]
    public async Task A_family_is_that_of_a_key_in_FamilyKeyDirectory()
    {
        Ed25519Identity family = await FamilyKeys.CreateAsync(new FileStateStore(_directory["families"]), "keys", "ours", SystemRandomSource.Instance, Cancel);
        Directory.Move(_directory["families/keys"], _directory["plain"]);

        using RelayKeys keys = await LoadAsync(Read($"FamilyId {family.ToBase64()}\nFamilyKeyDirectory {_directory["plain"]}"));
        using RelayKeys any = await LoadAsync(Read($"FamilyId *\nFamilyKeyDirectory {_directory["plain"]}"));
        KeyFileException missing = await Assert.ThrowsAsync<KeyFileException>(() => LoadAsync(Read($"FamilyId {family.ToBase64()}")));

        Assert.Equal([family], keys.Current.Descriptor.Families.Select(key => key.PublicKey));
        Assert.Equal([family], any.Current.Descriptor.Families.Select(key => key.PublicKey));
        Assert.Contains(_directory["data/keys"], missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_family_id_that_is_no_key_is_refused() =>
        Assert.Contains("Invalid FamilyId nonsense", TorrcText.Fault("FamilyId nonsense\n"), StringComparison.Ordinal);

    [Fact]
    public async Task Files_of_a_mounted_folder_are_listed_by_the_folders_name()
    {
        var store = new MountedStateStore(new FileStateStore(_directory["data"]), "keys", new FileStateStore(_directory["elsewhere"]));
        await store.WriteAsync("keys/one", new byte[] { 1 }, Cancel);
        await store.WriteAsync("state", new byte[] { 2 }, Cancel);

        Assert.Equal(["keys/one"], await store.ListAsync("keys/", Cancel));
        Assert.Equal(["keys/one", "state"], (await store.ListAsync("", Cancel)).Order());
        Assert.Equal([1], await File.ReadAllBytesAsync(_directory["elsewhere/one"], Cancel));
        Assert.Equal(_directory["elsewhere"], store.Describe("keys"));
        await store.ChangeAsync("keys/one", before => [.. before!, 3], Cancel);
        Assert.Equal([1, 3], await store.ReadAsync("keys/one", Cancel));
        await store.DeleteAsync("keys/one", Cancel);
        Assert.Null(await store.ReadAsync("keys/one", Cancel));
    }

    public void Dispose() => _directory.Dispose();

    private static Task<RelayKeys> LoadAsync(TorrcOptions options) =>
        RelayKeys.LoadAsync(TorStorage.Open(options), TorRelaySettings.CreateKeys(options.Relay), SystemRandomSource.Instance, Now, Cancel);

    private TorrcOptions Read(string more) => TorrcText.Options($"DataDirectory {_directory["data"]}\nORPort 9001\n{more}\n");
}
