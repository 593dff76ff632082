using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Tests.Tor.Client.Liveness;
using Tunic.Tests.TorRelay;
using Tunic.Tor.Network.Liveness;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Voting.Liveness;

namespace Tunic.Tests.Tor.Network.Liveness;

public class LivenessPollTests
{
    private static readonly byte[] Empty = new LivenessBundle([]).Encode();

    private readonly SingleThread _thread = new();
    private readonly ManualTime _time = new(new DateTime(2026, 5, 6, 7, 8, 9, DateTimeKind.Utc));
    private readonly List<string> _asked = [];
    private int _left;

    [Fact]
    public void A_stock_directory_is_left_and_is_hardly_asked_again()
    {
        Run(_ => Answer(404), TimeSpan.FromHours(2));
        Assert.InRange(_asked.Count, 10, 25);
        Assert.Equal(_asked.Count, _left);
    }

    [Fact]
    public void A_directory_that_answers_in_rubbish_is_left_too()
    {
        Run(_ => Answer(200, [9, 9, 9]), TimeSpan.FromHours(2));
        Assert.InRange(_asked.Count, 10, 25);
        Assert.Equal(_asked.Count, _left);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(304)]
    public void A_directory_that_answers_at_once_without_news_does_not_keep_us_busy(int status)
    {
        Run(_ => Answer(status, Empty), TimeSpan.FromSeconds(15));
        Assert.InRange(_asked.Count, 30, 62);
        Assert.Equal(0, _left);
    }

    [Fact]
    public void One_that_cannot_be_reached_is_asked_again_every_five_seconds()
    {
        Run(_ => throw new DirectoryException("out of reach"), TimeSpan.FromMinutes(10));
        Assert.InRange(_asked.Count, 80, 130);
    }

    private static DirectoryResponse Answer(int status, byte[]? body = null) => new(status, "", null, null, body ?? []);

    private void Run(Func<int, DirectoryResponse> answer, TimeSpan time)
    {
        var poll = new LivenessPoll(
            (request, _) =>
            {
                _asked.Add(request.Path);
                return Task.FromResult(answer(_asked.Count));
            },
            _ => false, _time, NullLogger.Instance)
        {
            OnRefused = () =>
            {
                _left++;
                return Task.CompletedTask;
            },
        };
        using var stop = new CancellationTokenSource();
        Task running = Task.CompletedTask;
        _thread.Run(() => running = poll.RunAsync(stop.Token));
        TimeSpan step = time / 120;
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += step)
        {
            _thread.Run(() => _time.Advance(step));
        }

        Assert.False(running.IsCompleted);
        _thread.Run(stop.Cancel);
        Assert.True(running.IsCanceled);
    }
}
