using Tunic.Primitives.Time;
using Tunic.Tests.Tor.Protocol.Documents;
using Tunic.Tor.Client;
using Tunic.Tor.Client.NetworkDirectory;
using Tunic.Tor.Client.Paths;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tests.Tor.Client.NetworkDirectory;

/// <summary>The loop, over a clock that stands still until it is told to go on.</summary>
public sealed class ClientDirectoryTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Twelve seconds before the next consensus is due.</summary>
    private readonly DirectoryFixture _fixture = new(StockNetwork.Now.AddSeconds(-12));
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    private int MicrodescriptorRequests => _fixture.Fetcher.Requests.Count(request => request.Path.StartsWith("/tor/micro/", StringComparison.Ordinal));

    [Fact]
    public async Task A_directory_that_lacks_microdescriptors_costs_no_time()
    {
        int answers = 0;
        _fixture.Fetcher.Alter = (request, response) =>
            request.Path.StartsWith("/tor/micro/", StringComparison.Ordinal) && answers++ == 0 ? response with { Body = default } : response;

        ClientDirectory directory = Start();
        await directory.Ready.WaitAsync(Limit, TestContext.Current.CancellationToken);

        Assert.Equal(2, MicrodescriptorRequests);
        Assert.Equal(StockNetwork.Now.AddSeconds(-12), _fixture.Time.Now);
    }

    [Fact]
    public async Task When_all_lack_them_the_pauses_grow()
    {
        _fixture.Fetcher.Stays = true;
        _fixture.Fetcher.Alter = (request, response) =>
            request.Path.StartsWith("/tor/micro/", StringComparison.Ordinal) ? response with { Body = default } : response;
        Start();
        await WaitForIdleAsync();
        Assert.Equal(2, MicrodescriptorRequests); // the second at once

        _fixture.Time.Advance(TimeSpan.FromSeconds(1.5));
        await WaitForIdleAsync();
        Assert.Equal(3, MicrodescriptorRequests);

        _fixture.Time.Advance(TimeSpan.FromSeconds(0.9));
        await WaitForIdleAsync();
        Assert.Equal(3, MicrodescriptorRequests);

        _fixture.Time.Advance(TimeSpan.FromSeconds(2.1));
        await WaitForIdleAsync();
        Assert.Equal(4, MicrodescriptorRequests);
    }

    [Fact]
    public async Task A_consensus_that_is_late_does_not_hold_them_back()
    {
        bool areThere = false;
        _fixture.Fetcher.Stays = true;
        _fixture.Fetcher.Alter = (request, response) =>
            request.Path.StartsWith("/tor/micro/", StringComparison.Ordinal) && !areThere ? response with { Body = default } : response;
        ClientDirectory directory = Start();
        await WaitForIdleAsync();
        _fixture.Time.Advance(TimeSpan.FromSeconds(20)); // the next one is due, and nobody has it
        await WaitForIdleAsync();
        Assert.Equal(304, _fixture.Fetcher.Replies.Last(reply => reply.Response.Status != 200).Response.Status);
        Assert.False(directory.Ready.IsCompleted);

        areThere = true;
        _fixture.Time.Advance(TimeSpan.FromSeconds(2));
        await WaitForIdleAsync();

        Assert.True(directory.Ready.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData("relay5", true)]
    [InlineData("relay3", false)] // not Stable
    public async Task A_configuration_that_leaves_no_guard_is_told_once(string entryNodes, bool isGood)
    {
        Assert.True(RelaySet.TryParse(entryNodes, out RelaySet? entries, out _));
        ClientDirectory directory = Start(new ClientOptions { Constraints = new PathConstraints { EntryNodes = entries } });

        await directory.Ready.WaitAsync(Limit, TestContext.Current.CancellationToken);
        await WaitForIdleAsync();

        Assert.Equal(isGood ? 0 : 1, _fixture.Log.Warnings.Count(line => line.Contains("No circuit can be built: none of the", StringComparison.Ordinal)));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private ClientDirectory Start(ClientOptions? chosen = null)
    {
        ClientOptions options = chosen ?? new ClientOptions();
        var random = new SeededRandomSource(3);
        var directory = new ClientDirectory(
            _fixture.Profile,
            options,
            _fixture.Cache,
            _fixture.Fetcher,
            new PathPlanner(options, isPrivateNetwork: true, _fixture.Time, random),
            _fixture.Clock,
            random,
            _fixture.Time,
            _fixture.Log,
            progress: null);
        _running = directory.RunAsync(_stop.Token);
        return directory;
    }

    private async Task WaitForIdleAsync()
    {
        while (_fixture.Time.Waiting == 0)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            if (_running.IsCompleted)
            {
                await _running;
            }

            await Task.Yield();
        }
    }
}
