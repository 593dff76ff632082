using System.Diagnostics.CodeAnalysis;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.OnionServices.Descriptors;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>Introductions between their arrival and the rendezvous: each visitor once, those who have worked first. A pure part of <see cref="OnionServiceState"/>.</summary>
internal sealed class IntroductionQueue
{
    /// <summary>So long the cookie of an introduction is remembered (stock REND_REPLAY_TIME_INTERVAL).</summary>
    private static readonly TimeSpan _cookieHorizon = TimeSpan.FromMinutes(5);

    private const int CookieCapacity = 1 << 18;

    private readonly OnionServiceOptions _options;
    private readonly ReplayCache _cookies = new(CookieCapacity, _cookieHorizon);
    private readonly Queue<RendezvousRequest> _waiting = [];
    private readonly ProofOfWorkDefense<RendezvousRequest>? _defense;

    /// <param name="options">Limits.</param>
    /// <param name="random">Source of seeds.</param>
    /// <param name="utcNow">UTC.</param>
    /// <param name="now">Monotonic time.</param>
    internal IntroductionQueue(OnionServiceOptions options, RandomSource random, DateTime utcNow, TimeSpan now)
    {
        _options = options;
        _defense = options.ProofOfWork is { } limits ? new ProofOfWorkDefense<RendezvousRequest>(limits, random, utcNow, now) : null;
    }

    /// <summary>Rendezvous that are being made.</summary>
    internal int InProgress { get; private set; }

    /// <summary>Introductions that wait.</summary>
    internal int Count => _waiting.Count + (_defense?.QueueLength ?? 0);

    /// <summary>Adds an introduction.</summary>
    /// <returns>False when it is dropped: its visitor was seen lately, its proof is wrong, or there are too many.</returns>
    internal bool TryAdd(RendezvousRequest request, TimeSpan now)
    {
        uint effort = 0;
        if (request.Solution is { } solution)
        {
            if (_defense?.Verify(request.BlindedKey.Key.ToArray(), solution) != ProofOfWorkVerdict.Accepted)
            {
                return false; // one that nobody has asked for too, as in stock
            }

            effort = solution.Effort;
        }

        if (!_cookies.TryAdd(request.Plaintext.Cookie.ToArray(), now))
        {
            return false;
        }

        if (_defense is not null)
        {
            _defense.Add(request, effort, now);
            return true;
        }

        if (InProgress + _waiting.Count >= _options.MaxRendezvousInProgress)
        {
            return false;
        }

        _waiting.Enqueue(request);
        return true;
    }

    /// <summary>Takes an introduction that is to be answered now; <see cref="OnDone"/> when it has been.</summary>
    internal bool TryTake(TimeSpan now, [NotNullWhen(true)] out RendezvousRequest? request)
    {
        request = null;
        bool taken = _waiting.TryDequeue(out request)
            || (InProgress < _options.MaxRendezvousInProgress && _defense?.TryTake(InProgress, now, out request) == true && request is not null);
        InProgress += taken ? 1 : 0;
        return taken;
    }

    /// <summary>A rendezvous has been made, or given up.</summary>
    internal void OnDone() => InProgress--;

    /// <summary>What the descriptor says of the puzzle; null without one.</summary>
    internal ProofOfWorkParameters? DescribePuzzle() => _defense is null
        ? null
        : new ProofOfWorkParameters(ProofOfWorkScheme.V1, _defense.Seeds.Current.Bytes, _defense.SuggestedEffort, _defense.Seeds.ExpiresAt);

    /// <summary>Whether the suggested effort is so much another one that visitors should know.</summary>
    internal bool IsWorthPublishing(uint published) => _defense is not null && SuggestedEffort.IsWorthPublishing(published, _defense.SuggestedEffort);

    /// <summary>Call it every second.</summary>
    /// <returns>Whether the puzzle has changed, so that the descriptor has to be uploaded.</returns>
    internal bool Update(DateTime utcNow, TimeSpan now) => _defense?.Update(utcNow, now) == true;
}
