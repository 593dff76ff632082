namespace Tunic.Tests.Interop.Malformed;

/// <summary>A case that is a consensus, written for one client.</summary>
internal sealed record MalformedConsensus(string Name, string Stock, Func<ConsensusDraft, byte[]> Write) : MalformedCase(Name, Stock);
