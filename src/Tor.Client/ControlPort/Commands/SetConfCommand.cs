using Tunic.Tor.Protocol.Control;
using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>SETCONF and RESETCONF: change options, all or none. An option without value is emptied by the one, and goes back to its default by the other.</summary>
internal sealed class SetConfCommand(string name, bool resets, IControlConfiguration configuration) : QuickCommand(
    name, new ControlSyntax { AcceptsKeywords = true, Keywords = KeywordRules.OmitValues | KeywordRules.Quoted })
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        ControlKeyword[] assignments = [.. arguments.Keywords.Select(word => new ControlKeyword(ControlText.ToUnicode(word.Key), ControlText.ToUnicode(word.Value)))];
        (ControlConfigurationOutcome outcome, string message) = configuration.Set(assignments, resets);
        string why = ControlText.FromUnicode(message);
        return outcome switch
        {
            ControlConfigurationOutcome.Changed => ControlCommandResult.Done,
            ControlConfigurationOutcome.Unrecognized => ControlCommandResult.Of(552, $"Unrecognized option: {why}"),
            ControlConfigurationOutcome.BadValue => ControlCommandResult.Of(513, $"Unacceptable option value: {why}"),
            ControlConfigurationOutcome.NotWhileRunning => ControlCommandResult.Of(553, $"Transition not allowed: {why}"),
            _ => ControlCommandResult.Of(553, $"Unable to set option: {why}"),
        };
    }
}
