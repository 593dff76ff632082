using System.Globalization;
using Microsoft.Extensions.Logging;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Network.NetworkDirectory;

/// <summary>
/// Compares our clock with those of directories, and warns when it is wrong: once, until it has been right again, and never twice in an hour,
/// so that no directory can fill the log.
/// </summary>
/// <remarks>Thread safe. The limits are stock tor's: channeltls.c, dirclient.c and networkstatus.c.</remarks>
public sealed partial class ClockWatch(TimeProvider time, ILogger log)
{
    private static readonly TimeSpan _toleratedOnLink = TimeSpan.FromHours(1);
    private static readonly TimeSpan _toleratedInAnswer = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan _toleratedBeforeConsensus = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _shortestQuiet = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private long? _warnedAt;
    private bool _isWrong;

    /// <summary>Whether the last comparison found our clock wrong: then much fails for this one reason, which has been told.</summary>
    public bool IsWrong
    {
        get
        {
            lock (_gate)
            {
                return _isWrong;
            }
        }
    }

    private DateTime UtcNow => time.GetUtcNow().UtcDateTime;

    /// <summary>A directory told the time on its link, in NETINFO.</summary>
    /// <param name="skew">Our clock less its clock.</param>
    /// <param name="authority">Its nickname; null for one that is no authority.</param>
    public void OnLink(TimeSpan skew, string? authority) => Judge(skew, _toleratedOnLink, Describe(authority));

    /// <summary>A directory told the time in the head of an answer.</summary>
    /// <param name="date">Its clock, UTC.</param>
    /// <param name="authority">Its nickname; null for one that is no authority.</param>
    public void OnAnswer(DateTime date, string? authority) => Judge(UtcNow - date, _toleratedInAnswer, Describe(authority));

    /// <summary>A consensus that enough authorities have signed: it cannot come from the future.</summary>
    public void OnConsensus(Consensus consensus)
    {
        TimeSpan skew = UtcNow - (consensus.ValidAfter - consensus.DistributionDelay);
        if (skew < -_toleratedBeforeConsensus)
        {
            Judge(skew, _toleratedBeforeConsensus, "the authorities, who have signed a consensus already that our clock says is yet to come");
        }
    }

    /// <summary>A directory's certificates are not valid at the time that our clock says; so nothing is known of its clock.</summary>
    public void OnInvalidCertificate()
    {
        if (ShouldTell())
        {
            LogInvalidCertificate(log, UtcNow);
        }
    }

    private static string Describe(string? authority) =>
        authority is null ? "the directory we asked, unless that one is wrong" : $"the authority {authority}";

    private static string Describe(TimeSpan skew)
    {
        skew += TimeSpan.FromSeconds(30); // to the nearest minute
        string[] parts = [Count(skew.Days, "day"), Count(skew.Hours, "hour"), Count(skew.Days > 0 ? 0 : skew.Minutes, "minute")];
        return string.Join(' ', parts.Where(part => part.Length > 0));
    }

    private static string Count(int count, string unit) =>
        count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{count} {unit}{(count == 1 ? "" : "s")}");

    private void Judge(TimeSpan skew, TimeSpan tolerated, string whose)
    {
        if (skew.Duration() > tolerated)
        {
            if (ShouldTell())
            {
                LogWrong(log, Describe(skew.Duration()), skew > TimeSpan.Zero ? "ahead of" : "behind", whose);
            }
        }
        else if (skew.Duration() <= _toleratedInAnswer)
        {
            lock (_gate)
            {
                _isWrong = false;
            }
        }
    }

    private bool ShouldTell()
    {
        lock (_gate)
        {
            bool isToldAlready = _isWrong;
            _isWrong = true;
            if (isToldAlready || (_warnedAt is { } warnedAt && time.GetElapsedTime(warnedAt) < _shortestQuiet))
            {
                return false;
            }

            _warnedAt = time.GetTimestamp();
            return true;
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "Our clock is {Amount} {Direction} that of {Whose}. The network cannot be used with a wrong clock: set this machine's date, time and time zone right.")]
    private static partial void LogWrong(ILogger log, string amount, string direction, string whose);

    [LoggerMessage(
        LogLevel.Warning,
        "A directory's certificates are not valid at {Now:u}, which is the time by our clock. If it is wrong, set this machine's date, time and time zone right.")]
    private static partial void LogInvalidCertificate(ILogger log, DateTime now);
}
