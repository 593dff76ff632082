namespace Tunic.Tor.Protocol.OnionServices.Descriptors;

/// <summary>The puzzles that a service can set (proposal 327).</summary>
public enum ProofOfWorkScheme : byte
{
    /// <summary>"v1": Equi-X with an effort.</summary>
    V1 = 1,
}
