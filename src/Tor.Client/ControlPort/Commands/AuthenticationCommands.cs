using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.Control.Authentication;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>PROTOCOLINFO, AUTHCHALLENGE and AUTHENTICATE: see <see cref="ControlAuthenticator"/>.</summary>
internal static class AuthenticationCommands
{
    internal static IEnumerable<ControlCommandHandler> Create() =>
    [
        new AuthenticationCommand("PROTOCOLINFO", ControlAuthenticator.ProtocolInfoSyntax, (login, arguments) => login.TellProtocol(arguments)),
        new AuthenticationCommand("AUTHCHALLENGE", ControlAuthenticator.ChallengeSyntax, (login, arguments) => login.Challenge(arguments)),
        new AuthenticationCommand("AUTHENTICATE", ControlAuthenticator.AuthenticateSyntax, (login, arguments) => login.Authenticate(arguments)),
    ];

    private sealed class AuthenticationCommand(
        string name, ControlSyntax syntax, Func<ControlAuthenticator, ControlArguments, AuthenticationStep> step) : QuickCommand(name, syntax)
    {
        private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments) =>
            ControlCommandResult.From(step(session.Authenticator, arguments));
    }
}
