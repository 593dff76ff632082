namespace Tunic.Tor.Protocol.Control.Arguments;

/// <summary>One word behind a command's positional arguments.</summary>
/// <param name="Key">As written; empty for a value without a key.</param>
/// <param name="Value">Without quotes; empty for a key without a value.</param>
public readonly record struct ControlKeyword(string Key, string Value);
