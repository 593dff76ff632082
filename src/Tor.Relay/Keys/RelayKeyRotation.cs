using Tunic.Primitives.Errors;

namespace Tunic.Tor.Relay.Keys;

/// <summary>What a rotation of keys has done.</summary>
/// <param name="Changes">The keys that were replaced.</param>
/// <param name="Failure">Why others were not although they are due: a file cannot be used. Null when all went well.</param>
public readonly record struct RelayKeyRotation(RelayKeyChanges Changes, TunicException? Failure);
