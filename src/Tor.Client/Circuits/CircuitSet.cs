using Tunic.Primitives.Overlay;

namespace Tunic.Tor.Client.Circuits;

/// <summary>The open circuits, found by whose they are: a client with thousands of isolation keys looks at a few of them only.</summary>
/// <remarks>Guarded by the pool's gate.</remarks>
internal sealed class CircuitSet
{
    private readonly List<PooledCircuit> _unused = [];
    private readonly Dictionary<IsolationKey, List<PooledCircuit>> _used = [];

    /// <summary>Those that nobody has used.</summary>
    internal IReadOnlyList<PooledCircuit> Unused => _unused;

    /// <summary>All of them.</summary>
    internal IEnumerable<PooledCircuit> All => _used.Values.SelectMany(circuits => circuits).Concat(_unused);

    /// <summary>Adds a circuit that nobody has used.</summary>
    internal void Add(PooledCircuit circuit) => _unused.Add(circuit);

    /// <summary>Those that requests with this key may use: its own, then those that nobody has used.</summary>
    internal IEnumerable<PooledCircuit> For(IsolationKey key) =>
        _used.TryGetValue(key, out List<PooledCircuit>? own) ? own.Concat(_unused) : _unused;

    /// <summary>Makes a circuit the request's, for good at its first use.</summary>
    internal void Use(PooledCircuit circuit, CircuitRequest request, TimeSpan now)
    {
        if (circuit.Isolation is null)
        {
            _unused.Remove(circuit);
            if (!_used.TryGetValue(request.Isolation, out List<PooledCircuit>? own))
            {
                _used.Add(request.Isolation, own = []);
            }

            own.Add(circuit);
        }

        circuit.Use(request, now);
    }

    /// <summary>Takes out the circuits that are to be closed.</summary>
    internal List<PooledCircuit> TakeWhere(Func<PooledCircuit, bool> isOver)
    {
        List<PooledCircuit> taken = [.. All.Where(isOver)];
        if (taken.Count > 0)
        {
            HashSet<PooledCircuit> gone = [.. taken];
            _unused.RemoveAll(gone.Contains);
            foreach ((IsolationKey key, List<PooledCircuit> own) in _used)
            {
                if (own.RemoveAll(gone.Contains) > 0 && own.Count == 0)
                {
                    _used.Remove(key);
                }
            }
        }

        return taken;
    }
}
