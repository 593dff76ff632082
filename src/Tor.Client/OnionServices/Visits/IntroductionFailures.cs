using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.OnionServices;

namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>Which introduction points have failed lately, so that the others are asked (stock hs_cache.c, the client's introduction state).</summary>
/// <remarks>Thread safe. Time is monotonic.</remarks>
internal sealed class IntroductionFailures
{
    /// <summary>So long after its first failure a point counts as a new one.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    /// <summary>Unreachable so many times, a point is not asked again (MAX_INTRO_POINT_REACHABILITY_FAILURES).</summary>
    internal const int MaxUnreachable = 5;

    private const int MaxPoints = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<(OnionAddress Service, Ed25519Identity Point), State> _states = [];

    /// <summary>Remembers a failure.</summary>
    internal void Note(OnionAddress service, Ed25519Identity point, IntroductionFailure failure, TimeSpan now)
    {
        lock (_gate)
        {
            Clean(now);
            if (!_states.TryGetValue((service, point), out State? state))
            {
                if (_states.Count >= MaxPoints)
                {
                    _states.Clear(); // whoever makes us fail so often gains no more than a second try
                }

                _states.Add((service, point), state = new State(now));
            }

            state.HasRefused |= failure == IntroductionFailure.Refused;
            state.HasTimedOut |= failure == IntroductionFailure.TimedOut;
            state.Unreachable += failure == IntroductionFailure.Unreachable ? 1 : 0;
        }
    }

    /// <summary>Whether a point is worth asking.</summary>
    internal bool IsUsable(OnionAddress service, Ed25519Identity point, TimeSpan now) =>
        Find(service, point, now) is not { } state || !(state.HasRefused || state.HasTimedOut || state.Unreachable >= MaxUnreachable);

    /// <summary>Whether its last word was silence.</summary>
    internal bool HasTimedOut(OnionAddress service, Ed25519Identity point, TimeSpan now) => Find(service, point, now) is { HasTimedOut: true };

    /// <summary>How often the service was not reached through a point: the next time needs more work (proposal 327).</summary>
    internal int CountUnreachable(OnionAddress service, Ed25519Identity point, TimeSpan now) => Find(service, point, now)?.Unreachable ?? 0;

    /// <summary>Forgets everything (SIGNAL NEWNYM).</summary>
    internal void Clear()
    {
        lock (_gate)
        {
            _states.Clear();
        }
    }

    private State? Find(OnionAddress service, Ed25519Identity point, TimeSpan now)
    {
        lock (_gate)
        {
            return _states.TryGetValue((service, point), out State? state) && now - state.Since < Lifetime ? state : null;
        }
    }

    private void Clean(TimeSpan now)
    {
        foreach ((OnionAddress, Ed25519Identity) old in _states.Where(pair => now - pair.Value.Since >= Lifetime).Select(pair => pair.Key).ToArray())
        {
            _states.Remove(old);
        }
    }

    private sealed class State(TimeSpan since)
    {
        public TimeSpan Since => since;

        public bool HasRefused { get; set; }

        public bool HasTimedOut { get; set; }

        public int Unreachable { get; set; }
    }
}
