using Tunic.Primitives.Time;

namespace Tunic.Tor.Client.NetworkDirectory;

/// <summary>Pauses between tries: each twice as long as the one before, up to a limit, and half as long to half as long again at random.</summary>
internal sealed class RetryPause(TimeSpan first, TimeSpan longest, RandomSource random)
{
    private TimeSpan? _next;

    /// <summary>How long to wait after one more failure.</summary>
    internal TimeSpan Next()
    {
        TimeSpan pause = _next ?? first;
        _next = pause * 2 < longest ? pause * 2 : longest;
        return pause * (0.5 + random.NextDouble());
    }

    /// <summary>It worked: the next failure is a first one.</summary>
    internal void Reset() => _next = null;
}
