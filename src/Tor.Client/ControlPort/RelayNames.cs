using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.ControlPort;

/// <summary>Relays as controllers name them (control-spec, "General-use tokens": ServerSpec, LongName).</summary>
internal static class RelayNames
{
    /// <summary>"$FINGERPRINT~Nickname", without nickname while the consensus does not list the relay.</summary>
    internal static string Describe(NetworkView? view, RsaIdentity relay) =>
        view?.Find(relay) is { } listed ? $"${relay}~{listed.Status.Nickname}" : $"${relay}";

    /// <summary>The relay that a controller means by $FP, $FP~Nickname, $FP=Nickname, FP or a nickname; null for none.</summary>
    internal static Relay? Find(NetworkView? view, string name)
    {
        if (view is null)
        {
            return null;
        }

        bool isMarked = name.StartsWith('$');
        string text = isMarked ? name[1..] : name;
        int length = text.AsSpan().IndexOfAny('~', '=');
        string hex = length < 0 ? text : text[..length];
        if (hex.Length == RsaIdentity.Length * 2 && RsaIdentity.TryParseHex(hex, out RsaIdentity identity))
        {
            Relay? found = view.Find(identity);
            return length < 0 || (found?.Status.Nickname.Equals(text[(length + 1)..], StringComparison.OrdinalIgnoreCase) ?? false) ? found : null;
        }

        return isMarked ? null : view.Relays.FirstOrDefault(relay => relay.Status.Nickname.Equals(name, StringComparison.OrdinalIgnoreCase));
    }
}
