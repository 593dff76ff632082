using System.Diagnostics.CodeAnalysis;

namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork;

/// <summary>Requests for a rendezvous, those of most effort first, then the oldest (stock hs_circuit.c, handle_rend_pqueue_cb and trim_rend_pqueue).</summary>
/// <typeparam name="TRequest">What the service needs to answer; forgotten when it is discarded.</typeparam>
public sealed class RendezvousQueue<TRequest>
{
    /// <summary>When this many rendezvous are being made, only requests of the suggested effort are taken.</summary>
    public const int MaxCheapInProgress = 16;

    /// <summary>When to ask again after <see cref="TryTake"/> has refused while requests wait.</summary>
    public static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    // Half the time that a client waits: later its rendezvous would not be ready in time.
    private static readonly TimeSpan _maxAge = TimeSpan.FromSeconds(15);

    private readonly RendezvousQueueOptions _options;
    private PriorityQueue<TRequest, Rank> _requests = new();
    private long _added;
    private double _tokens;
    private TimeSpan _filledAt;

    /// <summary>An empty queue.</summary>
    /// <param name="options">Limits.</param>
    /// <param name="now">Monotonic time.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is negative, or more than the burst.</exception>
    public RendezvousQueue(RendezvousQueueOptions options, TimeSpan now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Rate);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Burst, options.Rate);
        _options = options;
        _tokens = options.Burst;
        _filledAt = now;
    }

    /// <summary>Requests that wait.</summary>
    public int Count => _requests.Count;

    /// <summary>Effort of the request that comes next; null when none waits.</summary>
    public uint? TopEffort => _requests.TryPeek(out _, out Rank rank) ? rank.Effort : null;

    /// <summary>Highest effort of the requests that were discarded because there were too many, since the last <see cref="ResetPeriod"/>.</summary>
    internal uint MaxTrimmedEffort { get; private set; }

    /// <summary>Whether requests had to wait since the last <see cref="ResetPeriod"/>.</summary>
    internal bool HadQueue { get; private set; }

    /// <summary>Adds a request. May discard others, and this one, when there are too many.</summary>
    /// <param name="request">The request.</param>
    /// <param name="effort">Effort of its solution; 0 without one.</param>
    /// <param name="now">Monotonic time.</param>
    public void Add(TRequest request, uint effort, TimeSpan now)
    {
        _requests.Enqueue(request, new Rank(effort, now, _added++));
        if (_requests.Count >= _options.HighLevel)
        {
            Trim(now);
        }
    }

    /// <summary>Takes the next request that is to be answered.</summary>
    /// <param name="inProgress">Rendezvous that are being made.</param>
    /// <param name="suggestedEffort">The effort that the service suggests now.</param>
    /// <param name="now">Monotonic time.</param>
    /// <param name="request">The request.</param>
    /// <returns>False when none waits, or none may be taken now.</returns>
    public bool TryTake(int inProgress, uint suggestedEffort, TimeSpan now, [MaybeNullWhen(false)] out TRequest request)
    {
        while (TopEffort is { } effort)
        {
            if ((inProgress >= MaxCheapInProgress && effort < suggestedEffort) || !TryTakeToken(now))
            {
                break;
            }

            _requests.TryPeek(out _, out Rank rank);
            request = _requests.Dequeue();
            if (!rank.IsTooOld(now))
            {
                HadQueue |= _requests.Count > 0 && _requests.Count >= _options.LowLevel;
                return true;
            }
        }

        request = default;
        return false;
    }

    /// <summary>Begins another period of <see cref="SuggestedEffort"/>.</summary>
    internal void ResetPeriod()
    {
        MaxTrimmedEffort = 0;
        HadQueue = false;
    }

    private void Trim(TimeSpan now)
    {
        PriorityQueue<TRequest, Rank> all = _requests;
        _requests = new PriorityQueue<TRequest, Rank>();
        while (all.TryDequeue(out TRequest? request, out Rank rank))
        {
            if (_requests.Count < _options.HighLevel / 2 && !rank.IsTooOld(now))
            {
                _requests.Enqueue(request, rank);
                continue;
            }

            MaxTrimmedEffort = Math.Max(MaxTrimmedEffort, rank.Effort);
        }
    }

    private bool TryTakeToken(TimeSpan now)
    {
        if (_options.Rate == 0)
        {
            return true;
        }

        _tokens = Math.Min(_options.Burst, _tokens + ((now - _filledAt).TotalSeconds * _options.Rate));
        _filledAt = now;
        if (_tokens < 1)
        {
            return false;
        }

        _tokens--;
        return true;
    }

    /// <summary>The place of a request in the queue; the first is the least.</summary>
    private readonly record struct Rank(uint Effort, TimeSpan AddedAt, long Number) : IComparable<Rank>
    {
        public bool IsTooOld(TimeSpan now) => AddedAt + _maxAge < now;

        public int CompareTo(Rank other) => Effort == other.Effort ? Number.CompareTo(other.Number) : other.Effort.CompareTo(Effort);
    }
}
