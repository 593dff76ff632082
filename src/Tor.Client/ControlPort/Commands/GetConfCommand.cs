using Tunic.Tor.Protocol.Control;
using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.Control.Replies;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>GETCONF: what options are set to, or, when one is unknown, those that are.</summary>
internal sealed class GetConfCommand(IControlConfiguration configuration) : QuickCommand("GETCONF", ControlSyntax.Words)
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        var answers = new ControlReply();
        var unknown = new ControlReply();
        foreach (string name in arguments.Words)
        {
            if (!configuration.TryGet(ControlText.ToUnicode(name), out string? canonicalName, out IReadOnlyList<KeyValuePair<string, string>>? lines))
            {
                unknown.Add(552, $"Unrecognized configuration key \"{name}\"");
                continue;
            }

            if (lines.Count == 0)
            {
                answers.Add(250, canonicalName);
            }

            foreach ((string key, string value) in lines)
            {
                answers.AddValue(250, key, ControlText.FromUnicode(value));
            }
        }

        return new ControlCommandResult(unknown.Count > 0 ? unknown : answers.Count > 0 ? answers : ControlReply.Done);
    }
}
