using System.Globalization;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Keys;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Voting.Liveness;
using Tunic.Tor.Relay.DirectoryCache;
using Tunic.Tor.Relay.DirectoryCache.Serving;

namespace Tunic.Tor.Relay.Liveness;

/// <summary>Holds the newest liveness documents, fetches them from the authorities, and answers those who wait for news (docs/spec/liveness.md).</summary>
/// <remarks>Thread safe. Relays and authorities of ours have one.</remarks>
public sealed partial class LivenessMirror(LivenessNetwork network, TimeProvider time, ILogger log) : IDirectoryHandler
{
    private const int MaxWaiting = 4096;

    private static readonly TimeSpan _pauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly LivenessView _view = new(network);
    private TaskCompletionSource _news = CreateSignal();
    private int _waiting;

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

    /// <summary>A new consensus: its relays and their weights.</summary>
    public void OnConsensus(IReadOnlyDictionary<RsaIdentity, long> weights)
    {
        lock (_gate)
        {
            _view.OnConsensus(weights, Now);
        }
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

    /// <summary>Follows one authority until cancelled: always one question on the way.</summary>
    public async Task FollowAsync(DirectoryAuthority authority, IDirectoryClient client, CancellationToken cancel)
    {
        ulong number = 0;
        while (true)
        {
            try
            {
                string path = string.Create(CultureInfo.InvariantCulture, $"{LivenessBundle.Path}?after={number}");
                DirectoryResponse response = await client.SendAsync(authority, new DirectoryRequest(path), cancel);
                if (response.IsSuccess)
                {
                    number = Take(LivenessBundle.Decode(response.Body.Span));
                    continue;
                }

                if (response.Status == 304)
                {
                    continue;
                }

                LogUnusable(log, authority.Nickname, $"status {response.Status}");
            }
            catch (DirectoryException failure)
            {
                LogUnusable(log, authority.Nickname, failure.Message);
            }
            catch (MalformedMessageException failure)
            {
                LogUnusable(log, authority.Nickname, failure.Message);
            }

            await Task.Delay(_pauseAfterFailure, time, cancel);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<DirectoryAnswer?> HandleAsync(DirectoryQuery query, CancellationToken cancel)
    {
        if (query.IsPost || !TryReadNumber(query.Path, out ulong after))
        {
            return null;
        }

        using var hold = new CancellationTokenSource(LivenessBundle.MaxHold, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(hold.Token, cancel);
        try
        {
            while (true)
            {
                (LivenessBundle bundle, Task news) = Look();
                if (bundle.Documents.Count > 0 && bundle.Number > after)
                {
                    return DirectoryAnswer.Documents([bundle.Encode()], DirectoryEncoding.Identity, TimeSpan.Zero, statesLength: true);
                }

                if (Volatile.Read(ref _waiting) >= MaxWaiting)
                {
                    return DirectoryAnswer.Short(503, "Directory busy, try again later");
                }

                Interlocked.Increment(ref _waiting);
                try
                {
                    await news.WaitAsync(either.Token);
                }
                finally
                {
                    Interlocked.Decrement(ref _waiting);
                }
            }
        }
        catch (OperationCanceledException) when (hold.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            return DirectoryAnswer.NotModified;
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

    private (LivenessBundle Bundle, Task News) Look()
    {
        lock (_gate)
        {
            return (_view.Bundle, _news.Task);
        }
    }

    private ulong Take(LivenessBundle bundle)
    {
        lock (_gate)
        {
            Announce(_view.Receive(bundle, Now));
        }

        return bundle.Number;
    }

    private void Announce(bool isNews)
    {
        if (isNews)
        {
            _news.TrySetResult();
            _news = CreateSignal();
        }
    }

    [LoggerMessage(LogLevel.Debug, "No liveness from {Authority}: {Failure}")]
    private static partial void LogUnusable(ILogger log, string authority, string failure);
}
