using Tunic.Primitives.Keys;

namespace Tunic.Tor.Network.Channels;

/// <summary>What has become of a connection that this node opens.</summary>
/// <param name="Number">From 1, and never used twice.</param>
/// <param name="Relay">Whom it goes to.</param>
/// <param name="Step">What has happened.</param>
/// <param name="Cause">Why it failed or was closed; null for no fault.</param>
public sealed record ChannelNotice(long Number, RsaIdentity Relay, ChannelStep Step, Exception? Cause = null);
