namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork;

/// <summary>Limits on the requests that wait for a rendezvous.</summary>
public sealed record RendezvousQueueOptions
{
    /// <summary>Requests taken from the queue per second on average; 0 for no limit. Default 250 (HiddenServicePoWQueueRate).</summary>
    public int Rate { get; init; } = 250;

    /// <summary>Requests taken at once after a pause, at least the rate. Default 2500 (HiddenServicePoWQueueBurst).</summary>
    public int Burst { get; init; } = 2_500;

    /// <summary>A queue shorter than this is as good as empty: 16, or a quarter of the rate and at least 8.</summary>
    public int LowLevel => Rate == 0 ? 16 : Math.Max(8, Rate / 4);

    /// <summary>A queue of this length loses its lower half: 16384, or what can be taken in a minute.</summary>
    public int HighLevel => Rate == 0 ? 16_384 : (int)Math.Min(Burst + (60L * Rate), int.MaxValue);
}
