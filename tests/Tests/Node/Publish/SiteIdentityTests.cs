using System.Text;
using Tunic.Node.Processes;
using Tunic.Node.Publish;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Tests.Node.Publish;

/// <summary>Whose an address is, and who may visit it.</summary>
public sealed class SiteIdentityTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_site_keeps_its_address_and_its_visitors_keep_their_keys()
    {
        SiteSource source = Make("site");
        OnionAddress address;
        byte[] key;
        using (SiteIdentity first = await OpenAsync(source, "bob", "alice"))
        {
            (address, key) = (first.Address, first.Visitors[1].Key.ExportPrivateKey());
            Assert.Equal(["alice", "bob"], first.Visitors.Select(visitor => visitor.Name));
        }

        using SiteIdentity second = await OpenAsync(source, "carol");

        Assert.Equal(address, second.Address);
        Assert.Equal(["alice", "bob", "carol"], second.Visitors.Select(visitor => visitor.Name));
        Assert.Equal(key, second.Visitors[1].Key.ExportPrivateKey());
        string file = await File.ReadAllTextAsync(second.Visitors[1].File, Cancel);
        Assert.True(ClientAuthorizationText.TryParsePrivateKey(file, out OnionAddress named, out ClientAuthorizationKey? known));
        Assert.Equal((address, Convert.ToHexString(key)), (named, Convert.ToHexString(known.ExportPrivateKey())));
        Assert.True(File.Exists(_directory["identity/authorized_clients/bob.auth"])); // tor lets the same visitors in
    }

    [Fact]
    public async Task The_address_of_one_folder_is_given_to_another_only_when_it_is_named()
    {
        using (await OpenAsync(Make("site")))
        {
        }

        SiteSource other = Make("elsewhere/site");
        CommandException failure = await Assert.ThrowsAsync<CommandException>(() => OpenAsync(other));
        Assert.Contains($"site={other.Target}", failure.Message, StringComparison.Ordinal);

        using SiteIdentity moved = await OpenAsync(other with { IsNamed = true });
        Assert.NotEqual(default, moved.Address);
    }

    [Fact]
    public async Task Two_processes_do_not_publish_one_site()
    {
        using SiteIdentity held = await OpenAsync(Make("site"));

        Assert.Contains("another process", (await Assert.ThrowsAsync<CommandException>(() => OpenAsync(Make("site")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_a_visitor_that_makes_no_sense_is_told_and_kept()
    {
        using (await OpenAsync(Make("site"), "alice"))
        {
        }

        string path = _directory["identity/visitors/alice.auth_private"];
        await File.WriteAllBytesAsync(path, Encoding.ASCII.GetBytes("nonsense"), Cancel);

        await Assert.ThrowsAsync<CorruptStateException>(() => OpenAsync(Make("site")));
        Assert.Equal("nonsense", await File.ReadAllTextAsync(path, Cancel));
    }

    public void Dispose() => _directory.Dispose();

    private SiteSource Make(string folder) => SiteSource.Parse(Directory.CreateDirectory(_directory[folder]).FullName);

    private Task<SiteIdentity> OpenAsync(SiteSource source, params string[] visitors) =>
        SiteIdentity.OpenAsync(_directory["identity"], source, visitors, SystemRandomSource.Instance, Cancel);
}
