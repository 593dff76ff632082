namespace Tunic.Tor.Client.ControlPort;

/// <summary>What GETINFO tells of the relay in this process.</summary>
/// <param name="Fingerprint">40 hexadecimal digits.</param>
/// <param name="Address">Its IPv4 address; null while unknown.</param>
/// <param name="ExitPolicy">Rules in descriptor form, a line each.</param>
public sealed record ControlRelayFacts(string Fingerprint, string? Address, IReadOnlyList<string> ExitPolicy);
