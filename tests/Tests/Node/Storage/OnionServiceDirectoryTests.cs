using Tunic.Node.Storage;

namespace Tunic.Tests.Node.Storage;

public sealed class OnionServiceDirectoryTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private readonly TemporaryDirectory _directory = new();

    private string Service => _directory["service"];

    [Fact]
    public void A_new_directory_is_its_owners_alone()
    {
        OnionServiceDirectory.Open(Service, isGroupReadable: false, takesRightsAway: false);

        Assert.Equal(Owner, File.GetUnixFileMode(Service));
        Assert.Equal(Owner, File.GetUnixFileMode(Path.Combine(Service, "authorized_clients")));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupExecute)]
    [InlineData(UnixFileMode.OtherRead)]
    public void A_directory_that_others_may_look_into_is_refused_and_left_as_it_is(UnixFileMode more)
    {
        Directory.CreateDirectory(Service, Owner | more);

        StorageException failure = Assert.Throws<StorageException>(() => OnionServiceDirectory.Open(Service, isGroupReadable: false, takesRightsAway: false));

        Assert.Equal($"Permissions on directory {Service} are too permissive.", failure.Message);
        Assert.Equal(Owner | more, File.GetUnixFileMode(Service));
    }

    [Fact]
    public void In_a_testing_network_what_others_may_do_is_taken_away()
    {
        Directory.CreateDirectory(Service, Owner | Group);

        OnionServiceDirectory.Open(Service, isGroupReadable: false, takesRightsAway: true);

        Assert.Equal(Owner, File.GetUnixFileMode(Service));
    }

    [Fact]
    public async Task The_group_may_read_the_directory_and_the_address_when_it_is_to()
    {
        Directory.CreateDirectory(Service, Owner | Group);
        (await OnionServiceDirectory.Open(Service, isGroupReadable: true, takesRightsAway: false)
            .LoadKeyAsync(Tunic.Primitives.Time.SystemRandomSource.Instance, TestContext.Current.CancellationToken)).Dispose();

        OnionServiceDirectory.LetGroupRead(Service);

        Assert.Equal(Owner | Group, File.GetUnixFileMode(Service));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(Path.Combine(Service, "hostname")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Service, "hs_ed25519_secret_key")));
    }

    public void Dispose() => _directory.Dispose();
}
