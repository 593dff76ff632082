using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Tor.Relay.Descriptors;

/// <summary>Where the upload to one authority stands.</summary>
/// <remarks>Pure; one user at a time.</remarks>
internal sealed class AuthorityUpload(DirectoryAuthority authority)
{
    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _longestPause = TimeSpan.FromHours(1);

    private DateTime? _due;
    private TimeSpan _pause;

    public DirectoryAuthority Authority => authority;

    /// <summary>When to try next, UTC; null when the authority has answered.</summary>
    public DateTime? Due => _due;

    /// <summary>There is a new document.</summary>
    public void Start(DateTime now)
    {
        _due = now;
        _pause = _firstPause;
    }

    /// <summary>It answered; a refusal is final for this document too.</summary>
    public void OnAnswered() => _due = null;

    /// <summary>It could not be reached or was not in the state to answer: again later, each time twice as late.</summary>
    public void OnFailed(DateTime now)
    {
        _due = now + _pause;
        _pause = _pause * 2 < _longestPause ? _pause * 2 : _longestPause;
    }
}
