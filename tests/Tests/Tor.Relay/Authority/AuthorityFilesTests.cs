using Tunic.Primitives.Storage;
using Tunic.Tests.Simulation;
using Tunic.Tor.Relay.Authority;

namespace Tunic.Tests.TorRelay.Authority;

public sealed class AuthorityFilesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_could_not_be_written_is_written_later_in_its_newest_form()
    {
        var disk = new MemoryStateStore();
        var store = new FailingStateStore(disk) { IsFailing = true };
        var files = new AuthorityFiles(store);

        Assert.NotNull(await files.WriteAsync([("one", [1]), ("two", [2])], Cancel));
        Assert.NotNull(await files.WriteAsync([("one", [3])], Cancel));
        Assert.Empty(await disk.ListAsync("", Cancel));

        store.IsFailing = false;
        Assert.Null(await files.WriteAsync([], Cancel));
        Assert.Equal([3], await disk.ReadAsync("one", Cancel));
        Assert.Equal([2], await disk.ReadAsync("two", Cancel));
    }
}
