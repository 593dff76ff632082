using Tunic.Tor.Protocol.Control;
using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>+LOADCONF: another torrc in place of the present one.</summary>
internal sealed class LoadConfCommand(IControlConfiguration configuration) : QuickCommand("+LOADCONF", new ControlSyntax { TakesData = true })
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        (ControlConfigurationOutcome outcome, string message) = configuration.Load(ControlText.ToUnicode(arguments.Data));
        string why = message.Length == 0 ? "" : $": {ControlText.FromUnicode(message)}";
        return outcome switch
        {
            ControlConfigurationOutcome.Changed => ControlCommandResult.Done,
            ControlConfigurationOutcome.BadValue => ControlCommandResult.Of(552, $"Invalid config file{why}"),
            ControlConfigurationOutcome.NotWhileRunning => ControlCommandResult.Of(553, $"Transition not allowed{why}"),
            ControlConfigurationOutcome.CannotSet => ControlCommandResult.Of(553, $"Unable to set option{why}"),
            _ => ControlCommandResult.Of(550, $"Unable to load config{why}"),
        };
    }
}
