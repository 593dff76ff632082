namespace Tunic.Node.Bench;

/// <summary>One relay that was killed.</summary>
/// <param name="Relay">Its nickname.</param>
/// <param name="Absent">From the kill until no new path of the client could hold it.</param>
/// <param name="Request">How long a request took that was made at the moment of the kill.</param>
internal sealed record LivenessBenchRun(string Relay, TimeSpan Absent, TimeSpan Request);
