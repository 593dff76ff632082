using System.Diagnostics.CodeAnalysis;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork;

/// <summary>All that a service needs against a flood of introductions: seeds, verification, the queue, and the effort that it suggests. A pure state machine.</summary>
/// <typeparam name="TRequest">What the service needs to answer an introduction.</typeparam>
/// <remarks>For each introduction: <see cref="Verify"/> if it has a solution, then <see cref="Add"/>; then <see cref="TryTake"/> until it says no.</remarks>
public sealed class ProofOfWorkDefense<TRequest>
{
    /// <summary>How often the suggested effort is thought over.</summary>
    public static readonly TimeSpan UpdateInterval = TimeSpan.FromSeconds(300);

    private readonly RendezvousQueueOptions _options;
    private readonly ProofOfWorkVerifier _verifier;
    private readonly RendezvousQueue<TRequest> _queue;
    private readonly SuggestedEffort _effort = new();
    private TimeSpan _nextUpdate;

    /// <summary>A defence that begins now, and suggests no effort yet.</summary>
    /// <param name="options">Limits on the queue.</param>
    /// <param name="random">Where seeds come from.</param>
    /// <param name="utcNow">UTC.</param>
    /// <param name="now">Monotonic time.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is negative, or more than the burst.</exception>
    public ProofOfWorkDefense(RendezvousQueueOptions options, RandomSource random, DateTime utcNow, TimeSpan now)
    {
        _options = options;
        Seeds = new ProofOfWorkSeeds(random, utcNow);
        _verifier = new ProofOfWorkVerifier(Seeds);
        _queue = new RendezvousQueue<TRequest>(options, now);
        _nextUpdate = now + UpdateInterval;
    }

    /// <summary>The seeds: the current one and its end belong into the descriptor.</summary>
    public ProofOfWorkSeeds Seeds { get; }

    /// <summary>The effort that belongs into the descriptor, see <see cref="SuggestedEffort.IsWorthPublishing"/>.</summary>
    public uint SuggestedEffort => _effort.Value;

    /// <summary>Requests that wait.</summary>
    public int QueueLength => _queue.Count;

    /// <summary>Checks the solution of an introduction, and remembers it if it is accepted.</summary>
    /// <param name="blindedKey">The blinded key of the descriptor whose introduction point the client came through, 32 bytes.</param>
    /// <param name="solution">From the client.</param>
    public ProofOfWorkVerdict Verify(ReadOnlySpan<byte> blindedKey, ProofOfWorkSolution solution) => _verifier.Verify(blindedKey, solution);

    /// <summary>Adds an introduction that is to be answered. May discard others, and this one, when there are too many.</summary>
    /// <param name="request">The introduction.</param>
    /// <param name="effort">Effort of its accepted solution; 0 when it had none.</param>
    /// <param name="now">Monotonic time.</param>
    public void Add(TRequest request, uint effort, TimeSpan now)
    {
        _queue.Add(request, effort, now);
        _effort.OnRequest(effort);
    }

    /// <summary>Takes the next introduction that is to be answered.</summary>
    /// <param name="inProgress">Rendezvous of the service that are being made.</param>
    /// <param name="now">Monotonic time.</param>
    /// <param name="request">The introduction.</param>
    /// <returns>False when none waits, or none may be taken now: then ask again after <see cref="RendezvousQueue{TRequest}.RetryInterval"/>.</returns>
    public bool TryTake(int inProgress, TimeSpan now, [MaybeNullWhen(false)] out TRequest request)
    {
        if (!_queue.TryTake(inProgress, SuggestedEffort, now, out request))
        {
            return false;
        }

        _effort.OnHandled();
        return true;
    }

    /// <summary>Replaces the seed and thinks over the effort when it is time. Call it every second.</summary>
    /// <param name="utcNow">UTC.</param>
    /// <param name="now">Monotonic time.</param>
    /// <returns>Whether the seed was replaced: the descriptor has to be published again.</returns>
    public bool Update(DateTime utcNow, TimeSpan now)
    {
        if (now >= _nextUpdate)
        {
            _effort.Update(_queue, _options.LowLevel);
            _nextUpdate = now + UpdateInterval;
        }

        return Seeds.RotateWhenDue(utcNow);
    }
}
