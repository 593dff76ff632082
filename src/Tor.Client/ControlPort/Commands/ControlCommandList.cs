namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>Every command but QUIT.</summary>
internal static class ControlCommandList
{
    internal static IEnumerable<ControlCommandHandler> Create(ControlServer server)
    {
        ControlEnvironment environment = server.Environment;
        return
        [
            .. AuthenticationCommands.Create(),
            new GetInfoCommand(server.Information),
            new SetEventsCommand(environment.Log),
            new UseFeatureCommand(),
            new SignalCommand(environment.Process),
            new OwnershipCommand("TAKEOWNERSHIP", owns: true),
            new OwnershipCommand("DROPOWNERSHIP", owns: false),
            new GetConfCommand(environment.Configuration),
            new SetConfCommand("SETCONF", resets: false, environment.Configuration),
            new SetConfCommand("RESETCONF", resets: true, environment.Configuration),
            new SaveConfCommand(environment.Configuration),
            new LoadConfCommand(environment.Configuration),
            new MapAddressCommand(environment.Client),
            new ResolveCommand(environment, server.Events),
            new ExtendCircuitCommand(environment.Client),
            new SetCircuitPurposeCommand(environment.Client),
            new CloseCircuitCommand(environment.Client),
            new AttachStreamCommand(environment.Client),
            new RedirectStreamCommand(environment.Client),
            new CloseStreamCommand(environment.Client),
            new DropCommand(
                "DROPGUARDS", "each new choice of guards is one more chance to choose an attacker's", environment.Client.Planner.DropGuards, environment.Log),
            new DropCommand(
                "DROPTIMEOUTS", "until build times are learnt again, slow circuits are used", environment.Client.Planner.DropBuildTimes, environment.Log),
            new PostDescriptorCommand(),
            new AddOnionCommand(server),
            new DeleteOnionCommand(server.OnionServices),
            new FetchOnionDescriptorCommand(environment.Client),
            new PostOnionDescriptorCommand(environment.Client, environment.Time),
            new AddClientAuthorizationCommand(environment.Client, environment.Process),
            new RemoveClientAuthorizationCommand(environment.Client, environment.Process),
            new ViewClientAuthorizationCommand(environment.Client),
            new ObsoleteCommand("SETROUTERPURPOSE"),
        ];
    }
}
