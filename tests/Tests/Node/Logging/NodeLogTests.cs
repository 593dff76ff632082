using Microsoft.Extensions.Logging;
using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Logging;

namespace Tunic.Tests.Node.Logging;

public sealed class NodeLogTests : IDisposable
{
    private static readonly DateTime Moment = new(2026, 11, 21, 9, 55, 10, 678);
    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData(1000, "Nov 21 09:55:10.000 [notice] hello")]
    [InlineData(100, "Nov 21 09:55:10.600 [notice] hello")]
    [InlineData(1, "Nov 21 09:55:10.678 [notice] hello")]
    [InlineData(0, "Nov 21 09:55:10.678 [notice] hello")]
    public void A_line_has_the_shape_of_stocks(int granularity, string expected) =>
        Assert.Equal(expected, LogLine.Format(Moment, TimeSpan.FromMilliseconds(granularity), LogSeverity.Notice, "hello"));

    [Fact]
    public void Strangers_bytes_cannot_end_a_line() =>
        Assert.Equal("a\\x0ab\\x1b[31m", LogLine.Printable("a\nb\x1b[31m"));

    [Fact]
    public void Each_sink_takes_its_severities_and_levels_have_stocks_names()
    {
        using (var log = new NodeLog(TimeProvider.System))
        {
            log.Use([
                LogSink.Open(new LogTarget(LogSeverity.Notice, LogSeverity.Error, LogDestination.File, _directory["notices"]), truncate: false),
                LogSink.Open(new LogTarget(LogSeverity.Debug, LogSeverity.Info, LogDestination.File, _directory["details"]), truncate: false)]);
#pragma warning disable CA1848 // the extension methods are what is tested here
            log.LogTrace("one");
            log.LogDebug("two");
            log.LogInformation("three");
            log.LogWarning("four");
            log.LogCritical("five");
#pragma warning restore CA1848
        }

        Assert.Equal(["[debug] one", "[info] two"], Messages("details"));
        Assert.Equal(["[notice] three", "[warn] four", "[err] five"], Messages("notices"));
    }

    [Fact]
    public void A_file_is_continued_unless_it_is_to_be_truncated()
    {
        var target = new LogTarget(LogSeverity.Notice, LogSeverity.Error, LogDestination.File, _directory["log"]);
        foreach (bool truncate in new[] { false, false, true })
        {
            using var log = new NodeLog(TimeProvider.System);
            log.Use([LogSink.Open(target, truncate)]);
            log.Notice(truncate ? "last" : "more");
            Assert.Equal(truncate ? "[notice] last" : "[notice] more", Messages("log")[^1]);
        }

        Assert.Single(Messages("log"));
    }

    public void Dispose() => _directory.Dispose();

    private string[] Messages(string name) => [.. File.ReadAllLines(_directory[name]).Select(line => line[20..])];
}
