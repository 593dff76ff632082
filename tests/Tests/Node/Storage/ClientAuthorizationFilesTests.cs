using Tunic.Node.Storage;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Tests.Node.Storage;

public sealed class ClientAuthorizationFilesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tunic-keys-").FullName; // open to nobody else
    private readonly List<string> _warnings = [];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Files_with_the_right_name_are_read_and_others_are_not()
    {
        (OnionAddress address, ClientAuthorizationKey key) = Make(1);
        Write("me.auth_private", ClientAuthorizationText.FormatPrivateKey(address, key) + "\n");
        Write("other.auth", "x");
        Write(".auth_private", "x");

        Dictionary<OnionAddress, ClientAuthorizationKey> keys = ClientAuthorizationFiles.Read(_directory, _warnings.Add);

        Assert.Equal(key.ExportPrivateKey(), Assert.Single(keys).Value.ExportPrivateKey());
        Assert.Equal(address, keys.Keys.Single());
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("")]
    [InlineData("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:descriptor:x25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:descriptor:x25519:short")]
    public void A_file_without_a_key_is_told_and_skipped(string content)
    {
        (OnionAddress address, ClientAuthorizationKey key) = Make(1);
        Write("a.auth_private", content);
        Write("b.auth_private", ClientAuthorizationText.FormatPrivateKey(address, key));

        Assert.Single(ClientAuthorizationFiles.Read(_directory, _warnings.Add));
        Assert.Contains("a.auth_private", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_as_large_as_no_key_is_not_read()
    {
        (OnionAddress address, ClientAuthorizationKey key) = Make(1);
        Write("a.auth_private", ClientAuthorizationText.FormatPrivateKey(address, key) + new string(' ', 5_000));

        Assert.Empty(ClientAuthorizationFiles.Read(_directory, _warnings.Add));
        Assert.Single(_warnings);
    }

    [Fact]
    public async Task A_key_that_is_written_is_read_again_replaced_and_removed_under_whatever_name()
    {
        (OnionAddress address, ClientAuthorizationKey key) = Make(1);
        (OnionAddress other, ClientAuthorizationKey stays) = Make(2);
        CancellationToken cancel = TestContext.Current.CancellationToken;
        await ClientAuthorizationFiles.WriteAsync(_directory, address, stays, cancel);
        await ClientAuthorizationFiles.WriteAsync(_directory, address, key, cancel);
        Write("renamed.auth_private", ClientAuthorizationText.FormatPrivateKey(other, stays));

        Assert.Equal(key.ExportPrivateKey(), ClientAuthorizationFiles.Read(_directory, _warnings.Add)[address].ExportPrivateKey());
        ClientAuthorizationFiles.Delete(_directory, address);
        Assert.Equal([other], ClientAuthorizationFiles.Read(_directory, _warnings.Add).Keys);
        ClientAuthorizationFiles.Delete(_directory, other);
        Assert.Empty(Directory.EnumerateFiles(_directory));
    }

    [Fact]
    public void Two_files_for_one_service_are_refused()
    {
        (OnionAddress address, ClientAuthorizationKey key) = Make(1);
        Write("a.auth_private", ClientAuthorizationText.FormatPrivateKey(address, key));
        Write("b.auth_private", ClientAuthorizationText.FormatPrivateKey(address, key));

        StorageException failure = Assert.Throws<StorageException>(() => ClientAuthorizationFiles.Read(_directory, _warnings.Add));
        Assert.Contains("b.auth_private", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_is_missing_or_open_to_others_is_refused()
    {
        Assert.Throws<StorageException>(() => ClientAuthorizationFiles.Read(Path.Combine(_directory, "missing"), _warnings.Add));
        File.SetUnixFileMode(_directory, File.GetUnixFileMode(_directory) | UnixFileMode.GroupRead);
        Assert.Throws<StorageException>(() => ClientAuthorizationFiles.Read(_directory, _warnings.Add));
        Assert.Empty(ClientAuthorizationFiles.Read(null, _warnings.Add));
    }

    private static (OnionAddress Address, ClientAuthorizationKey Key) Make(ulong seed)
    {
        using Ed25519PrivateKey identity = Ed25519PrivateKey.Generate(new SeededRandomSource(seed));
        return (new OnionAddress(identity.PublicKey), ClientAuthorizationKey.Generate(new SeededRandomSource(seed + 100)));
    }

    private void Write(string name, string content) => File.WriteAllText(Path.Combine(_directory, name), content);
}
