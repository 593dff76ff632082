using System.Globalization;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Keys;
using Tunic.Tor.Network.Liveness;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Voting.Liveness;
using Tunic.Tor.Relay.DirectoryCache;
using Tunic.Tor.Relay.DirectoryCache.Serving;

namespace Tunic.Tor.Relay.Liveness;

/// <summary>Holds the newest liveness documents, fetches them from the authorities, and answers those who wait for news (docs/spec/liveness.md).</summary>
/// <remarks>Thread safe. Relays and authorities of ours have one.</remarks>
public sealed class LivenessMirror(LivenessNetwork network, TimeProvider time, ILogger log) : IDirectoryHandler
{
    /// <summary>Most who wait over circuits.</summary>
    internal const int MaxTunnelled = 4096;

    /// <summary>Most who wait over the directory port: fewer than it serves at once, so that uploads, heartbeats and votes get through.</summary>
    internal const int MaxDirect = 512;

    private readonly Lock _gate = new();
    private readonly LivenessView _view = new(network);
    private readonly WaitingRoom _tunnelled = new(MaxTunnelled);
    private readonly WaitingRoom _direct = new(MaxDirect);
    private readonly TaskCompletionSource _known = CreateSignal();
    private TaskCompletionSource _news = CreateSignal();

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>What a majority of the authorities says now.</summary>
    public IReadOnlySet<RsaIdentity> Down
    {
        get
        {
            lock (_gate)
            {
                _view.OnDeadline(Now);
                return _view.Down;
            }
        }
    }

    /// <summary>A new consensus.</summary>
    public void OnConsensus(LivenessConsensus consensus)
    {
        lock (_gate)
        {
            _view.OnConsensus(consensus, Now);
        }

        _known.TrySetResult();
    }

    /// <summary>Takes one document: an authority's own.</summary>
    public LivenessResult Receive(LivenessDocument document)
    {
        lock (_gate)
        {
            LivenessResult result = _view.Receive(document, Now);
            Announce(result == LivenessResult.Accepted);
            return result;
        }
    }

    /// <summary>Follows one authority until cancelled, from the first consensus on: always one question on the way.</summary>
    /// <param name="authority">Whom to ask.</param>
    /// <param name="client">How; it must wait for <see cref="LivenessPoll.AnswerLimit"/>.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task FollowAsync(DirectoryAuthority authority, IDirectoryClient client, CancellationToken cancel)
    {
        await _known.Task.WaitAsync(cancel);
        await new LivenessPoll((request, stop) => client.SendAsync(authority, request, stop), Receive, time, log).RunAsync(cancel);
    }

    /// <inheritdoc/>
    public async ValueTask<DirectoryAnswer?> HandleAsync(DirectoryQuery query, CancellationToken cancel)
    {
        if (query.IsPost || !TryReadNumber(query.Path, out ulong after))
        {
            return null;
        }

        (LivenessBundle bundle, Task news) = Look();
        if (IsNews(bundle, after))
        {
            return Answer(bundle);
        }

        // Who is turned away comes back after a pause: he learns a little later.
        WaitingRoom room = query.Asker.IsTunnelled ? _tunnelled : _direct;
        if (!room.TryEnter())
        {
            return DirectoryAnswer.Short(503, "Directory busy, try again later");
        }

        try
        {
            return await WaitAsync(bundle, news, after, cancel);
        }
        finally
        {
            room.Leave();
        }
    }

    private static TaskCompletionSource CreateSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static bool TryReadNumber(string path, out ulong after)
    {
        after = 0;
        const string Query = LivenessBundle.Path + "?after=";
        return path == LivenessBundle.Path
            || (path.StartsWith(Query, StringComparison.Ordinal)
                && ulong.TryParse(path.AsSpan(Query.Length), NumberStyles.None, CultureInfo.InvariantCulture, out after));
    }

    private static bool IsNews(LivenessBundle bundle, ulong after) => bundle.Documents.Count > 0 && bundle.Number != after;

    private static DirectoryAnswer Answer(LivenessBundle bundle) =>
        DirectoryAnswer.Documents([bundle.Encode()], DirectoryEncoding.Identity, TimeSpan.Zero, statesLength: true);

    private async Task<DirectoryAnswer> WaitAsync(LivenessBundle bundle, Task news, ulong after, CancellationToken cancel)
    {
        using var hold = new CancellationTokenSource(LivenessBundle.MaxHold, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(hold.Token, cancel);
        try
        {
            while (!IsNews(bundle, after))
            {
                await news.WaitAsync(either.Token);
                (bundle, news) = Look();
            }

            return Answer(bundle);
        }
        catch (OperationCanceledException) when (hold.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            return DirectoryAnswer.NotModified;
        }
    }

    private (LivenessBundle Bundle, Task News) Look()
    {
        lock (_gate)
        {
            return (_view.Bundle, _news.Task);
        }
    }

    private bool Receive(LivenessBundle bundle)
    {
        lock (_gate)
        {
            bool isNews = _view.Receive(bundle, Now);
            Announce(isNews);
            return isNews;
        }
    }

    private void Announce(bool isNews)
    {
        if (isNews)
        {
            _news.TrySetResult();
            _news = CreateSignal();
        }
    }

    /// <summary>Those who wait for news at the same time, up to a limit.</summary>
    private sealed class WaitingRoom(int places)
    {
        private int _taken;

        public bool TryEnter()
        {
            if (Interlocked.Increment(ref _taken) <= places)
            {
                return true;
            }

            Leave();
            return false;
        }

        public void Leave() => Interlocked.Decrement(ref _taken);
    }
}
