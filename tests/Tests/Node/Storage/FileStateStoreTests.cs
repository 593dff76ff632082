using Tunic.Node.Storage;

namespace Tunic.Tests.Node.Storage;

public sealed class FileStateStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task What_was_written_is_read_and_listed_until_it_is_deleted()
    {
        var store = new FileStateStore(_directory["data"]);

        await store.WriteAsync("keys/one", new byte[] { 1, 2, 3 }, default);
        await store.WriteAsync("cached-certs", new byte[] { 4 }, default);
        await store.WriteAsync("cached-certs", new byte[] { 5, 6 }, default);

        Assert.Equal([1, 2, 3], await store.ReadAsync("keys/one", default));
        Assert.Equal([5, 6], await store.ReadAsync("cached-certs", default));
        Assert.Equal(["keys/one"], await store.ListAsync("keys/", default));
        await store.DeleteAsync("keys/one", default);
        await store.DeleteAsync("keys/one", default);
        Assert.Null(await store.ReadAsync("keys/one", default));
    }

    [Fact]
    public async Task Of_changes_at_the_same_time_none_is_lost()
    {
        var store = new FileStateStore(_directory["data"]);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => store.ChangeAsync("state", before => [.. before ?? [], 7], default).AsTask())));

        Assert.Equal(50, (await store.ReadAsync("state", default))!.Length);
    }

    [Fact]
    public async Task A_change_that_fails_changes_nothing_and_holds_up_nobody()
    {
        var store = new FileStateStore(_directory["data"]);
        await store.WriteAsync("state", new byte[] { 1 }, default);

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => store.ChangeAsync("state", _ => throw new InvalidOperationException(), default).AsTask());
        await store.ChangeAsync("state", before => [.. before!, 2], default);

        Assert.Equal([1, 2], await store.ReadAsync("state", default));
    }

    [Fact]
    public async Task Files_and_directories_are_the_owners_alone()
    {
        var store = new FileStateStore(_directory["data"]);
        await store.WriteAsync("keys/one", new byte[] { 1 }, default);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory["data/keys/one"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory["data/keys"]));
    }

    [Fact]
    public void A_directory_that_others_may_enter_is_closed_to_them()
    {
        Directory.CreateDirectory(_directory["data"]);
        File.SetUnixFileMode(_directory["data"], (UnixFileMode)0b111_101_101);

        _ = new FileStateStore(_directory["data"]);

        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(_directory["data"]));
    }

    [Fact]
    public async Task A_link_is_neither_read_nor_written_through()
    {
        var store = new FileStateStore(_directory["data"]);
        await File.WriteAllTextAsync(_directory["elsewhere"], "mine");
        File.CreateSymbolicLink(_directory["data/state"], _directory["elsewhere"]);
        File.CreateSymbolicLink(_directory["data/cached-certs.tmp"], _directory["elsewhere"]);

        StorageException reading = await Assert.ThrowsAsync<StorageException>(async () => await store.ReadAsync("state", default));
        await Assert.ThrowsAsync<StorageException>(async () => await store.WriteAsync("state", new byte[] { 1 }, default));
        await store.WriteAsync("cached-certs", new byte[] { 1 }, default);

        Assert.Contains("is a link", reading.Message, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(_directory["elsewhere"]));
    }

    [Fact]
    public async Task A_directory_in_the_place_of_a_file_is_named()
    {
        var store = new FileStateStore(_directory["data"]);
        Directory.CreateDirectory(_directory["data/state"]);

        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () => await store.ReadAsync("state", default));

        Assert.StartsWith(_directory["data/state"], failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_the_place_of_the_directory_is_named()
    {
        File.WriteAllText(_directory["data"], "");

        StorageException failure = Assert.Throws<StorageException>(() => new FileStateStore(_directory["data"]));

        Assert.StartsWith(_directory["data"], failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../state")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData(".hidden")]
    [InlineData("state.tmp")]
    [InlineData("")]
    public async Task A_name_that_leaves_the_directory_is_a_fault(string name)
    {
        var store = new FileStateStore(_directory["data"]);

        await Assert.ThrowsAsync<ArgumentException>(async () => await store.ReadAsync(name, default));
    }

    [Fact]
    public async Task A_cancelled_write_leaves_the_old_content()
    {
        var store = new FileStateStore(_directory["data"]);
        await store.WriteAsync("state", new byte[] { 1 }, default);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.WriteAsync("state", new byte[] { 2 }, new CancellationToken(true)));

        Assert.Equal([1], await store.ReadAsync("state", default));
        Assert.Equal(["state"], await store.ListAsync("", default));
    }

    [Fact]
    public void A_data_directory_has_one_owner()
    {
        using (DataDirectoryLock? first = DataDirectoryLock.TryTake(_directory.FullPath))
        {
            Assert.NotNull(first);
            Assert.Null(DataDirectoryLock.TryTake(_directory.FullPath));
        }

        using DataDirectoryLock? second = DataDirectoryLock.TryTake(_directory.FullPath);
        Assert.NotNull(second);
    }

    public void Dispose() => _directory.Dispose();
}
