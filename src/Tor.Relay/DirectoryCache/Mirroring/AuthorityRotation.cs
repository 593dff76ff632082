using Microsoft.Extensions.Logging;
using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Tor.Relay.DirectoryCache.Mirroring;

/// <summary>Asks one authority after the other, in random order, until one gives what is wanted; watches their clocks on the way.</summary>
internal sealed partial class AuthorityRotation(DirectoryMirrorEnvironment environment)
{
    private static readonly TimeSpan _toleratedSkew = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan _skewWarningInterval = TimeSpan.FromHours(1);

    private long _skewWarnedAt = long.MinValue;

    /// <summary>Asks until <paramref name="accept"/> says yes.</summary>
    /// <param name="request">What to ask.</param>
    /// <param name="accept">Judges an answer of any status; null when it is good, else a clause that says why not.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>Whether one was good.</returns>
    public async Task<bool> AskAsync(DirectoryRequest request, Func<DirectoryResponse, string?> accept, CancellationToken cancel)
    {
        foreach (DirectoryAuthority authority in Shuffle())
        {
            string? complaint;
            try
            {
                DirectoryResponse response = await environment.Client.SendAsync(authority, request, cancel);
                CheckClock(authority, response);
                complaint = accept(response);
            }
            catch (DirectoryException failure)
            {
                complaint = failure.Message;
            }

            if (complaint is null)
            {
                return true;
            }

            LogNotGood(environment.Log, authority.Nickname, request.Path.Length > 80 ? request.Path[..80] : request.Path, complaint);
        }

        return false;
    }

    private DirectoryAuthority[] Shuffle()
    {
        DirectoryAuthority[] order = [.. environment.Authorities];
        for (int last = order.Length - 1; last > 0; last--)
        {
            int other = environment.Random.NextInt32(last + 1);
            (order[last], order[other]) = (order[other], order[last]);
        }

        return order;
    }

    private void CheckClock(DirectoryAuthority authority, DirectoryResponse response)
    {
        TimeSpan skew = (response.Date ?? environment.Time.GetUtcNow().UtcDateTime) - environment.Time.GetUtcNow().UtcDateTime;
        if (skew.Duration() <= _toleratedSkew)
        {
            return;
        }

        long now = environment.Time.GetTimestamp();
        long warnedAt = Interlocked.Read(ref _skewWarnedAt);
        if ((warnedAt == long.MinValue || environment.Time.GetElapsedTime(warnedAt, now) > _skewWarningInterval)
            && Interlocked.CompareExchange(ref _skewWarnedAt, now, warnedAt) == warnedAt)
        {
            LogSkew(environment.Log, (long)skew.Duration().TotalMinutes, skew > TimeSpan.Zero ? "behind" : "ahead of", authority.Nickname);
        }
    }

    [LoggerMessage(LogLevel.Debug, "The authority {Authority} gave no good answer to {Path}: {Complaint}")]
    private static partial void LogNotGood(ILogger log, string authority, string path, string complaint);

    [LoggerMessage(LogLevel.Warning, "This machine's clock is {Minutes} minutes {Direction} that of the authority {Authority}: set it right, or nothing will work.")]
    private static partial void LogSkew(ILogger log, long minutes, string direction, string authority);
}
