using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>Makes the random program of a HashX function.</summary>
/// <remarks>
/// A program is planned for a processor of the year 2012 with three ports, so that it keeps such a processor busy and cannot be shortened. The rules are part of the definition of HashX: any
/// deviation is another hash function. Not for several threads at once.
/// </remarks>
internal sealed class HashXGenerator
{
    /// <summary>Instructions of every program.</summary>
    public const int ProgramLength = 512;

    private const int RequiredMultiplications = 192;
    private const int RequiredLatency = 194;
    private const int LastCycle = 192;
    private const int RegisterCount = HashXRegisters.Count;
    private const int BranchMaskBits = 4;

    // The processor has no short form of an addition with shift into register 5.
    private const uint NoAddShifted = 1 << 5;

    private static readonly HashXTemplate[] _simple =
    [
        HashXTemplate.RotateRight, HashXTemplate.XorConstant, HashXTemplate.AddConstant, HashXTemplate.AddConstant,
        HashXTemplate.Subtract, HashXTemplate.Xor, HashXTemplate.XorConstant, HashXTemplate.AddShifted,
    ];

    private static readonly HashXTemplate[] _wide = [HashXTemplate.MultiplyHighSigned, HashXTemplate.MultiplyHigh];

    private static readonly byte[] _members = ListMembers();

    // What comes at each third of a cycle: m Multiply, w a wide product, s something simple, t Target, b Branch.
    private static ReadOnlySpan<byte> Layout => "mtsmssmssmsswssmssmbsmsswssmssmssmss"u8;

    private readonly HashXRandom _random = new();
    private readonly HashXSchedule _schedule = new();
    private readonly HashXRegisters _registers = new();
    private readonly HashXInstruction[] _program = new HashXInstruction[ProgramLength];
    private int _thirdOfCycle;
    private HashXOperation _lastGroup;
    private bool _isSecondAttempt;

    private int Cycle => _thirdOfCycle / 3;

    /// <summary>Makes the program of a key.</summary>
    /// <param name="key">What the program follows from.</param>
    /// <param name="program">The instructions, until the next call.</param>
    /// <returns>False for a key whose program is not as complex as all others: there is no function for it.</returns>
    public bool TryGenerate(SipHashState key, [NotNullWhen(true)] out HashXInstruction[]? program)
    {
        program = null;
        Reset(key);
        int length = 0;
        int multiplications = 0;
        int latency = 0;
        while (length < ProgramLength)
        {
            HashXTemplate template = ChooseTemplate();
            int immediate = ChooseImmediate(template);
            uint parameter = template.SourceIsParameter || template.IsDistinct ? HashXRegisters.NoParameter : _random.NextUInt32();
            int cycle = _schedule.Find(template, Cycle);
            if (cycle == HashXSchedule.Full)
            {
                return false;
            }

            if (!TryChooseRegisters(template, cycle, ref parameter, out int source, out int destination))
            {
                Stall();
                continue;
            }

            _isSecondAttempt = false;
            _schedule.Take(template, cycle);
            if (cycle >= LastCycle)
            {
                return false; // the program is still too short
            }

            if (template.HasDestination)
            {
                _registers.Write(destination, cycle + template.Latency, template.Group, parameter);
                latency = Math.Max(latency, cycle + template.Latency);
            }

            _program[length++] = new HashXInstruction(template.Operation, (byte)destination, (byte)source, immediate);
            multiplications += template.Operation is HashXOperation.Multiply or HashXOperation.MultiplyHigh or HashXOperation.MultiplyHighSigned ? 1 : 0;
            _thirdOfCycle += template.SecondPorts == HashXPorts.None ? 1 : 2;
        }

        program = _program;
        return multiplications == RequiredMultiplications && latency == RequiredLatency;
    }

    private void Reset(SipHashState key)
    {
        _random.Reset(key);
        _schedule.Reset();
        _registers.Reset();
        _thirdOfCycle = 0;
        _lastGroup = HashXOperation.None;
        _isSecondAttempt = false;
    }

    /// <summary>No register is ready: tries once more with another instruction, then lets a cycle pass.</summary>
    private void Stall()
    {
        if (_isSecondAttempt)
        {
            _thirdOfCycle += 3;
        }

        _isSecondAttempt = !_isSecondAttempt;
    }

    private HashXTemplate ChooseTemplate()
    {
        HashXTemplate template = Layout[_thirdOfCycle % Layout.Length] switch
        {
            (byte)'m' => HashXTemplate.Multiply,
            (byte)'w' => _wide[_random.NextByte() & 1],
            (byte)'t' => HashXTemplate.Target,
            (byte)'b' => HashXTemplate.Branch,
            _ => ChooseSimpleTemplate(),
        };
        _lastGroup = template.Group;
        return template;
    }

    // At the second attempt only what needs no source.
    private HashXTemplate ChooseSimpleTemplate()
    {
        uint choices = _isSecondAttempt ? 3u : 7u;
        HashXTemplate template;
        do
        {
            template = _simple[_random.NextByte() & choices];
        }
        while (template.Group == _lastGroup);
        return template;
    }

    private int ChooseImmediate(HashXTemplate template)
    {
        if (template.Operation == HashXOperation.Branch)
        {
            return ChooseBranchMask();
        }

        if (template.ImmediateMask == 0)
        {
            return 0;
        }

        uint immediate;
        do
        {
            immediate = _random.NextUInt32() & template.ImmediateMask;
        }
        while (immediate == 0 && !template.ImmediateMayBeZero);
        return unchecked((int)immediate);
    }

    private int ChooseBranchMask()
    {
        uint mask = 0;
        for (int bits = 0; bits < BranchMaskBits;)
        {
            uint bit = 1u << (int)(_random.NextByte() % 32);
            bits += (mask & bit) == 0 ? 1 : 0;
            mask |= bit;
        }

        return unchecked((int)mask);
    }

    private bool TryChooseRegisters(HashXTemplate template, int cycle, ref uint parameter, out int source, out int destination)
    {
        source = 0;
        destination = 0;
        uint ready = _registers.Ready(cycle);
        if (template.HasSource)
        {
            // With two left for an addition with shift, the one that cannot be the destination is the source.
            bool isForced = template.Operation == HashXOperation.AddShifted && (ready & NoAddShifted) != 0 && BitOperations.PopCount(ready) == 2;
            if (!TryPick(isForced ? NoAddShifted : ready, out source))
            {
                return false;
            }

            parameter = template.SourceIsParameter ? (uint)source : parameter;
        }

        return !template.HasDestination || TryPick(ready & ~UnfitDestinations(template, source, parameter), out destination);
    }

    private uint UnfitDestinations(HashXTemplate template, int source, uint parameter)
    {
        uint unfit = _registers.LastWrittenBy(template.Group, parameter); // the two could be merged
        if (template.HasSource && template.IsDistinct)
        {
            unfit |= 1u << source;
        }

        if (template.Operation == HashXOperation.AddShifted)
        {
            unfit |= NoAddShifted;
        }

        if (template.Operation == HashXOperation.Multiply && !_isSecondAttempt)
        {
            unfit |= _registers.LastWrittenBy(HashXOperation.Multiply); // zeros would pile up at the end of the number
        }

        return unfit;
    }

    /// <summary>Takes a random one of a set of registers. Of one register there is no choice, and no random number is used for it.</summary>
    private bool TryPick(uint registers, out int picked)
    {
        int count = BitOperations.PopCount(registers);
        uint index = count > 1 ? _random.NextUInt32() % (uint)count : 0;
        picked = count == 0 ? 0 : _members[(registers * RegisterCount) + index];
        return count != 0;
    }

    // The registers of each set in ascending order: counting bits in a loop costs more than a guess that the processor gets wrong.
    private static byte[] ListMembers()
    {
        var members = new byte[(1 << RegisterCount) * RegisterCount];
        for (int set = 0; set < 1 << RegisterCount; set++)
        {
            int count = 0;
            for (int register = 0; register < RegisterCount; register++)
            {
                if ((set & (1 << register)) != 0)
                {
                    members[(set * RegisterCount) + count++] = (byte)register;
                }
            }
        }

        return members;
    }
}
