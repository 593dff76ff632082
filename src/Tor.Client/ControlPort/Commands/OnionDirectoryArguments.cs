using System.Diagnostics.CodeAnalysis;
using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>The words SERVER= of HSFETCH and +HSPOST: directories to use instead of those that are responsible.</summary>
internal static class OnionDirectoryArguments
{
    /// <summary>Reads them; none gives an empty list.</summary>
    internal static bool TryRead(
        ControlArguments arguments, NetworkView? view, out IReadOnlyList<Relay> directories, [NotNullWhen(false)] out ControlCommandResult? refusal)
    {
        var found = new List<Relay>();
        (directories, refusal) = (found, null);
        foreach (ControlKeyword word in arguments.Keywords.Where(word => word.Key.Equals("SERVER", StringComparison.OrdinalIgnoreCase)))
        {
            if (RelayNames.Find(view, word.Value) is not { } relay)
            {
                refusal = ControlCommandResult.Of(552, $"Server \"{word.Value}\" not found");
                return false;
            }

            found.Add(relay);
        }

        return true;
    }
}
