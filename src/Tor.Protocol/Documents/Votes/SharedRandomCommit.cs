using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Documents.Votes;

/// <summary>A <c>shared-rand-commit</c> line of a vote (srv-spec, "Commitments and reveals"). The values are not decoded here.</summary>
/// <param name="Version">1 today.</param>
/// <param name="Algorithm">"sha3-256" today.</param>
/// <param name="Identity">v3 identity of the authority whose commitment it is.</param>
/// <param name="Commitment">Base64 of time and hash.</param>
/// <param name="Reveal">Base64 of time and random value; null before the reveal phase.</param>
public sealed record SharedRandomCommit(int Version, string Algorithm, RsaIdentity Identity, string Commitment, string? Reveal);
