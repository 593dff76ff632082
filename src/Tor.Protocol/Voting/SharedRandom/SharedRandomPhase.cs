namespace Tunic.Tor.Protocol.Voting.SharedRandom;

/// <summary>The two halves of a shared random protocol run (srv-spec, "Overview").</summary>
public enum SharedRandomPhase
{
    /// <summary>Twelve rounds in which authorities publish the hash of a random value.</summary>
    Commit,

    /// <summary>Twelve rounds in which they publish the value itself.</summary>
    Reveal,
}
