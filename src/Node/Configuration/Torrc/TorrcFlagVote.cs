namespace Tunic.Node.Configuration.Torrc;

/// <summary>Relays that are voted a flag whatever they measure (AuthDirVoteGuard, TestingDirAuthVote*).</summary>
/// <param name="Relays">Relay set as written; "*" is every relay.</param>
/// <param name="IsStrict">Nobody else is voted the flag.</param>
internal sealed record TorrcFlagVote(IReadOnlyList<string> Relays, bool IsStrict);
