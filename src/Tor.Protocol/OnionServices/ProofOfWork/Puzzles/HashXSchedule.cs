namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>Which execution ports are taken in which cycle of the imagined processor.</summary>
internal sealed class HashXSchedule
{
    /// <summary>Cycles that can be planned.</summary>
    public const int Length = 196;

    /// <summary>What <see cref="Find"/> answers when no cycle is left.</summary>
    public const int Full = -1;

    private readonly HashXPorts[] _taken = new HashXPorts[Length];

    /// <summary>Frees all ports.</summary>
    public void Reset() => Array.Clear(_taken);

    /// <summary>The first cycle from <paramref name="cycle"/> on in which an instruction could run, or <see cref="Full"/>.</summary>
    /// <remarks>Two parts have to find their first free port in the same cycle; that both may find the same port is part of the definition.</remarks>
    public int Find(HashXTemplate template, int cycle)
    {
        if (template.SecondPorts == HashXPorts.None)
        {
            return FindOne(template.Ports, cycle);
        }

        int first = FindOne(template.Ports, cycle);
        int second = FindOne(template.SecondPorts, cycle);
        while (first != second && first != Full && second != Full)
        {
            // Nothing can agree before the later of the two.
            int from = Math.Max(first, second);
            first = FindOne(template.Ports, from);
            second = FindOne(template.SecondPorts, from);
        }

        return first == second ? first : Full;
    }

    /// <summary>Takes the ports of an instruction that <see cref="Find"/> found this cycle for.</summary>
    public void Take(HashXTemplate template, int cycle)
    {
        TakeOne(template.Ports, cycle);
        if (template.SecondPorts != HashXPorts.None)
        {
            TakeOne(template.SecondPorts, cycle);
        }
    }

    private int FindOne(HashXPorts ports, int cycle)
    {
        HashXPorts[] taken = _taken;
        for (; cycle < taken.Length; cycle++)
        {
            if ((ports & ~taken[cycle]) != HashXPorts.None)
            {
                return cycle;
            }
        }

        return Full;
    }

    // Port 5 before 0 before 1: multiplications can go to port 1 only.
    private void TakeOne(HashXPorts ports, int cycle)
    {
        cycle = FindOne(ports, cycle);
        if (cycle == Full)
        {
            return;
        }

        HashXPorts free = ports & ~_taken[cycle];
        HashXPorts chosen = (free & HashXPorts.Port5) != 0 ? HashXPorts.Port5 : (free & HashXPorts.Port0) != 0 ? HashXPorts.Port0 : HashXPorts.Port1;
        _taken[cycle] |= chosen;
    }
}
