namespace Tunic.Node.Demonstration;

/// <summary>What one party of a circuit could see, by the connections that its process really had.</summary>
/// <param name="Name">The client, a relay or the page.</param>
/// <param name="Role">Its place.</param>
/// <param name="Sees">Parties it was connected with.</param>
/// <param name="DoesNotSee">Parties it had no connection with.</param>
internal sealed record HopSight(string Name, string Role, IReadOnlyList<string> Sees, IReadOnlyList<string> DoesNotSee)
{
    internal string ToLine() =>
        $"{Name,-11} {Role,-7} connected with {Join(Sees)}; no connection with {Join(DoesNotSee)}";

    private static string Join(IReadOnlyList<string> names) => names.Count == 0 ? "nobody" : string.Join(", ", names);
}
