using Microsoft.Extensions.Logging;
using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Tor.Relay.DirectoryCache.Mirroring;

/// <summary>Asks one authority after the other, in random order, until one gives what is wanted; watches their clocks on the way.</summary>
internal sealed partial class AuthorityRotation(DirectoryMirrorEnvironment environment)
{
    private readonly ClockWatch _clock = new(environment.Time, environment.Log);

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
                if (response.Date is { } date)
                {
                    _clock.OnAnswer(date, authority.Nickname);
                }

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

    [LoggerMessage(LogLevel.Debug, "The authority {Authority} gave no good answer to {Path}: {Complaint}")]
    private static partial void LogNotGood(ILogger log, string authority, string path, string complaint);
}
