namespace Tunic.Node.Demonstration;

/// <summary>What a process of the private network is.</summary>
internal enum NodeRole
{
    Authority,

    /// <summary>Guard and middle.</summary>
    Relay,

    Exit,
}
