using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;

namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>Solves the puzzles of services under attack, on threads of their own and on half of the processors.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class PuzzleSolving(RandomSource random) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>Works until there is a solution; stops within some milliseconds when cancelled.</summary>
    /// <param name="key">The service's key of the period.</param>
    /// <param name="seed">From its descriptor.</param>
    /// <param name="effort">How much to work, 1 or more.</param>
    /// <param name="cancel">Ends the work.</param>
    internal async Task<IntroductionProof> SolveAsync(BlindedKey key, ReadOnlyMemory<byte> seed, uint effort, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            ProofOfWorkSolution solution = await Task.Factory.StartNew(
                () => Solve(new ProofOfWorkSolver(key.Key.ToArray(), seed.Span, effort, random), cancel),
                cancel,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            var nonce = new byte[IntroductionProof.NonceLength];
            var seedHead = new byte[IntroductionProof.SeedHeadLength];
            var equiX = new byte[IntroductionProof.SolutionLength];
            solution.Encode(nonce, seedHead, equiX);
            return new IntroductionProof(nonce, solution.Effort, seedHead, equiX);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private static ProofOfWorkSolution Solve(ProofOfWorkSolver solver, CancellationToken cancel)
    {
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            if (solver.TryNext() is { } solution)
            {
                return solution;
            }
        }
    }
}
