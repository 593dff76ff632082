namespace Tunic.Tor.Protocol.OnionServices.Descriptors;

/// <summary>What a client needs to solve the puzzle of a service under attack (proposal 327, the line "pow-params").</summary>
/// <param name="Scheme">The puzzle.</param>
/// <param name="Seed"><see cref="SeedLength"/> bytes.</param>
/// <param name="SuggestedEffort">What the service thinks is enough now; 0 when no work is needed.</param>
/// <param name="ExpiresAt">When the seed is no longer used, UTC; perhaps past. After that a client fetches the descriptor again.</param>
public sealed record ProofOfWorkParameters(ProofOfWorkScheme Scheme, ReadOnlyMemory<byte> Seed, uint SuggestedEffort, DateTime ExpiresAt)
{
    /// <summary>Bytes of a seed.</summary>
    public const int SeedLength = 32;
}
