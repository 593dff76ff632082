namespace Tunic.Node.Demonstration;

/// <summary>How many processes of each kind.</summary>
internal sealed record NetworkSize(int Authorities, int Relays, int Exits);
