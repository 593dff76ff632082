namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork;

/// <summary>The effort that a service suggests to its clients: more while requests have to wait, less when none does (stock hs_service.c, update_suggested_effort).</summary>
public sealed class SuggestedEffort
{
    private ulong _total;
    private uint _handled;

    /// <summary>The effort. 0 until the service has more requests than it can answer.</summary>
    public uint Value { get; private set; }

    /// <summary>A valid request came in.</summary>
    /// <param name="effort">Effort of its solution; 0 without one.</param>
    public void OnRequest(uint effort) => _total += effort;

    /// <summary>A request was taken from the queue to be answered.</summary>
    public void OnHandled() => _handled++;

    /// <summary>Whether a new descriptor is worth it: not for a change of less than 15 percent.</summary>
    /// <param name="published">The effort in the descriptor.</param>
    /// <param name="suggested">The effort of now.</param>
    public static bool IsWorthPublishing(uint published, uint suggested) => suggested < published * 0.85 || suggested > published * 1.15;

    /// <summary>Ends a period: takes what happened to the queue in it into account, and begins the next.</summary>
    internal void Update<TRequest>(RendezvousQueue<TRequest> queue, int lowLevel)
    {
        if (queue.MaxTrimmedEffort > Value || (queue.HadQueue && queue.TopEffort >= Value))
        {
            ulong average = _handled == 0 ? 0 : _total / _handled;
            Value = (uint)Math.Min(Math.Max(Value + 1UL, average), uint.MaxValue);
        }
        else if (!queue.HadQueue && queue.Count < lowLevel)
        {
            Value = (uint)(2UL * Value / 3);
        }

        _total = 0;
        _handled = 0;
        queue.ResetPeriod();
    }
}
