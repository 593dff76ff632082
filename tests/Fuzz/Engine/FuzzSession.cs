using System.Diagnostics;
using Tunic.Tests.Fuzz.Coverage;
using Tunic.Tests.Fuzz.Mutation;
using Tunic.Tests.Fuzz.Targets;

namespace Tunic.Tests.Fuzz.Engine;

/// <summary>Fuzzes one target: takes inputs from the corpus, changes them, runs them, keeps those that took a branch no other took.</summary>
internal sealed class FuzzSession
{
    private const int MaxChanges = 6;

    private static readonly TimeSpan _shorteningLimit = TimeSpan.FromSeconds(10);

    private readonly FuzzTarget _target;
    private readonly FuzzRandom _random;
    private readonly FuzzRunner _runner;
    private readonly Mutator _bytes = new ByteMutator();
    private readonly Mutator? _text;
    private readonly byte[][] _seeds;
    private readonly List<byte[]> _corpus = [];

    public FuzzSession(FuzzTarget target, ulong seed, Watchdog? watchdog = null)
    {
        _target = target;
        _random = new FuzzRandom(seed);
        _runner = new FuzzRunner(target, watchdog);
        _seeds = [.. target.Seeds().Where(input => input.Length <= target.MaxLength)];
        _text = target.IsText ? new TextMutator(_seeds) : null;
    }

    /// <summary>Executions so far.</summary>
    public long Executions { get; private set; }

    /// <summary>Inputs in use.</summary>
    public int CorpusSize => _corpus.Count;

    /// <summary>Runs seeds and corpus, then changed inputs, until the count is reached or the time is over.</summary>
    /// <returns>What went wrong, and on which input; null for nothing.</returns>
    public (byte[] Input, Exception Failure)? Run(long executions, TimeSpan? timeLimit = null)
    {
        long started = Stopwatch.GetTimestamp();
        foreach (byte[] input in _seeds.Concat(FuzzFiles.ReadCorpus(_target.Name)).Append([]))
        {
            if (RunOnce(input) is { } failure)
            {
                return (input, failure);
            }

            _corpus.Add(input);
        }

        var buffer = new InputBuffer(_target.MaxLength);
        while (Executions < executions)
        {
            if (timeLimit is { } limit && Executions % 64 == 0 && Stopwatch.GetElapsedTime(started) > limit)
            {
                break;
            }

            Change(buffer);
            int before = BranchMap.Count;
            if (RunOnce(buffer.Memory) is { } failure)
            {
                return (buffer.Span.ToArray(), failure);
            }

            if (BranchMap.Count > before)
            {
                _corpus.Add(buffer.Span.ToArray());
            }
        }

        return null;
    }

    /// <summary>The shortest inputs that together take every branch that was taken, without those that are seeds anyway.</summary>
    /// <param name="maxBytes">Most bytes of all of them.</param>
    public IReadOnlyList<byte[]> Distill(int maxBytes)
    {
        BranchMap.Reset();
        foreach (byte[] seed in _seeds)
        {
            _runner.Run(seed);
        }

        var kept = new List<byte[]>();
        foreach (byte[] input in _corpus.OrderBy(input => input.Length))
        {
            int before = BranchMap.Count;
            _runner.Run(input);
            if (BranchMap.Count > before && input.Length <= maxBytes)
            {
                kept.Add(input);
                maxBytes -= input.Length;
            }
        }

        return kept;
    }

    /// <summary>Makes a failing input shorter as long as it fails in the same way.</summary>
    public byte[] Shorten(byte[] input, Exception failure)
    {
        string kind = KindOf(failure);
        long started = Stopwatch.GetTimestamp();
        for (int size = Math.Max(1, input.Length / 2); size >= 1; size /= 2)
        {
            for (int start = 0; start + size <= input.Length && Stopwatch.GetElapsedTime(started) < _shorteningLimit;)
            {
                byte[] shorter = [.. input[..start], .. input[(start + size)..]];
                if (_runner.Run(shorter) is { } same && KindOf(same) == kind)
                {
                    input = shorter;
                }
                else
                {
                    start += size;
                }
            }
        }

        return input;
    }

    /// <summary>Type and place of an exception, which tell one fault from another.</summary>
    private static string KindOf(Exception failure)
    {
        string? place = failure is FuzzFailureException ? failure.Message.Split(':')[0] : failure.StackTrace?.Split('\n')[0];
        return $"{failure.GetType().Name} {place}";
    }

    private Exception? RunOnce(ReadOnlyMemory<byte> input)
    {
        Executions++;
        return _runner.Run(input);
    }

    private void Change(InputBuffer buffer)
    {
        // What was found last is the most promising.
        int recent = Math.Min(_corpus.Count, 32);
        int index = _random.OneIn(3) ? _corpus.Count - 1 - _random.Below(recent) : _random.Below(_corpus.Count);
        buffer.Set(_corpus[index]);
        byte[] other = _corpus[_random.Below(_corpus.Count)];
        for (int changes = _random.Small(MaxChanges); changes > 0; changes--)
        {
            (_text is not null && !_random.OneIn(4) ? _text : _bytes).Mutate(buffer, other, _random);
        }
    }
}
