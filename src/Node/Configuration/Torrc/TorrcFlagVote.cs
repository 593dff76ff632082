using Tunic.Tor.Protocol.Paths;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>Relays that are voted a flag whatever they measure (AuthDirVoteGuard, TestingDirAuthVote*).</summary>
/// <param name="Relays">A relay in any of these is voted the flag.</param>
/// <param name="IsStrict">Nobody else is voted it.</param>
internal sealed record TorrcFlagVote(IReadOnlyList<RelaySet> Relays, bool IsStrict);
